import { type Layout, memoryUse, type MemoryUse, sequenceBytesPerGpu, worldSize } from "./memory";
import type { Problem, Resolved } from "./request";
import { count, gigabytes, hardware } from "./words";

/**
 * The weights do not fit, by the layout that needs least.
 * @param whole layouts that divide the model.
 * @param memoryGB of one GPU.
 */
export function weightsProblem(resolved: Resolved, whole: readonly Layout[], memoryGB: number): Problem {
    const { request, model, weights, subject, memoryUtilisation } = resolved;
    const place = hardware(request.gpu, request.gpusPerHost, request.hosts);
    const gpus = request.hosts * request.gpusPerHost;
    const totalGB = gpus * memoryGB;
    const onGpusGB = weights.weightsGB - (weights.offloadedGB ?? 0);
    const recipe =
        weights.recipeMinimumGB === undefined
            ? ""
            : ` (the engine's recipe asks for ${gigabytes(weights.recipeMinimumGB)})`;
    if (onGpusGB > totalGB) {
        return {
            limit: "memory",
            needed: gigabytes(onGpusGB),
            available: gigabytes(totalGB),
            because: `${subject} needs ${gigabytes(onGpusGB)} for its weights, and ${place} have ${gigabytes(totalGB)}`,
        };
    }
    const needs = whole.map(layout => {
        const use = memoryUse(model, weights, layout, memoryGB, memoryUtilisation, request);
        return { gpus: worldSize(layout), perGpuGB: use.weightsGB + use.overheadGB };
    });
    const least = needs.sort((a, b) => a.perGpuGB - b.perGpuGB)[0] ?? { gpus, perGpuGB: onGpusGB / gpus };
    const neededGB = least.perGpuGB * least.gpus;
    const usableGB = memoryGB * memoryUtilisation * least.gpus;
    return {
        limit: "memory",
        needed: gigabytes(neededGB),
        available: gigabytes(usableGB),
        because:
            `${subject} needs ${gigabytes(neededGB)} for its ${gigabytes(onGpusGB)} of weights and the engine itself${recipe}, ` +
            `and of the ${gigabytes(least.gpus * memoryGB)} of ${place} the engine may take ${gigabytes(usableGB)}`,
    };
}

/** The weights fit, and not one sequence of full length beside them. */
export function cacheProblem({ request, model, subject }: Resolved, layout: Layout, use: MemoryUse): Problem {
    const neededGB = sequenceBytesPerGpu(model, layout, request.contextTokens, request) / 1e9;
    return {
        limit: "kv-cache",
        needed: gigabytes(neededGB),
        available: gigabytes(use.kvCacheGB),
        because:
            `one sequence of ${count(request.contextTokens)} tokens of ${subject} needs ${gigabytes(neededGB)} of KV cache on each GPU, ` +
            `and ${hardware(request.gpu, request.gpusPerHost, request.hosts)} have ${gigabytes(use.kvCacheGB)} left`,
    };
}

/** GPUs would do, and the main memory of a host does not. */
export function hostMemoryProblem({ request, subject }: Resolved, neededGiB: number): Problem {
    const availableGiB = request.hostMemoryGiB ?? 0;
    const beside = request.hugepages === true ? " beside its huge pages" : "";
    return {
        limit: "memory",
        needed: `${neededGiB} GiB`,
        available: `${availableGiB} GiB`,
        because: `${subject} asks for ${neededGiB} GiB of main memory on each host, and a host has ${availableGiB} GiB${beside}`,
    };
}
