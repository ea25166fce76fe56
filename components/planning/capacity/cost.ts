import type { SitePrices, Traffic } from "../../site/serving";
import { replicaGpus, type ReplicaShape } from "./capacity";
import { type Figures, figuresOf, type NoFigures } from "./figures";
import type { Assumption, Cost } from "./types";

/** What is asked. */
export interface CostRequest {
    readonly plan: ReplicaShape & { readonly gpu: string; readonly model: string };
    /** Replicas that are there, headroom included. */
    readonly replicas: number;
    readonly traffic: Traffic;
    readonly prices?: SitePrices;
    /** GPUs of one host of the pool; 0 where hosts have none. */
    readonly hostGpus: number;
    /** Part of the site's model updates that this model pays, 0 to 1. Unset: 1. */
    readonly updatesShare?: number;
}

const hoursAYear = 8760;
const daysAYear = 365;

/** Parts of a cost, in money: three of them by the year. */
type Parts = Pick<
    Cost,
    "hardware" | "powerPerYear" | "networkPerYear" | "operationsPerYear" | "modelUpdatesPerYear" | "total"
>;

/**
 * What a model service costs over its years: hardware + (power + network + operations) × years + model updates × years.
 * A replica that takes a part of a host pays that part. Hosts are taken to draw their most at all times. Where a price
 * is not known, nothing is reckoned, and the answer names it.
 */
export function costOf(request: CostRequest): Cost | NoFigures {
    const { plan, traffic, prices, hostGpus } = request;
    const figures = figuresOf({
        gpu: plan.gpu,
        model: plan.model,
        hostGpus,
        ...(prices === undefined ? {} : { prices }),
    });
    if ("missing" in figures) {
        return figures;
    }
    const hosts = hostsTaken(request);
    const parts = partsOf(figures, hosts, request.updatesShare ?? 1);
    const years = figures.years.value;
    const tokensPerDay = traffic.dailyRequests * (traffic.inputTokens + traffic.outputTokens);
    const hosted = hostedPerMillion(figures, traffic);
    const hostsKW = hosts * figures.hostKW.value;
    const millionTokens = (tokensPerDay * daysAYear * years) / 1e6;
    return {
        currency: prices?.currency ?? "USD",
        years,
        ...parts,
        perMillionTokens: parts.total / millionTokens,
        ...(hosted === undefined || hosted === 0
            ? {}
            : {
                  breakEvenTokensPerDay: (parts.total / hosted / (daysAYear * years)) * 1e6,
                  hostedPerMillionTokens: hosted,
              }),
        powerKW: hostsKW * figures.pue.value,
        racks: Math.max(1, Math.ceil((hostsKW / figures.rackKW.value) * (1 - 1e-12))),
        hosts,
        assumptions: Object.values(figures),
        sensitivity: sensitivityOf(figures, hosts, request.updatesShare ?? 1),
    };
}

function hostsTaken({ plan, replicas, hostGpus }: CostRequest): number {
    return replicaGpus(plan) === 0 ? replicas * plan.hosts : (replicas * replicaGpus(plan)) / hostGpus;
}

function partsOf(figures: Figures, hosts: number, updatesShare: number): Parts {
    const years = figures.years.value;
    const hardware = hosts * figures.hostPrice.value;
    const powerPerYear =
        hosts * figures.hostKW.value * figures.pue.value * hoursAYear * figures.electricityPerKWh.value;
    const networkPerYear = (hardware * figures.networkShare.value) / years;
    const operationsPerYear = hosts * figures.operationsPerHostYear.value;
    const modelUpdatesPerYear = figures.modelUpdatesPerYear.value * updatesShare;
    return {
        hardware,
        powerPerYear,
        networkPerYear,
        operationsPerYear,
        modelUpdatesPerYear,
        total: hardware + (powerPerYear + networkPerYear + operationsPerYear) * years + modelUpdatesPerYear * years,
    };
}

/** What a hosted service asks for 10⁶ tokens of this traffic's mix; undefined where its prices are not known. */
function hostedPerMillion(figures: Figures, traffic: Traffic): number | undefined {
    const { hostedInput, hostedCachedInput = hostedInput, hostedOutput } = figures;
    if (hostedInput === undefined || hostedCachedInput === undefined || hostedOutput === undefined) {
        return undefined;
    }
    const { inputTokens, outputTokens, prefixCacheHitRate: hit } = traffic;
    const input = (1 - hit) * hostedInput.value + hit * hostedCachedInput.value;
    return (inputTokens * input + outputTokens * hostedOutput.value) / (inputTokens + outputTokens);
}

/** What becomes of the total when one figure is a tenth higher; the greatest change first, and none that change nothing. */
function sensitivityOf(figures: Figures, hosts: number, updatesShare: number): Cost["sensitivity"] {
    const { total } = partsOf(figures, hosts, updatesShare);
    return (Object.keys(figures) as (keyof Figures)[])
        .flatMap(key => {
            const figure: Assumption | undefined = figures[key];
            if (figure === undefined) {
                return [];
            }
            const higher = { ...figures, [key]: { ...figure, value: figure.value * 1.1 } };
            return [{ name: figure.name, totalChange: partsOf(higher, hosts, updatesShare).total - total }];
        })
        .filter(({ totalChange }) => Math.abs(totalChange) > total * 1e-9)
        .sort((a, b) => Math.abs(b.totalChange) - Math.abs(a.totalChange));
}

/** Why there is no cost, in a sentence. */
export const noCostSentence = ({ missing }: NoFigures): string =>
    `No cost is reckoned: the catalogue and the site do not say ${missing.join(" and ")}.`;
