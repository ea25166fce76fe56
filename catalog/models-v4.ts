import type { Architecture, Model, Source } from "./types";

const recipes: Source = {
    where: "vllm-project/recipes models/deepseek-ai; SGLang DeepSeek-V4 cookbook",
    date: "2026-08",
};
const repack: Source = { where: "sgl-project/DeepSeek-V4-{Flash,Pro}-FP8 repacks", date: "2026-08" };
const ascend: Source = { where: "vllm-project/vllm-ascend docs/source/tutorials/models", date: "2026-08" };
const fp8Architectures: readonly Architecture[] = ["Hopper", "Blackwell", "CDNA 3", "CDNA 4"];
const noKernels = "its kernels do not support that GPU";

/**
 * The V4 family. Its KV cache is a fixed part a sequence and a slope, fitted to vllm-project/vllm#51041 (7.4 kB a token
 * at 912,128 tokens on 2 × H20) and to a fixed part of 3.2 GB that users measured with speculative decoding on.
 */
export const v4Models: readonly Model[] = [
    {
        name: "deepseek-v4-flash",
        parametersB: 284,
        activeB: 13,
        expertParametersB: 277,
        layers: 43,
        heads: 64,
        moeInter: 2048,
        experts: 256,
        kv: { kind: "affine", fixedBytesPerSequence: 3.2e9, bytesPerToken: 7400 },
        contextTokens: 1_048_576,
        licence: "MIT",
        engines: { vllm: { minimumVersion: "0.20" }, sglang: { minimumVersion: "0.5.12" }, "vllm-ascend": {} },
        excludedGpus: { MI300X: noKernels },
        weights: {
            "fp4-fp8": {
                weightsGB: 159.6,
                blockSize: 128,
                architectures: fp8Architectures,
                recipeMinimumGB: 170,
                source: recipes,
            },
            fp8: {
                weightsGB: 290,
                blockSize: 128,
                architectures: ["Hopper"],
                source: repack,
                unverified: ["weightsGB"],
            },
            w8a8: { weightsGB: 290, architectures: ["Da Vinci"], source: ascend, unverified: ["weightsGB"] },
        },
        source: { where: "NVIDIA NeMo AutoModel 0.5, components/models/deepseek_v4/config", date: "2026-11" },
        unverified: ["expertParametersB", "kv"],
    },
    {
        name: "deepseek-v4-pro",
        parametersB: 1600,
        activeB: 49,
        expertParametersB: 1548,
        layers: 61,
        heads: 128,
        moeInter: 3072,
        experts: 384,
        kv: { kind: "affine", fixedBytesPerSequence: 4.5e9, bytesPerToken: 10_500 },
        contextTokens: 1_048_576,
        licence: "MIT",
        engines: { vllm: { minimumVersion: "0.20" }, sglang: { minimumVersion: "0.5.12" }, "vllm-ascend": {} },
        excludedGpus: { MI300X: noKernels, MI325X: noKernels },
        weights: {
            "fp4-fp8": {
                weightsGB: 865,
                blockSize: 128,
                architectures: fp8Architectures,
                recipeMinimumGB: 960,
                source: { where: "kaito-project/kaito proposal 20260722", date: "2026-08" },
            },
            fp8: {
                weightsGB: 1620,
                blockSize: 128,
                architectures: ["Hopper"],
                source: repack,
                unverified: ["weightsGB"],
            },
            w4a8: { weightsGB: 865, architectures: ["Da Vinci"], source: ascend, unverified: ["weightsGB"] },
        },
        source: { where: "vllm-project/vllm#42384 (width 3072); NVIDIA NeMo AutoModel (384 experts)", date: "2026-11" },
        unverified: ["expertParametersB", "layers", "heads", "kv"],
    },
    {
        name: "deepseek-v4.1-flash",
        parametersB: 552,
        activeB: 16,
        expertParametersB: 544,
        layers: 40,
        heads: 64,
        moeInter: 2304,
        experts: 384,
        kv: { kind: "affine", fixedBytesPerSequence: 3.2e9, bytesPerToken: 890 },
        contextTokens: 1_048_576,
        licence: "MIT",
        engines: { vllm: { minimumVersion: "0.30" }, sglang: { minimumVersion: "0.5.22" } },
        weights: {
            "fp4-fp8": {
                weightsGB: 510,
                offloadedGB: 203,
                blockSize: 32,
                architectures: ["Hopper", "Blackwell", "CDNA 4"],
                source: { where: "JustVugg/colibri docs/deepseek-v41.md (n-gram memory 203 GB)", date: "2026-11" },
            },
        },
        source: {
            where: "sqliteai/warp docs/DS41.md (shape); vllm-project/recipes models/deepseek-ai/DeepSeek-V4.1-Flash.yaml",
            date: "2026-11",
        },
        unverified: ["kv.fixedBytesPerSequence", "weights.fp4-fp8.architectures"],
    },
];
