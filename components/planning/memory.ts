import type { Model, ModelWeights } from "../../catalog";
import { overheadParts } from "./memory-overheads";
import { type WeightPart, weightParts } from "./memory-weights";

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

/** What makes a replica's memory larger or smaller beside its layout; a plan says it in the same words. */
export interface MemoryChoices {
    /** Number format of the KV cache. Unset: `bf16`. */
    readonly kvCache?: "bf16" | "fp8";
    /** Tokens that the model's draft layer proposes a step: with any, that layer has a KV cache too. Unset: 0. */
    readonly draftTokens?: number;
    /** Routed experts that are held twice, over all ranks. Unset: 0. */
    readonly redundantExperts?: number;
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

/** Latent elements that share one 4-byte scale in the FP8 layout of a latent cache. */
const latentBlock = 128;

/** GPUs of a layout, over all hosts. */
export const worldSize = (layout: Layout): number =>
    layout.tensorParallel * layout.pipelineParallel * layout.dataParallel;

/** Share of the layers on the fullest pipeline stage. */
export const stageShare = (model: Model, layout: Layout): number =>
    Math.ceil(model.layers / layout.pipelineParallel) / model.layers;

/** Ranks that share the routed experts of one pipeline stage. */
export const expertRanks = (layout: Layout): number =>
    layout.tensorParallel * (layout.expertParallel ? layout.dataParallel : 1);

/**
 * Weights on the fullest GPU, by part. Tensor parallel divides all of them; attention data parallel repeats everything
 * but the routed experts, which expert parallel spreads over all ranks, those that are held twice among them. The draft
 * layer is counted whether it drafts or not: where it does not, engines leave it out, and so much more is free.
 */
export function weightPartsPerGpu(
    model: Model,
    weights: ModelWeights,
    layout: Layout,
    { redundantExperts = 0 }: MemoryChoices = {},
): readonly WeightPart[] {
    const copies = model.experts === 0 ? 1 : (model.experts + redundantExperts) / model.experts;
    const share = { tensor: 1 / layout.tensorParallel, experts: copies / expertRanks(layout) };
    return weightParts(model, weights).map(part => ({
        ...part,
        gb: part.gb * stageShare(model, layout) * share[part.divided],
    }));
}

/** Weights on the fullest GPU, all parts together. */
export const weightsPerGpuGB = (
    model: Model,
    weights: ModelWeights,
    layout: Layout,
    choices: MemoryChoices = {},
): number => weightPartsPerGpu(model, weights, layout, choices).reduce((sum, { gb }) => sum + gb, 0);

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
    choices: MemoryChoices = {},
): MemoryUse {
    const weightsGB = weightsPerGpuGB(model, weights, layout, choices);
    const overheadGB = overheadParts(model, layout, weightsGB).reduce((sum, { gb }) => sum + gb, 0);
    const usableGB = memoryGB * utilisation;
    return { weightsGB, overheadGB, usableGB, kvCacheGB: usableGB - weightsGB - overheadGB };
}

/**
 * Bytes of KV cache of one sequence in the whole model, counted once.
 * - A latent cache in FP8 is FlashMLA's `fp8_ds_mla`: the latent at one byte, a 4-byte scale for each 128 of it, the
 *   rotary part in 16 bits: 656 bytes a token and layer at 512 and 64 (vllm-project/vllm, flashmla_sparse.py).
 * - A cache with a fixed part is in its model's own FP8 format already, whatever is asked.
 * - The draft layer adds one layer.
 */
export function sequenceBytes(model: Model, tokens: number, { kvCache, draftTokens = 0 }: MemoryChoices = {}): number {
    const { kv } = model;
    const layers = model.layers + (draftTokens > 0 ? 1 : 0);
    const elementBytes = kvCache === "fp8" ? 1 : 2;
    switch (kv.kind) {
        case "mla": {
            const scales = kvCache === "fp8" ? Math.ceil(kv.latent / latentBlock) * 4 : 0;
            return tokens * layers * (kv.latent * elementBytes + scales + kv.rope * 2 + (kv.indexBytes ?? 0));
        }
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
export function sequenceBytesPerGpu(model: Model, layout: Layout, tokens: number, choices: MemoryChoices = {}): number {
    const { kv } = model;
    const headShare = kv.kind === "gqa" ? Math.ceil(kv.kvHeads / layout.tensorParallel) / kv.kvHeads : 1;
    return sequenceBytes(model, tokens, choices) * headShare * stageShare(model, layout);
}

/** Tokens of KV cache of one replica when its sequences are of that length; all sequences together. */
export function kvCacheTokens(
    model: Model,
    layout: Layout,
    kvCacheGB: number,
    contextTokens: number,
    choices: MemoryChoices = {},
): number {
    const bytesPerToken = sequenceBytesPerGpu(model, layout, contextTokens, choices) / contextTokens;
    return layout.dataParallel * Math.floor(Math.max(0, kvCacheGB * 1e9) / bytesPerToken);
}

/** Sequences of that length that the KV cache of one replica holds at once; a sequence lives on one rank's cache. */
export function fullSequences(
    model: Model,
    layout: Layout,
    kvCacheGB: number,
    contextTokens: number,
    choices: MemoryChoices = {},
): number {
    const bytes = sequenceBytesPerGpu(model, layout, contextTokens, choices);
    return layout.dataParallel * Math.floor(Math.max(0, kvCacheGB * 1e9) / bytes);
}
