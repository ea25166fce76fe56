import type { Catalogue } from "../../catalog";
import type { Site, SiteHost, SiteModel } from "../site/site";
import { evaluate } from "./evaluate";
import { fit, refusalOf } from "./fit";
import { layoutOf } from "./groups";
import type { ModelPlan, Refusal, ServingPlan } from "./plan";
import { type Pool, poolOf, requestOf } from "./pool";
import type { FitRequest } from "./request";
import { gigabytes, hardware, plural } from "./words";

/** The plan of one model service, or the reason that there is none. Whether all models fit side by side is not asked. */
export type ModelResult = { readonly plan: ModelPlan } | { readonly refusal: Refusal };

/** Plans one model service of a site on its pool: the fewest hosts and GPUs that hold it. */
export function planModel(site: Site, model: SiteModel, catalogue: Catalogue): ModelResult {
    const pool = poolOf(site, model);
    if ("problem" in pool) {
        return { refusal: refusalOf(pool.problem, []) };
    }
    const spread = withHosts(model, pool, catalogue);
    if ("refusal" in spread) {
        return spread;
    }
    const result = fit(spread.request, catalogue);
    if (!result.fits) {
        return { refusal: result.refusal };
    }
    const plan = withGroups(result.plan, model, pool);
    const warnings = [...plan.warnings, ...spread.warnings, ...pageCacheWarning(plan, pool)];
    return { plan: placedOn(site, model, pool, { ...plan, warnings }) };
}

/** A replica's plan as that of a model service: how many, and on which hosts. */
export function placedOn(site: Site, model: SiteModel, pool: Pool, plan: ServingPlan): ModelPlan {
    return {
        ...plan,
        name: model.name,
        pool: model.pool,
        replicas: model.replicas,
        candidates: pool.hosts.map(host => host.name),
        ...(pool.hosts.every(({ node }) => node !== undefined) ? { labelled: true } : {}),
        ...(gated(site, pool.hosts) ? { gated: true } : {}),
    };
}

/** A request with the hosts that a replica may span, and what is to be said of that. */
export interface Spread {
    readonly request: FitRequest;
    readonly warnings: readonly string[];
}

/**
 * How many hosts a replica may span: what the site says; where it says nothing one, or, where one cannot hold the model,
 * the fewest that do, if the pool has them and they reach one another by RDMA.
 */
export function withHosts(model: SiteModel, pool: Pool, catalogue: Catalogue): Spread | { readonly refusal: Refusal } {
    const request = requestOf(model, pool);
    const given = model.parallelism?.hostsPerReplica;
    const there = pool.hosts.length;
    if (given !== undefined) {
        const hosts = Math.min(given, there);
        const slow = hosts > 1 && !pool.joined && pool.gpu !== undefined;
        return { request: { ...request, hosts, mostHosts: hosts }, warnings: slow ? [slowHosts(model)] : [] };
    }
    const single = evaluate(request, catalogue);
    if ("plan" in single || there === 1 || pool.gpu === undefined || !canSpread(single.problem.limit)) {
        return { request, warnings: [] };
    }
    const wide = evaluate({ ...request, hosts: there }, catalogue);
    if ("problem" in wide) {
        return { request, warnings: [] };
    }
    const { hosts } = wide.plan;
    const place = hardware(pool.gpu.model, pool.gpu.count, hosts);
    if (pool.joined) {
        const because = `${model.name} does not fit on one host: ${single.problem.because}. Each replica spans ${plural(hosts, "host")}.`;
        return { request: { ...request, hosts, mostHosts: hosts }, warnings: [because] };
    }
    const refused = fit(request, catalogue);
    const because = `${single.problem.because}; ${place} would hold it, and nothing joins them by InfiniBand or RoCE`;
    return { refusal: refusalOf({ ...single.problem, because }, refused.fits ? [] : refused.refusal.alternatives) };
}

const canSpread = (limit: string): boolean => ["memory", "kv-cache", "tensor-parallel"].includes(limit);

const slowHosts = (model: SiteModel): string =>
    `${model.name} may span hosts that neither InfiniBand nor RoCE joins: that is slow, and RDMA is not used.`;

/** Prefill and decode apart where the site says so and no traffic: one group of each, laid out alike. */
function withGroups(plan: ServingPlan, model: SiteModel, pool: Pool): ServingPlan {
    if (model.parallelism?.prefillDecode !== "apart" || pool.gpu === undefined) {
        return plan;
    }
    const layout = layoutOf(plan);
    return {
        ...plan,
        apart: { prefill: layout, decode: layout, prefillGroups: 1, decodeGroups: 1 },
        warnings: [
            ...plan.warnings,
            `${model.name} says no traffic: it has as many prefill groups as decode groups, whatever clients ask.`,
        ],
    };
}

/** Whether every host of a pool gets the label of a node that has passed its gate. */
function gated({ acceptance }: Pick<Site, "acceptance">, pool: readonly SiteHost[]): boolean {
    return acceptance?.gates === true && pool.every(({ managed, node }) => managed && node !== undefined);
}

/** docs of vLLM: weights are read ahead only where the page cache can hold them, at 90 % of main memory. */
export function pageCacheWarning(plan: ServingPlan, { hostMemoryGiB = Infinity }: Pool): readonly string[] {
    const hostGB = hostMemoryGiB * 1.073741824;
    return plan.gpusPerHost > 0 && hostGB * 0.9 < plan.weightsGB
        ? [
              `Loading will be slow: ${gigabytes(plan.weightsGB)} of weights do not fit into 90 % of a host's main memory.`,
          ]
        : [];
}
