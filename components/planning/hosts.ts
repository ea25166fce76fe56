import type { Catalogue } from "../../catalog";
import type { SiteModel } from "../site/site";
import { evaluate } from "./evaluate";
import { type Pool, requestOf } from "./pool";
import type { FitRequest, Problem } from "./request";
import { hardware, plural } from "./words";

/** A request with the hosts that a replica may span, and what is to be said of that. */
export interface Spread {
    readonly request: FitRequest;
    readonly warnings: readonly string[];
    /** The model would fit on more hosts, and nothing joins them. */
    readonly problem?: Problem;
}

/**
 * How many hosts a replica may span: what the site says; where it says nothing one, or, where one cannot hold the model,
 * the fewest that do, if the pool has them and they reach one another by RDMA.
 */
export function withHosts(model: SiteModel, pool: Pool, catalogue: Catalogue): Spread {
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
    if (pool.joined) {
        const because = `${model.name} does not fit on one host: ${single.problem.because}. Each replica spans ${plural(hosts, "host")}.`;
        return { request: { ...request, hosts, mostHosts: hosts }, warnings: [because] };
    }
    const place = hardware(pool.gpu.model, pool.gpu.count, hosts);
    const because = `${single.problem.because}; ${place} would hold it, and nothing joins them by InfiniBand or RoCE`;
    return { request, warnings: [], problem: { ...single.problem, because } };
}

const canSpread = (limit: string): boolean => ["memory", "kv-cache", "tensor-parallel"].includes(limit);

const slowHosts = (model: SiteModel): string =>
    `${model.name} may span hosts that neither InfiniBand nor RoCE joins: that is slow, and RDMA is not used.`;
