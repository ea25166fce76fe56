import { catalogue } from "../../../catalog";
import type { Precision } from "../../../catalog/types";
import type { Layout, MemoryUse } from "../../planning/memory";
import { memoryUse } from "../../planning/memory";
import type { ServingPlan } from "../../planning/plan";

/** What a plan gives to weights and KV cache on the fullest GPU of a group, as engines ask for it. */
export interface MemoryShares {
    /** Weights and KV cache together, as a share of the GPU. */
    readonly fixed: number;
    /** KV cache, as a share of what the weights leave of the GPU. */
    readonly cacheOfRest: number;
}

/**
 * The plan's share of GPU memory in the words of engines that count otherwise: vLLM is told what it may take in all,
 * SGLang what weights and cache take, TensorRT-LLM what the cache takes of the rest. Rounded down to a hundredth.
 * Undefined: the model, its format or the GPU is not in the catalogue.
 */
export function memoryShares(plan: ServingPlan, layout: Layout): MemoryShares | undefined {
    const gpu = catalogue.gpus[plan.gpu];
    const use = memoryOf(plan, layout);
    if (gpu === undefined || use === undefined) {
        return undefined;
    }
    const cacheGB = Math.max(0, use.kvCacheGB);
    const down = (share: number): number => Math.floor(share * 100 + 1e-9) / 100;
    return {
        fixed: down((use.weightsGB + cacheGB) / gpu.memoryGB),
        cacheOfRest: down(cacheGB / (gpu.memoryGB - use.weightsGB)),
    };
}

function memoryOf(plan: ServingPlan, layout: Layout): MemoryUse | undefined {
    const gpu = catalogue.gpus[plan.gpu];
    const model = catalogue.models[plan.model];
    const weights = model?.weights[plan.precision as Precision];
    return gpu === undefined || model === undefined || weights === undefined
        ? undefined
        : memoryUse(model, weights, layout, gpu.memoryGB, plan.memoryUtilisation, plan);
}
