import { fabricReduceSeconds } from "./calibration";
import type { Machine } from "./machine";
import { distinctExperts } from "./parts";
import type { Subject } from "./subject";

/**
 * Seconds of an all-reduce: latency + 2 (n − 1) / n × bytes / bus bandwidth. Across hosts the ports of a host bound the
 * bus bandwidth, and the latency is that of NCCL over it.
 * @param ranks that take part.
 * @param bytes of the tensor that is reduced.
 */
export function allReduceSeconds(machine: Machine, ranks: number, gpusPerHost: number, bytes: number): number {
    if (ranks <= 1) {
        return 0;
    }
    const local = Math.min(gpusPerHost, machine.linkDomain);
    const ring = (2 * (ranks - 1)) / ranks;
    if (ranks <= local) {
        return machine.linkReduceSeconds + (ring * bytes) / machine.linkReduceBytesPerSecond;
    }
    const ports = machine.fabricBytesPerSecond * gpusPerHost;
    const bus = local > 1 ? Math.min(machine.linkReduceBytesPerSecond, ports) : ports;
    return fabricReduceSeconds.value + (ring * bytes) / bus;
}

/**
 * Seconds of an all-to-all: latency + the longer of what goes over the link and what goes over the fabric.
 * @param ranks that take part, spread evenly over hosts.
 * @param bytes that one rank sends, all receivers together.
 * @param hostBytes the same, where a host gets what several of its ranks need only once.
 */
export function exchangeSeconds(
    machine: Machine,
    ranks: number,
    gpusPerHost: number,
    bytes: number,
    hostBytes = bytes,
): number {
    if (ranks <= 1) {
        return 0;
    }
    const local = Math.min(ranks, gpusPerHost, machine.linkDomain);
    // What came to a host once is handed on there: the link carries what its own ranks and the others' sent.
    const onLink = hostBytes < bytes ? 1 : local / ranks;
    const overLink = local === 1 ? 0 : (bytes * onLink * (local - 1)) / local / machine.linkExchangeBytesPerSecond;
    const overFabric = local === ranks ? 0 : (hostBytes * (ranks - local)) / ranks / machine.fabricBytesPerSecond;
    return machine.exchangeSeconds + Math.max(overLink, overFabric);
}

/** Bytes of an element that goes to experts (FP8, with a scale of 32 bits a 128) and back (16 bits). */
const dispatchBytes = 1 + 4 / 128;
const combineBytes = 2;

/** Sums over tensor-parallel ranks of one layer: after attention, and after the feed-forward part. */
export function reductionSeconds(subject: Subject, machine: Machine, tokens: number, reductions: number): number {
    const { replica, shape } = subject;
    return (
        reductions * allReduceSeconds(machine, replica.tensorParallel, replica.gpusPerHost, tokens * shape.hidden * 2)
    );
}

/**
 * Tokens to the experts of other ranks and back, of one layer. Only attention data parallel needs it: tensor-parallel
 * ranks have the same tokens, and add up what their experts say.
 *
 * In decode a token goes to each of its experts by itself. In prefill it goes to a host once and from there over the
 * link, as DeepEP's kernels for it do.
 * @param tokens of this rank.
 */
export function expertExchangeSeconds(
    subject: Subject,
    machine: Machine,
    tokens: number,
    phase: "prefill" | "decode",
): number {
    const { replica, shape } = subject;
    if (!replica.expertParallel || replica.dataParallel <= 1) {
        return 0;
    }
    const ranks = replica.tensorParallel * replica.dataParallel;
    const hosts = Math.max(1, ranks / replica.gpusPerHost);
    const chosen = shape.expertsPerToken;
    const toHosts = phase === "decode" ? chosen : distinctExperts(hosts, 1, chosen);
    const elements = (tokens * shape.hidden) / replica.tensorParallel;
    return [dispatchBytes, combineBytes].reduce(
        (all, bytes) =>
            all +
            exchangeSeconds(machine, ranks, replica.gpusPerHost, elements * chosen * bytes, elements * toHosts * bytes),
        0,
    );
}

/** Hidden states from one pipeline stage to the next. */
export function stageSeconds({ replica, shape }: Subject, machine: Machine, tokens: number): number {
    if (replica.pipelineParallel <= 1) {
        return 0;
    }
    const bytes = (tokens * shape.hidden * 2) / replica.tensorParallel;
    const perSecond = replica.hosts > 1 ? machine.fabricBytesPerSecond : machine.linkExchangeBytesPerSecond;
    return (replica.pipelineParallel - 1) * (machine.exchangeSeconds + bytes / perSecond);
}
