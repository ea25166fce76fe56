import {
    gpuPrices,
    gpuShareOfHostPower,
    gpuShareOfHostPrice,
    type Priced,
    tariffs,
    wholeModules,
} from "../../../catalog/prices";
import type { SitePrices } from "../../site/serving";
import { hostedBySite, type HostedFigures, hostedFigures } from "./hosted";
import type { Assumption } from "./types";

/** Everything that money is reckoned from, by name. Money is in the site's currency. */
export interface Figures extends HostedFigures {
    readonly hostPrice: Assumption;
    readonly hostKW: Assumption;
    readonly electricityPerKWh: Assumption;
    readonly pue: Assumption;
    readonly networkShare: Assumption;
    readonly operationsPerHostYear: Assumption;
    readonly modelUpdatesPerYear: Assumption;
    readonly years: Assumption;
    readonly rackKW: Assumption;
}

/** What is not known, so that nothing can be reckoned: names of prices, each with where a site writes it. */
export interface NoFigures {
    readonly missing: readonly string[];
}

/** Which host and model the figures are of. */
export interface FiguresOf {
    /** Catalogue name of the GPU, or `cpu`. */
    readonly gpu: string;
    /** GPUs of one host. */
    readonly hostGpus: number;
    /** Catalogue name of the model. */
    readonly model: string;
    readonly prices?: SitePrices;
}

const siteSource = "the site file";

/** Prices of the site, and of the catalogue where the site says nothing; or what neither says. */
export function figuresOf({ gpu, hostGpus, model, prices }: FiguresOf): Figures | NoFigures {
    const currency = prices?.currency ?? "USD";
    const rate = currency === "USD" ? 1 : prices?.perUsd;
    const missing: string[] = [];
    const own = (name: string, value: number | undefined, unit: string): Assumption | undefined =>
        value === undefined ? undefined : { name, value, unit, source: siteSource };
    const money = (name: string, usd: Priced | undefined, field: string): Assumption => {
        if (usd === undefined || rate === undefined) {
            missing.push(
                usd === undefined
                    ? `${name} (prices.${field})`
                    : `${name} in ${currency} (prices.${field}, or prices.perUsd)`,
            );
            return { name, value: 0, unit: "", source: "" };
        }
        const exchange = rate === 1 ? "" : `; 1 USD = ${rate} ${currency}`;
        return {
            name,
            value: usd.value * rate,
            unit: usd.unit.replace("USD", currency),
            source: sourceOf(usd) + exchange,
        };
    };
    const plain = (name: string, priced: Priced): Assumption => ({
        name,
        value: priced.value,
        unit: priced.unit,
        source: sourceOf(priced),
    });
    const power = ownHostPower(prices, gpu) ?? hostPower(gpu, hostGpus);
    if (power === undefined) {
        missing.push(`power of a host of ${gpu} (prices.hostKW.${gpu})`);
    }
    const hosted = rate === undefined ? undefined : hostedFigures(model, currency, rate);
    const figures: Figures = {
        hostPrice:
            own(`price of a host of ${gpu}`, ownHostPrice(prices, gpu), `${currency} a host`) ??
            money(`price of a host of ${gpu}`, hostPrice(gpu, hostGpus), `host.${gpu}`),
        hostKW:
            own("power of a host at most", ownHostPower(prices, gpu)?.value, "kW a host") ??
            plain("power of a host at most", power ?? unknownPower),
        electricityPerKWh:
            own("electricity", prices?.electricityPerKWh, `${currency} a kWh`) ??
            money("electricity", tariffs.electricityPerKWh, "electricityPerKWh"),
        pue: own("PUE", prices?.pue, tariffs.pue.unit) ?? plain("PUE", tariffs.pue),
        networkShare:
            own("network", prices?.networkShare, tariffs.networkShare.unit) ?? plain("network", tariffs.networkShare),
        operationsPerHostYear:
            own("operations", prices?.operationsPerHostYear, `${currency} a host and year`) ??
            money("operations", spaceOf(power ?? unknownPower), "operationsPerHostYear"),
        modelUpdatesPerYear:
            own("model updates", prices?.modelUpdatesPerYear, `${currency} a year, all models`) ??
            money("model updates", tariffs.modelUpdatesPerYear, "modelUpdatesPerYear"),
        years: own("years", prices?.years, "years") ?? plain("years", tariffs.years),
        rackKW: plain("power of a rack", tariffs.rackKW),
        ...hosted,
        ...hostedBySite(prices, currency),
    };
    return missing.length > 0 ? { missing } : figures;
}

const sourceOf = ({ source, unverified }: Priced): string =>
    `${source.where} (${source.date}${unverified === undefined ? "" : ", unverified"})`;

function ownHostPrice(prices: SitePrices | undefined, gpu: string): number | undefined {
    return prices !== undefined && Object.hasOwn(prices.host, gpu) ? prices.host[gpu] : undefined;
}

function ownHostPower(prices: SitePrices | undefined, gpu: string): Priced | undefined {
    const value = prices?.hostKW !== undefined && Object.hasOwn(prices.hostKW, gpu) ? prices.hostKW[gpu] : undefined;
    return value === undefined ? undefined : { value, unit: "kW a host", source: { where: siteSource, date: "" } };
}

/** Stands where the power is missing, which is told: nothing is reckoned from it. */
const unknownPower: Priced = { value: 0, unit: "kW a host", source: { where: "unknown", date: "" } };

/** A host's price from that of its GPUs: they are a known part of it. A module is its own host. */
function hostPrice(gpu: string, hostGpus: number): Priced | undefined {
    const one = Object.hasOwn(gpuPrices, gpu) ? gpuPrices[gpu]?.gpu : undefined;
    if (one === undefined || hostGpus === 0) {
        return undefined;
    }
    const share = wholeModules.includes(gpu) ? undefined : gpuShareOfHostPrice;
    const where =
        share === undefined
            ? one.source.where
            : `${hostGpus} × ${one.value} USD (${one.source.where}) are ${share.value} of it (${share.source.where})`;
    return {
        value: Math.round((hostGpus * one.value) / (share?.value ?? 1)),
        unit: "USD a host",
        source: { where, date: one.source.date },
        ...(share?.unverified === undefined ? {} : { unverified: share.unverified }),
    };
}

function hostPower(gpu: string, hostGpus: number): Priced | undefined {
    const watts = Object.hasOwn(gpuPrices, gpu) ? gpuPrices[gpu]?.watts : undefined;
    if (watts === undefined || hostGpus === 0) {
        return undefined;
    }
    const share = wholeModules.includes(gpu) ? undefined : gpuShareOfHostPower;
    const where =
        share === undefined
            ? watts.source.where
            : `${hostGpus} × ${watts.value} W (${watts.source.where}), and the share that GPUs have of it: ${share.source.where}`;
    return {
        value: (hostGpus * watts.value) / 1000 / (share?.value ?? 1),
        unit: "kW a host",
        source: { where, date: watts.source.date },
    };
}

/** A year of a host's place in a data centre. */
function spaceOf(power: Priced): Priced {
    const { value, source } = tariffs.spacePerKWMonth;
    return { value: value * 12 * power.value, unit: "USD a host and year", source };
}
