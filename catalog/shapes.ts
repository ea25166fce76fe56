import type { CompressedShape, ModelShape, Source } from "./types";

const v3Config: Source = {
    where: "deepseek-ai/DeepSeek-V3 inference/configs/config_671B.json and README_WEIGHTS.md (multi-token prediction layer)",
    date: "2026-11",
};
const v32Config: Source = {
    where: "deepseek-ai/DeepSeek-V3.2-Exp inference/config_671B_v3.2.json: index of 64 heads of 128, 2048 tokens",
    date: "2026-11",
};
const baseConfigs: Source = { where: "config.json of the base models Qwen2.5 and Llama 3.1 / 3.3", date: "2026-11" };

const latent = { kind: "mla", queryRank: 1536, latent: 512, rope: 64, nope: 128, value: 128 } as const;

const v3: ModelShape = {
    hidden: 7168,
    vocabulary: 129_280,
    attention: latent,
    denseLayers: 3,
    sharedExperts: 1,
    expertsPerToken: 8,
    draftLayers: 1,
    source: v3Config,
};

/** A dense model with grouped queries: each distill of R1. */
const grouped = (hidden: number, vocabulary: number, layers: number, headDim = 128): ModelShape => ({
    hidden,
    vocabulary,
    attention: { kind: "gqa", headDim },
    denseLayers: layers,
    sharedExperts: 0,
    expertsPerToken: 0,
    draftLayers: 0,
    source: baseConfigs,
});

/**
 * Inner dimensions by the model's name in the catalogue: what speed is counted from. A model that is absent has no
 * predicted speed.
 */
export const modelShapes: Readonly<Record<string, ModelShape>> = {
    "deepseek-v3": v3,
    "deepseek-v3.1": v3,
    "deepseek-r1": v3,
    "deepseek-v3.2": {
        ...v3,
        attention: { ...latent, index: { heads: 64, width: 128, tokens: 2048 } },
        source: v32Config,
    },
    "deepseek-r1-distill-qwen-1.5b": grouped(1536, 151_936, 28),
    "deepseek-r1-distill-qwen-7b": grouped(3584, 152_064, 28),
    "deepseek-r1-distill-llama-8b": grouped(4096, 128_256, 32),
    "deepseek-r1-distill-qwen-14b": grouped(5120, 152_064, 48),
    "deepseek-r1-distill-qwen-32b": grouped(5120, 152_064, 64),
    "deepseek-r1-distill-llama-70b": grouped(8192, 128_256, 80),
};

const v4Config: Source = {
    where: "deepseek-ai/DeepSeek-V4-Flash and -Pro config.json, as vllm-project/vllm model_executor/models/deepseek_v4.py reads it",
    date: "2026-11",
};

/** The same for models with compressed attention. V4.1, whose layers share their keys, is not among them. */
export const compressedShapes: Readonly<Record<string, CompressedShape>> = {
    "deepseek-v4-flash": {
        hidden: 4096,
        vocabulary: 129_280,
        attention: {
            kind: "compressed",
            queryRank: 1024,
            outputRank: 1024,
            outputGroups: 8,
            headDim: 512,
            rope: 64,
            window: 128,
            searched: { layers: 21, ratio: 4, keys: 512, heads: 64, width: 128 },
            whole: { layers: 20, ratio: 128 },
        },
        residualStreams: 4,
        denseLayers: 0,
        sharedExperts: 1,
        expertsPerToken: 6,
        draftLayers: 1,
        source: v4Config,
    },
    "deepseek-v4-pro": {
        hidden: 7168,
        vocabulary: 129_280,
        attention: {
            kind: "compressed",
            queryRank: 1536,
            outputRank: 1024,
            outputGroups: 16,
            headDim: 512,
            rope: 64,
            window: 128,
            searched: { layers: 30, ratio: 4, keys: 1024, heads: 64, width: 128 },
            whole: { layers: 31, ratio: 128 },
        },
        residualStreams: 4,
        denseLayers: 0,
        sharedExperts: 1,
        expertsPerToken: 6,
        draftLayers: 1,
        source: v4Config,
    },
};
