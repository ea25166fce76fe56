import type { Architecture, Model, ModelWeights, Source } from "./types";

const sglang: Source = { where: "sgl-project/sglang docs/basic_usage/deepseek_v3.md", date: "2026-08" };
const config: Source = { where: "deepseek-ai/DeepSeek-V3 inference/configs/config_671B.json", date: "2026-08" };
const recipes: Source = { where: "vllm-project/recipes models/deepseek-ai", date: "2026-08" };
const cdna: readonly Architecture[] = ["CDNA 3", "CDNA 4"];

/**
 * The 671B family's weights. FP8 is what DeepSeek ships; the sizes of the others are counted from 685 × 10⁹ parameters
 * (multi-token prediction included), of which 654 × 10⁹ are routed experts, and from each format's scales.
 */
const weights671: Model["weights"] = {
    fp8: {
        weightsGB: 689,
        blockSize: 128,
        architectures: ["Hopper", "Blackwell", ...cdna],
        recipeMinimumGB: 805,
        source: recipes,
    },
    bf16: {
        weightsGB: 1370,
        architectures: ["Ampere", "Hopper", "Blackwell", "Da Vinci", ...cdna],
        source: sglang,
        unverified: ["weightsGB"],
    },
    w8a8: {
        ...derived(685, ["Da Vinci"]),
        source: { where: "vllm-ascend tutorials/models/DeepSeek-R1.md", date: "2026-08" },
    },
    int8: derived(685, ["Ampere", "Ada", "Hopper", "Da Vinci"]),
    w4a8: derived(361, ["Hopper"]),
    awq: { ...derived(352, ["Ampere", "Hopper", "Blackwell"]), blockSize: 128 },
    nvfp4: { ...derived(402, ["Blackwell"]), recipeMinimumGB: 403 },
    mxfp4: derived(382, ["CDNA 4"]),
};

function derived(weightsGB: number, architectures: readonly Architecture[]): ModelWeights {
    return { weightsGB, architectures, source: sglang, unverified: ["weightsGB"] };
}

const shape = {
    parametersB: 671,
    activeB: 37,
    expertParametersB: 653.9,
    layers: 61,
    heads: 128,
    denseInter: 18432,
    moeInter: 2048,
    experts: 256,
    kv: { kind: "mla", latent: 512, rope: 64 },
    contextTokens: 163_840,
    licence: "MIT",
    engines: { vllm: {}, sglang: {}, trtllm: {}, triton: {}, "vllm-ascend": {} },
    weights: weights671,
    source: config,
} as const;

/** DeepSeek-V3, V3.1, R1 and V3.2: one shape, multi-head latent attention, 256 routed experts. */
export const v3Models: readonly Model[] = [
    { ...shape, name: "deepseek-v3" },
    { ...shape, name: "deepseek-v3.1" },
    { ...shape, name: "deepseek-r1" },
    {
        ...shape,
        name: "deepseek-v3.2",
        kv: { kind: "mla", latent: 512, rope: 64, indexBytes: 132 },
        engines: {
            vllm: { minimumVersion: "0.18" },
            sglang: { minimumVersion: "0.5.6" },
            "vllm-ascend": {},
        },
        tensorParallelAdvice: {
            from: 8,
            sentence:
                "sparse attention pads 16 heads a GPU to 64 at tensor parallel 8: attention data parallel 8 with expert parallel is faster",
        },
        source: { where: "vllm-project/recipes models/deepseek-ai/DeepSeek-V3.2", date: "2026-08" },
        unverified: ["kv.indexBytes"],
    },
];
