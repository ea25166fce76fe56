import { type Catalogue } from "../../catalog";
import { evaluateCpu } from "./cpu";
import { indivisible, indivisibleProblem, layouts } from "./layout";
import {
    fullSequences,
    kvCacheTokens,
    type Layout,
    memoryUse,
    type MemoryUse,
    sequenceBytes,
    sequenceBytesPerGpu,
    worldSize,
} from "./memory";
import type { ServingPlan } from "./plan";
import type { FitRequest, Problem, Resolved, Verdict } from "./request";
import { resolve } from "./resolve";
import { count, gigabytes, hardware, plural } from "./words";

/**
 * Main memory a GPU engine asks for: 16 GiB, and 8 GiB a GPU for its worker (3 to 4 GB resident while it loads:
 * vllm-project/vllm#3035, #57469), pinned buffers and compilers. Cached pages of the weights count against it too, but
 * give way: less of it makes a load slower, and ends none.
 */
const hostMemoryGiB = (gpus: number, offloadedGB: number): number =>
    Math.ceil(16 + 8 * gpus + offloadedGB / 1.073741824);

/** docs.vllm.ai, optimization: one core for the server, one for the engine, one a GPU worker; twice that here. */
const cpuCores = (gpus: number): number => 2 * (2 + gpus);

/** The first layout that works, or what stops the best one. Looks for no alternatives. */
export function evaluate(request: FitRequest, catalogue: Catalogue): Verdict {
    const resolved = resolve(request, catalogue);
    if ("problem" in resolved) {
        return resolved;
    }
    if (resolved.gpu === undefined) {
        return evaluateCpu(resolved);
    }
    const memoryGB = resolved.gpu.memoryGB;
    const { model, weights, memoryUtilisation } = resolved;
    const tried = layouts(resolved);
    const divisible = tried
        .filter(layout => indivisible(model, weights, layout) === undefined)
        .map(layout => ({ layout, use: memoryUse(model, weights, layout, memoryGB, memoryUtilisation) }));
    const fitting = divisible
        .filter(({ layout, use }) => fullSequences(model, layout, use.kvCacheGB, request.contextTokens) > 0)
        .map(({ layout, use }) => planOf(resolved, layout, use));
    const best = fitting.find(plan => plan.hostMemoryGiB <= (request.hostMemoryGiB ?? Infinity));
    const least = [...fitting].sort((a, b) => a.hostMemoryGiB - b.hostMemoryGiB)[0];
    if (best !== undefined) {
        return { plan: best };
    }
    if (least !== undefined) {
        return { problem: hostMemoryProblem(resolved, least.hostMemoryGiB) };
    }
    const roomiest = [...divisible].sort((a, b) => cacheTokens(resolved, b) - cacheTokens(resolved, a))[0];
    if (roomiest === undefined) {
        return { problem: indivisibleProblem(resolved, tried) };
    }
    return {
        problem:
            roomiest.use.kvCacheGB > 0
                ? cacheProblem(resolved, roomiest.layout, roomiest.use)
                : weightsProblem(resolved, memoryGB),
    };
}

const cacheTokens = ({ model, request }: Resolved, { layout, use }: { layout: Layout; use: MemoryUse }): number =>
    kvCacheTokens(model, layout, use.kvCacheGB, request.contextTokens);

function planOf(resolved: Resolved, layout: Layout, use: MemoryUse): ServingPlan {
    const { request, model, precision, weights, engine } = resolved;
    const { contextTokens, concurrency } = request;
    const plan = {
        model: model.name,
        precision,
        engine: engine.name,
        gpu: request.gpu ?? "cpu",
        ...layout,
        weightsGB: weights.weightsGB,
        weightsPerGpuGB: use.weightsGB,
        memoryUtilisation: resolved.memoryUtilisation,
        kvCacheBytesPerToken: Math.ceil(sequenceBytes(model, contextTokens) / contextTokens),
        kvCacheTokens: kvCacheTokens(model, layout, use.kvCacheGB, contextTokens),
        contextTokens,
        concurrency,
        hostMemoryGiB: hostMemoryGiB(layout.gpusPerHost, (weights.offloadedGB ?? 0) / layout.hosts),
        cpuCores: cpuCores(layout.gpusPerHost),
    };
    return {
        ...plan,
        warnings: warnings(resolved, layout, fullSequences(model, layout, use.kvCacheGB, contextTokens)),
    };
}

