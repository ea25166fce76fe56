import { hugepagesGiB } from "../site/host-fields";
import type { HostGpus, Site, SiteHost, SiteModel } from "../site/site";
import type { FitRequest, Problem } from "./request";
import { sizeRules } from "./rules";
import { hardware, listOf } from "./words";

/** The hosts that a model may be placed on: all alike. */
export interface Pool {
    readonly hosts: readonly SiteHost[];
    /** Unset: hosts without GPUs. */
    readonly gpu?: HostGpus;
    /** Main memory of the smallest host beside its huge pages, GiB. Unset: no host says it. */
    readonly hostMemoryGiB?: number;
    readonly hugepages: boolean;
    /** Whether hosts reach one another by RDMA: an InfiniBand or RoCE fabric, or rails on every host. */
    readonly joined: boolean;
    /** Line rate of one port, Gb/s, and ports a host. Unset: the site says no fabric of RDMA. */
    readonly fabric?: { readonly linkGbps: number; readonly rails: number };
}

/** The pool of a model, or why there is none that it could be placed on. */
export function poolOf(site: Site, model: SiteModel): Pool | { readonly problem: Problem } {
    const hosts = site.hosts.filter(host => host.pool === model.pool);
    const [first] = hosts;
    if (first === undefined) {
        return { problem: emptyPool(site, model) };
    }
    const mixed = mixedPool(model, hosts);
    if (mixed !== undefined) {
        return { problem: mixed };
    }
    // Huge pages are nobody's who does not ask for them.
    const memories = hosts.flatMap(host =>
        host.memoryGiB === undefined ? [] : Math.max(0, host.memoryGiB - Math.ceil(hugepagesGiB(host))),
    );
    const { fabric } = site;
    const rdma = fabric !== undefined && fabric.kind !== "ethernet";
    return {
        hosts,
        hugepages: hosts.some(host => hugepagesGiB(host) > 0),
        joined: rdma || hosts.every(({ rails }) => rails.length > 0),
        ...(first.gpu === undefined ? {} : { gpu: first.gpu }),
        ...(memories.length === 0 ? {} : { hostMemoryGiB: Math.min(...memories) }),
        ...(rdma ? { fabric: { linkGbps: fabric.linkGbps, rails: fabric.rails } } : {}),
    };
}

/** What a model service asks of its pool, on one host. */
export function requestOf(model: SiteModel, pool: Pool): FitRequest {
    const { parallelism = {} } = model;
    const { pipeline, data, draftTokens, redundantExperts, kvCache, prefillDecode } = parallelism;
    return {
        model: model.model,
        precision: model.precision,
        engine: model.engine,
        gpusPerHost: pool.gpu?.count ?? 0,
        hosts: 1,
        mostHosts: 1,
        contextTokens: model.contextTokens,
        concurrency: model.concurrency,
        tensorParallelAboveB: parallelism.tensorParallelAboveB ?? sizeRules.tensorParallelAboveB,
        fastLinkAboveB: parallelism.fastLinkAboveB ?? sizeRules.fastLinkAboveB,
        ...(pool.gpu === undefined ? {} : { gpu: pool.gpu.model }),
        ...(model.tensorParallel === undefined ? {} : { tensorParallel: model.tensorParallel }),
        ...(pipeline === undefined ? {} : { pipelineParallel: pipeline }),
        ...(data === undefined ? {} : { dataParallel: data }),
        ...(draftTokens === undefined ? {} : { draftTokens }),
        ...(redundantExperts === undefined ? {} : { redundantExperts }),
        ...(kvCache === undefined ? {} : { kvCache }),
        ...(prefillDecode === "apart" ? { apart: true } : {}),
        ...(pool.hostMemoryGiB === undefined ? {} : { hostMemoryGiB: pool.hostMemoryGiB }),
        ...(pool.hugepages ? { hugepages: true } : {}),
    };
}

function emptyPool(site: Site, model: SiteModel): Problem {
    const pools = [...new Set(site.hosts.map(host => host.pool))];
    return {
        limit: "hosts",
        needed: `hosts in the pool ${model.pool}`,
        available: "none",
        because: `the pool ${model.pool} of ${model.name} has no hosts`,
        advice: pools.length === 0 ? "the site has no hosts" : `the site's pools are ${listOf(pools, "and")}`,
    };
}

function mixedPool(model: SiteModel, pool: readonly SiteHost[]): Problem | undefined {
    const kinds = [...new Set(pool.map(host => (host.gpu ? hardware(host.gpu.model, host.gpu.count, 1) : "no GPU")))];
    return kinds.length < 2
        ? undefined
        : {
              limit: "hosts",
              needed: "hosts of one kind in a pool",
              available: listOf(kinds, "and"),
              because: `the pool ${model.pool} of ${model.name} mixes ${listOf(kinds, "and")}`,
              advice: "give each kind of host a pool of its own",
          };
}
