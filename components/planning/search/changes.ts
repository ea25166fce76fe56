import type { Catalogue } from "../../../catalog";
import type { Site, SiteHost, SiteModel } from "../../site/site";
import { figuresOf } from "../capacity/figures";
import { gpusOfReplica } from "../groups";
import type { ModelPlan, ServingPlan } from "../plan";
import { hardware } from "../words";
import { settle } from "./settle";
import { costWords, money } from "./told";

/** A site near the one that was refused, and how a sentence names what is other in it. */
export interface Change {
    readonly words: string;
    readonly site: Site;
}

/** Alternatives that a refusal names. */
const mostAlternatives = 3;

/**
 * What lets a service be had beside all others of its pool, each with what it costs.
 * @param changes variants of one change each: the first variant that works is told.
 */
export function thatWork(
    changes: Iterable<readonly Change[]>,
    model: SiteModel,
    catalogue: Catalogue,
): readonly string[] {
    const found: string[] = [];
    for (const variants of changes) {
        const words = firstThatWorks(variants, model, catalogue);
        if (words !== undefined && !found.includes(words)) {
            found.push(words);
        }
        if (found.length === mostAlternatives) {
            break;
        }
    }
    return found;
}

function firstThatWorks(variants: readonly Change[], { name }: SiteModel, catalogue: Catalogue): string | undefined {
    for (const change of variants) {
        const plan = workingPlan(change.site, name, catalogue);
        if (plan !== undefined) {
            return change.words + planCost(plan, change.site, catalogue);
        }
    }
    return undefined;
}

/** The plan of a service where it can be had and all of its pool find room; services of other pools are not looked at. */
export function workingPlan(site: Site, name: string, catalogue: Catalogue): ModelPlan | undefined {
    const pool = site.models.find(model => model.name === name)?.pool;
    const { plans, crowded } = settle(site, catalogue, { told: false, ...(pool === undefined ? {} : { pool }) });
    return crowded.size > 0 ? undefined : plans.find(plan => plan.name === name);
}

/** ` (4,310,000 USD in 5 years)`, or the price of the hosts alone; nothing where no price is known. */
function planCost(plan: ModelPlan, site: Site, catalogue: Catalogue): string {
    const cost = plan.chosen?.cost;
    return cost === undefined ? replicaPrice(plan, site, catalogue, plan.replicas) : ` (${costWords(cost)})`;
}

/** ` (394,000 USD)`: what the hosts of so many replicas cost, or their part of them; nothing where no price is known. */
export function replicaPrice(plan: ServingPlan, { prices }: Site, catalogue: Catalogue, replicas = 1): string {
    const hostGpus = Math.max(plan.gpusPerHost, catalogue.gpus[plan.gpu]?.gpusPerHost ?? 0);
    const { gpu, model } = plan;
    const figures = figuresOf({ gpu, model, hostGpus, ...(prices === undefined ? {} : { prices }) });
    if ("missing" in figures || hostGpus === 0) {
        return "";
    }
    const price = (figures.hostPrice.value * replicas * gpusOfReplica(plan)) / hostGpus;
    return ` (${money(price, prices?.currency ?? "USD")})`;
}

/** The site with another version of one of its models. */
export const withModel = (site: Site, model: SiteModel): Site => ({
    ...site,
    models: site.models.map(one => (one.name === model.name ? model : one)),
});

/** The site with other hosts in one pool. */
const withPool = (site: Site, pool: string, hosts: readonly SiteHost[]): Site => ({
    ...site,
    hosts: [...site.hosts.filter(host => host.pool !== pool), ...hosts],
});

/** The pool with more hosts like its first, up to so many. */
export function moreHosts(site: Site, pool: string, count: number): Change | undefined {
    const hosts = site.hosts.filter(host => host.pool === pool);
    const [first] = hosts;
    if (first?.gpu === undefined || count <= hosts.length) {
        return undefined;
    }
    const added = Array.from({ length: count - hosts.length }, (_, index) => ({
        ...first,
        name: `${pool} +${index + 1}`,
    }));
    return {
        words: hardware(first.gpu.model, first.gpu.count, count),
        site: withPool(site, pool, [...hosts, ...added]),
    };
}

/** The pool with faster GPUs in the same number of hosts, the nearest in memory bandwidth first. */
export function* fasterGpus(site: Site, pool: string, catalogue: Catalogue): Generator<readonly Change[]> {
    const hosts = site.hosts.filter(host => host.pool === pool);
    const { gpu } = hosts[0] ?? {};
    const own = gpu === undefined ? undefined : catalogue.gpus[gpu.model];
    if (gpu === undefined || own === undefined) {
        return;
    }
    const faster = Object.values(catalogue.gpus)
        .filter(({ memoryBandwidthGBps }) => memoryBandwidthGBps > own.memoryBandwidthGBps)
        .filter(({ gpusPerHost }) => gpusPerHost >= gpu.count)
        .sort((a, b) => a.memoryBandwidthGBps - b.memoryBandwidthGBps);
    for (const { name } of faster) {
        const other = { model: name, count: gpu.count };
        const same = hosts.map(host => ({ ...host, gpu: other }));
        yield [{ words: hardware(name, gpu.count, hosts.length), site: withPool(site, pool, same) }];
    }
}