function warnings(
    { request, model, weights, gpu, engine }: Resolved,
    layout: Layout,
    sequences: number,
): readonly string[] {
    const memoryGB = (gpu?.memoryGB ?? 0) * worldSize(layout);
    const { tensorParallel, gpusPerHost } = layout;
    const version = model.engines[engine.name]?.minimumVersion;
    const advice = model.tensorParallelAdvice;
    return [
        sequences < request.concurrency &&
            `The KV cache holds ${plural(sequences, "sequence")} of ${count(request.contextTokens)} tokens at once, not ${count(request.concurrency)}: further ones wait, unless they are shorter.`,
        tensorParallel > gpusPerHost &&
            `Tensor parallel ${tensorParallel} spans ${layout.hosts} hosts: it needs InfiniBand or RoCE between them.`,
        tensorParallel > 1 &&
            gpu?.link.kind === "PCIe" &&
            `${gpu.name} has no link between GPUs but PCIe: tensor parallel ${tensorParallel} will be slow.`,
        weights.recipeMinimumGB !== undefined &&
            memoryGB < weights.recipeMinimumGB &&
            `The engine's recipe asks for ${gigabytes(weights.recipeMinimumGB)} of GPU memory, and there are ${gigabytes(memoryGB)}.`,
        advice !== undefined && tensorParallel >= advice.from && `${model.name}: ${advice.sentence}.`,
        version !== undefined && `${model.name} needs ${engine.name} ${version} or later.`,
        gpu?.engineBuild !== undefined && `${gpu.name} needs the ${gpu.engineBuild} build of ${engine.name}.`,
        gpu?.sharedMemory === true && `${gpu.name} shares its memory with the host: leave room for the system.`,
        (weights.offloadedGB ?? 0) > 0 && `${gigabytes(weights.offloadedGB ?? 0)} of the weights stay in main memory.`,
    ].filter(warning => warning !== false);
}

function weightsProblem(resolved: Resolved, memoryGB: number): Problem {
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
    const whole = layouts(resolved).filter(layout => indivisible(model, weights, layout) === undefined);
    const needs = whole.map(layout => {
        const use = memoryUse(model, weights, layout, memoryGB, memoryUtilisation);
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

function cacheProblem({ request, model, subject }: Resolved, layout: Layout, use: MemoryUse): Problem {
    const neededGB = sequenceBytesPerGpu(model, layout, request.contextTokens) / 1e9;
    return {
        limit: "kv-cache",
        needed: gigabytes(neededGB),
        available: gigabytes(use.kvCacheGB),
        because:
            `one sequence of ${count(request.contextTokens)} tokens of ${subject} needs ${gigabytes(neededGB)} of KV cache on each GPU, ` +
            `and ${hardware(request.gpu, request.gpusPerHost, request.hosts)} have ${gigabytes(use.kvCacheGB)} left`,
    };
}

function hostMemoryProblem({ request, subject }: Resolved, neededGiB: number): Problem {
    const availableGiB = request.hostMemoryGiB ?? 0;
    const beside = request.hugepages === true ? " beside its huge pages" : "";
    return {
        limit: "memory",
        needed: `${neededGiB} GiB`,
        available: `${availableGiB} GiB`,
        because: `${subject} asks for ${neededGiB} GiB of main memory on each host, and a host has ${availableGiB} GiB${beside}`,
    };
}
