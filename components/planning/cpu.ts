import { sequenceBytes } from "./memory";
import type { Resolved, Verdict } from "./request";
import { plural } from "./words";

/** llama.cpp besides weights and cache: code, compute buffers, the server. GiB. */
const overheadGiB = 0.25;

/** Bytes of a GiB. */
const gib = 2 ** 30;

/**
 * A replica on CPUs: one host, or with pipeline parallel one for each stage, which llama.cpp joins by its RPC back end.
 * The engine takes all of its KV cache at the start, for every sequence that it serves at once, so memory is exact;
 * cores are a start: one for each 10⁹ parameters, from a quarter to 32. The first host reads all of the weights before
 * it sends the others theirs, so every host asks for as much.
 */
export function evaluateCpu({
    request,
    model,
    precision,
    weights,
    engine,
    subject,
    memoryUtilisation,
}: Resolved): Verdict {
    const degrees = Math.max(request.tensorParallel ?? 1, request.dataParallel ?? 1);
    const hosts = request.pipelineParallel ?? 1;
    if (hosts > request.hosts || hosts > model.layers) {
        return {
            problem: {
                limit: "hosts",
                needed: plural(hosts, "host"),
                available: `${plural(request.hosts, "host")} a replica, and ${plural(model.layers, "layer")}`,
                because: `${engine.name} on CPUs needs a host and a layer for each stage, and pipeline parallel ${hosts} is asked of ${plural(request.hosts, "host")}`,
            },
        };
    }
    if (degrees > 1) {
        return {
            problem: {
                limit: "tensor-parallel",
                needed: "1",
                available: String(degrees),
                because: `${engine.name} runs on CPUs and divides by layers alone, and a degree of ${degrees} is asked`,
            },
        };
    }
    const { contextTokens, concurrency } = request;
    const cacheBytes = concurrency * sequenceBytes(model, contextTokens);
    const neededGiB = (weights.weightsGB * 1e9 + cacheBytes) / gib + overheadGiB;
    const hostMemoryGiB = Math.ceil(neededGiB * 4) / 4;
    if (request.hostMemoryGiB !== undefined && request.hostMemoryGiB < hostMemoryGiB) {
        return {
            problem: {
                limit: "memory",
                needed: `${hostMemoryGiB} GiB`,
                available: `${request.hostMemoryGiB} GiB`,
                because:
                    `${subject} needs ${hostMemoryGiB} GiB of main memory with ${plural(concurrency, "sequence")} ` +
                    `of ${contextTokens} tokens, and a host has ${request.hostMemoryGiB} GiB`,
            },
        };
    }
    return {
        plan: {
            model: model.name,
            precision,
            engine: engine.name,
            gpu: "cpu",
            hosts,
            gpusPerHost: 0,
            tensorParallel: 1,
            pipelineParallel: hosts,
            dataParallel: 1,
            expertParallel: false,
            weightsGB: weights.weightsGB,
            weightsPerGpuGB: 0,
            memoryUtilisation,
            kvCacheBytesPerToken: Math.ceil(sequenceBytes(model, contextTokens) / contextTokens),
            kvCacheTokens: concurrency * contextTokens,
            contextTokens,
            concurrency,
            hostMemoryGiB,
            cpuCores: Math.min(32, Math.max(0.25, Math.ceil(model.parametersB * 4) / 4)),
            warnings: [],
        },
    };
}
