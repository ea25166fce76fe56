import type { Model, ModelWeights } from "../../catalog";

/** How the ranks of one replica divide the model. */
export interface Layout {
    /** Hosts that one replica spans. */
    readonly hosts: number;
    /** GPUs that one replica uses on each of its hosts. 0 on a CPU. */
    readonly gpusPerHost: number;
    readonly tensorParallel: number;
    readonly pipelineParallel: number;
    /** Attention data parallel: the KV cache is sharded by request instead of replicated on each rank. 1 = off. */
    readonly dataParallel: number;
    readonly expertParallel: boolean;
}

/** What lies in the memory of the fullest GPU, in GB of 10⁹ bytes. */
export interface MemoryUse {
    readonly weightsGB: number;
    /** What the engine needs besides weights and cache: context, graphs, activations, fragmentation. */
    readonly overheadGB: number;
    /** What the engine may take of the GPU. */
    readonly usableGB: number;
    /** What is left for the KV cache; negative where nothing fits. */
    readonly kvCacheGB: number;
}

/** kaito-project/kaito nodesestimator: 2.3 GiB, and 2 % + 5 % of the weights on the GPU. */
const overheadBaseGB = 2.47;
const overheadShare = 0.07;

/** Bytes of one element of the KV cache: 16-bit. */
const elementBytes = 2;

/** GPUs of a layout, over all hosts. */
export const worldSize = (layout: Layout): number =>
    layout.tensorParallel * layout.pipelineParallel * layout.dataParallel;

/** Share of the layers on the fullest pipeline stage. */
const stageShare = (model: Model, layout: Layout): number =>
    Math.ceil(model.layers / layout.pipelineParallel) / model.layers;

/**
 * Weights on the fullest GPU. Tensor parallel divides all of them; attention data parallel repeats everything but the
 * routed experts, which expert parallel spreads over all ranks.
 */
export function weightsPerGpuGB(model: Model, weights: ModelWeights, layout: Layout): number {
    const onGpusGB = weights.weightsGB - (weights.offloadedGB ?? 0);
    const expertsGB = onGpusGB * (model.expertParametersB / model.parametersB);
    const restGB = onGpusGB - expertsGB;
    const expertRanks = layout.tensorParallel * (layout.expertParallel ? layout.dataParallel : 1);
    return stageShare(model, layout) * (restGB / layout.tensorParallel + expertsGB / expertRanks);
}

/**
 * Memory of the fullest GPU.
 * @param memoryGB of one GPU.
 * @param utilisation share that the engine may take, 0 to 1.
 */
export function memoryUse(
    model: Model,
    weights: ModelWeights,
    layout: Layout,
    memoryGB: number,
    utilisation: number,
): MemoryUse {
    const weightsGB = weightsPerGpuGB(model, weights, layout);
    const overheadGB = overheadBaseGB + overheadShare * weightsGB;
    const usableGB = memoryGB * utilisation;
    return { weightsGB, overheadGB, usableGB, kvCacheGB: usableGB - weightsGB - overheadGB };
}

/** Bytes of KV cache of one sequence in the whole model, counted once. */
export function sequenceBytes(model: Model, tokens: number): number {
    const { kv, layers } = model;
    switch (kv.kind) {
        case "mla":
            return tokens * layers * ((kv.latent + kv.rope) * elementBytes + (kv.indexBytes ?? 0));
        case "gqa":
            return tokens * layers * kv.kvHeads * kv.headDim * 2 * elementBytes;
        case "affine":
            return kv.fixedBytesPerSequence + tokens * kv.bytesPerToken;
    }
}

/**
 * Bytes of KV cache of one sequence on the GPU that holds most of it. Latent caches are on every tensor-parallel rank
 * in full; heads are divided among ranks, down to one head a rank; pipeline parallel divides by layers.
 */
export function sequenceBytesPerGpu(model: Model, layout: Layout, tokens: number): number {
    const { kv } = model;
    const headShare = kv.kind === "gqa" ? Math.ceil(kv.kvHeads / layout.tensorParallel) / kv.kvHeads : 1;
    return sequenceBytes(model, tokens) * headShare * stageShare(model, layout);
}

/** Tokens of KV cache of one replica when its sequences are of that length; all sequences together. */
export function kvCacheTokens(model: Model, layout: Layout, kvCacheGB: number, contextTokens: number): number {
    const bytesPerToken = sequenceBytesPerGpu(model, layout, contextTokens) / contextTokens;
    return layout.dataParallel * Math.floor(Math.max(0, kvCacheGB * 1e9) / bytesPerToken);
}

/** Sequences of full length that the KV cache of one replica holds at once; a sequence lives on one rank's cache. */
export function fullSequences(model: Model, layout: Layout, kvCacheGB: number, contextTokens: number): number {
    const perRank = Math.floor(Math.max(0, kvCacheGB * 1e9) / sequenceBytesPerGpu(model, layout, contextTokens));
    return layout.dataParallel * perRank;
}
