import { suggestion } from "./nearest";
import { pathOf, show, type Problem } from "./problem";
import type { PricesEntry } from "./schema-prices";

/** Name in `prices.host` of hosts without GPUs. */
export const cpuHost = "cpu";

/** What is wrong with prices beyond single fields: GPUs that nobody knows, and a rate that does not fit the currency. */
export function priceProblems(prices: PricesEntry | undefined, gpuNames: readonly string[]): readonly Problem[] {
    if (prices === undefined) {
        return [];
    }
    const { currency, perUsd, host, hostKW = {} } = prices;
    const known = [...gpuNames, cpuHost];
    return [
        ...Object.entries({ host, hostKW }).flatMap(([field, hosts]) =>
            Object.keys(hosts)
                .filter(name => !known.includes(name))
                .map(name => ({
                    path: pathOf("prices", field, name),
                    message: `${show(name)} is not in the catalogue; ${suggestion(name, known)}`,
                })),
        ),
        ...(currency === "USD" && perUsd !== undefined && perUsd !== 1
            ? [
                  {
                      path: pathOf("prices", "perUsd"),
                      message: `${perUsd}, but the currency is USD; take it out, or name the currency`,
                  },
              ]
            : []),
    ];
}
