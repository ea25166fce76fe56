import { type Catalogue } from "../../catalog";
import { evaluateCpu } from "./cpu";
import { indivisible, indivisibleProblem, isUndivided, layouts } from "./layout";
import {
    fullSequences,
    kvCacheTokens,
    type Layout,
    memoryUse,
    type MemoryUse,
    sequenceBytes,
    worldSize,
} from "./memory";
import type { ServingPlan } from "./plan";
import { cacheProblem, hostMemoryProblem, weightsProblem } from "./problems";
import type { FitRequest, Resolved, Verdict } from "./request";
import { resolve } from "./resolve";
import { inability, layoutRefusal } from "./rules";
import { count, gigabytes, plural } from "./words";

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
    const { tried, divisible, fitting } = attempt(resolved, resolved.gpu.memoryGB);
    const best = fitting.find(plan => plan.hostMemoryGiB <= (request.hostMemoryGiB ?? Infinity));
    const least = [...fitting].sort((a, b) => a.hostMemoryGiB - b.hostMemoryGiB)[0];
    if (best !== undefined) {
        return { plan: best };
    }
    if (least !== undefined) {
        return { problem: hostMemoryProblem(resolved, least.hostMemoryGiB) };
    }
    const refusal = tried.length === 0 ? undefined : refusalOfAll(resolved, tried);
    if (refusal !== undefined) {
        return { problem: inability(resolved.engine, refusal) };
    }
    const roomiest = [...divisible].sort((a, b) => cacheTokens(resolved, b) - cacheTokens(resolved, a))[0];
    if (roomiest === undefined) {
        return { problem: indivisibleProblem(resolved, tried) };
    }
    return {
        problem:
            roomiest.use.kvCacheGB > 0
                ? cacheProblem(resolved, roomiest.layout, roomiest.use)
                : weightsProblem(
                      resolved,
                      divisible.map(({ layout }) => layout),
                      resolved.gpu.memoryGB,
                  ),
    };
}

/** Every layout that works, in the order in which `evaluate` would take them. Empty where `evaluate` has a problem. */
export function everyPlan(request: FitRequest, catalogue: Catalogue): readonly ServingPlan[] {
    const resolved = resolve(request, catalogue);
    if ("problem" in resolved) {
        return [];
    }
    if (resolved.gpu === undefined) {
        const verdict = evaluateCpu(resolved);
        return "plan" in verdict ? [verdict.plan] : [];
    }
    const { fitting } = attempt(resolved, resolved.gpu.memoryGB);
    return fitting.filter(plan => plan.hostMemoryGiB <= (request.hostMemoryGiB ?? Infinity));
}

/** The engine's reason where it can run none of the layouts. */
function refusalOfAll({ engine, model }: Resolved, tried: readonly Layout[]): string | undefined {
    const reasons = tried.map(layout => layoutRefusal(engine, model, layout));
    return reasons.every(reason => reason !== undefined) ? reasons[0] : undefined;
}

interface Attempt {
    readonly tried: readonly Layout[];
    readonly divisible: readonly { readonly layout: Layout; readonly use: MemoryUse }[];
    readonly fitting: readonly ServingPlan[];
}

function attempt(resolved: Resolved, memoryGB: number): Attempt {
    const { request, model, weights, engine, memoryUtilisation } = resolved;
    const tried = layouts(resolved);
    const divisible = tried
        .filter(layout => layoutRefusal(engine, model, layout) === undefined)
        .filter(layout => indivisible(model, weights, layout, request.redundantExperts) === undefined)
        .filter(layout => !isUndivided(model, request, layout))
        .map(layout => ({ layout, use: memoryUse(model, weights, layout, memoryGB, memoryUtilisation, request) }));
    const fitting = divisible
        .filter(({ layout, use }) => fullSequences(model, layout, use.kvCacheGB, request.contextTokens, request) > 0)
        .map(({ layout, use }) => planOf(resolved, layout, use));
    return { tried, divisible, fitting };
}

const cacheTokens = ({ model, request }: Resolved, { layout, use }: { layout: Layout; use: MemoryUse }): number =>
    kvCacheTokens(model, layout, use.kvCacheGB, request.contextTokens, request);

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
        kvCacheBytesPerToken: Math.ceil(sequenceBytes(model, contextTokens, request) / contextTokens),
        kvCacheTokens: kvCacheTokens(model, layout, use.kvCacheGB, contextTokens, request),
        contextTokens,
        concurrency,
        hostMemoryGiB: hostMemoryGiB(layout.gpusPerHost, (weights.offloadedGB ?? 0) / layout.hosts),
        cpuCores: cpuCores(layout.gpusPerHost),
        ...(request.kvCache === undefined ? {} : { kvCache: request.kvCache }),
        ...((request.draftTokens ?? 0) > 0 ? { draftTokens: request.draftTokens } : {}),
        ...((request.redundantExperts ?? 0) > 0 ? { redundantExperts: request.redundantExperts } : {}),
    };
    return {
        ...plan,
        warnings: warnings(resolved, layout, fullSequences(model, layout, use.kvCacheGB, contextTokens, request)),
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
        gpu?.engineBuild !== undefined &&
            gpu.engineBuild !== engine.name &&
            `${gpu.name} needs the ${gpu.engineBuild} build of ${engine.name}.`,
        gpu?.sharedMemory === true && `${gpu.name} shares its memory with the host: leave room for the system.`,
        (weights.offloadedGB ?? 0) > 0 && `${gigabytes(weights.offloadedGB ?? 0)} of the weights stay in main memory.`,
    ].filter(warning => warning !== false);
}
