import { catalogue as shipped, type Catalogue, type Precision } from "../../catalog";
import { layoutOf } from "./groups";
import { memoryUse, weightPartsPerGpu } from "./memory";
import { overheadParts } from "./memory-overheads";
import type { ServingPlan } from "./plan";

/** Something that lies in a GPU's memory. */
export interface MemoryPart {
    readonly name: string;
    /** 10⁹ bytes. */
    readonly gb: number;
    readonly source: string;
}

/** What lies in the memory of the fullest GPU of a replica. All parts and what is unused are the whole of it. */
export interface MemoryParts {
    /** Memory of the GPU. */
    readonly gpuGB: number;
    /** What the engine may take of it. */
    readonly usableGB: number;
    readonly weights: readonly MemoryPart[];
    readonly overheads: readonly MemoryPart[];
    readonly kvCacheGB: number;
    /** What the engine may not take. */
    readonly unusedGB: number;
}

/**
 * What lies in the fullest GPU of a plan; where prefill and decode are apart, of a decode group. Undefined on CPUs, and
 * where the catalogue does not know the plan's names.
 */
export function memoryParts(plan: ServingPlan, catalogue: Catalogue = shipped): MemoryParts | undefined {
    const model = Object.hasOwn(catalogue.models, plan.model) ? catalogue.models[plan.model] : undefined;
    const gpu = Object.hasOwn(catalogue.gpus, plan.gpu) ? catalogue.gpus[plan.gpu] : undefined;
    const weights = model?.weights[plan.precision as Precision];
    if (model === undefined || gpu === undefined || weights === undefined) {
        return undefined;
    }
    const layout = layoutOf(plan);
    const use = memoryUse(model, weights, layout, gpu.memoryGB, plan.memoryUtilisation, plan);
    return {
        gpuGB: gpu.memoryGB,
        usableGB: use.usableGB,
        weights: weightPartsPerGpu(model, weights, layout, plan).map(({ name, gb, source }) => ({ name, gb, source })),
        overheads: overheadParts(model, layout, use.weightsGB),
        kvCacheGB: Math.max(0, use.kvCacheGB),
        unusedGB: gpu.memoryGB - use.usableGB,
    };
}
