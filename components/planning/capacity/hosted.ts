import { hostedPrices } from "../../../catalog/prices";
import type { SitePrices } from "../../site/serving";
import type { Assumption } from "./types";

/** What a hosted service asks for 10⁶ tokens, in the site's currency. Each unset: nobody's price is known. */
export interface HostedFigures {
    readonly hostedInput?: Assumption;
    readonly hostedCachedInput?: Assumption;
    readonly hostedOutput?: Assumption;
}

/** The catalogue's prices of a model, converted. */
export function hostedFigures(model: string, currency: string, rate: number): HostedFigures {
    const hosted = Object.hasOwn(hostedPrices, model) ? hostedPrices[model] : undefined;
    if (hosted === undefined) {
        return {};
    }
    const { input, cachedInput, output, source } = hosted;
    const priced = (name: string, value: number): Assumption => ({
        name: `hosted ${name}`,
        value: value * rate,
        unit: `${currency} for 10⁶ tokens`,
        source: `${source.where} (${source.date})`,
    });
    return {
        hostedInput: priced("input", input),
        hostedCachedInput: priced("input from cache", cachedInput),
        hostedOutput: priced("output", output),
    };
}

/** The site's own prices. That of input holds for input from a cache too. */
export function hostedBySite(prices: SitePrices | undefined, currency: string): HostedFigures {
    const { hostedPerMillionInput: input, hostedPerMillionOutput: output } = prices ?? {};
    const priced = (name: string, value: number): Assumption => ({
        name: `hosted ${name}`,
        value,
        unit: `${currency} for 10⁶ tokens`,
        source: "the site file",
    });
    return {
        ...(input === undefined
            ? {}
            : { hostedInput: priced("input", input), hostedCachedInput: priced("input from cache", input) }),
        ...(output === undefined ? {} : { hostedOutput: priced("output", output) }),
    };
}
