import type { Model, ModelWeights, Source } from "./types";

const readme: Source = {
    where: "deepseek-ai/DeepSeek-R1 README, distilled models; the base models' config.json",
    date: "2026-08",
};
const gguf: Source = {
    where: "ggml-org/llama.cpp tools/quantize/README.md: 8.5 and 4.85 bits a weight",
    date: "2026-11",
};

/** Sizes in GB, 10⁹ bytes. BF16 is what ships; the others keep embeddings in 16 bits where the format does. */
interface Sizes {
    readonly bf16: number;
    readonly eightBit: number;
    readonly fourBit: number;
    readonly q8: number;
    readonly q4: number;
}

function weightsOf({ bf16, eightBit, fourBit, q8, q4 }: Sizes): Model["weights"] {
    const derived = (weightsGB: number, source = readme): ModelWeights => ({
        weightsGB,
        source,
        unverified: ["weightsGB"],
    });
    return {
        bf16: { weightsGB: bf16, source: readme },
        fp16: derived(bf16),
        fp8: derived(eightBit),
        int8: derived(eightBit),
        awq: { ...derived(fourBit), blockSize: 128 },
        gptq: { ...derived(fourBit), blockSize: 128 },
        q8_0: derived(q8, gguf),
        q4_k_m: derived(q4, gguf),
    };
}

const dense = {
    expertParametersB: 0,
    experts: 0,
    contextTokens: 131_072,
    engines: { vllm: {}, sglang: {}, trtllm: {}, triton: {}, "vllm-ascend": {}, llamacpp: {} },
    source: readme,
} as const;

const qwenLicence = "MIT; base model Apache-2.0";

/** The six distills of R1, and the model of DeepSeek's shape that tests serve. */
export const smallModels: readonly Model[] = [
    {
        ...dense,
        name: "deepseek-r1-distill-qwen-1.5b",
        parametersB: 1.78,
        activeB: 1.78,
        layers: 28,
        heads: 12,
        denseInter: 8960,
        kv: { kind: "gqa", kvHeads: 2, headDim: 128 },
        licence: qwenLicence,
        weights: weightsOf({ bf16: 3.6, eightBit: 2.2, fourBit: 1.6, q8: 1.9, q4: 1.1 }),
    },
    {
        ...dense,
        name: "deepseek-r1-distill-qwen-7b",
        parametersB: 7.62,
        activeB: 7.62,
        layers: 28,
        heads: 28,
        denseInter: 18944,
        kv: { kind: "gqa", kvHeads: 4, headDim: 128 },
        licence: qwenLicence,
        weights: weightsOf({ bf16: 15.2, eightBit: 8.7, fourBit: 5.6, q8: 8.1, q4: 4.7 }),
    },
    {
        ...dense,
        name: "deepseek-r1-distill-llama-8b",
        parametersB: 8.03,
        activeB: 8.03,
        layers: 32,
        heads: 32,
        denseInter: 14336,
        kv: { kind: "gqa", kvHeads: 8, headDim: 128 },
        licence: "MIT; base model Llama 3.1 Community License",
        weights: weightsOf({ bf16: 16.1, eightBit: 9.1, fourBit: 5.7, q8: 8.5, q4: 4.9 }),
    },
    {
        ...dense,
        name: "deepseek-r1-distill-qwen-14b",
        parametersB: 14.77,
        activeB: 14.77,
        layers: 48,
        heads: 40,
        denseInter: 13824,
        kv: { kind: "gqa", kvHeads: 8, headDim: 128 },
        licence: qwenLicence,
        weights: weightsOf({ bf16: 29.5, eightBit: 16.3, fourBit: 10, q8: 15.7, q4: 9 }),
    },
    {
        ...dense,
        name: "deepseek-r1-distill-qwen-32b",
        parametersB: 32.76,
        activeB: 32.76,
        layers: 64,
        heads: 40,
        denseInter: 27648,
        kv: { kind: "gqa", kvHeads: 8, headDim: 128 },
        licence: qwenLicence,
        weights: weightsOf({ bf16: 65.5, eightBit: 34.3, fourBit: 19.3, q8: 34.8, q4: 19.9 }),
    },
    {
        ...dense,
        name: "deepseek-r1-distill-llama-70b",
        parametersB: 70.55,
        activeB: 70.55,
        layers: 80,
        heads: 64,
        denseInter: 28672,
        kv: { kind: "gqa", kvHeads: 8, headDim: 128 },
        licence: "MIT; base model Llama 3.3 Community License",
        weights: weightsOf({ bf16: 141, eightBit: 72.7, fourBit: 39.8, q8: 75, q4: 42.5 }),
    },
    {
        name: "tiny-deepseek",
        parametersB: 0.00085,
        activeB: 0.0006,
        expertParametersB: 0.0004,
        layers: 3,
        heads: 4,
        denseInter: 256,
        moeInter: 64,
        experts: 8,
        kv: { kind: "mla", latent: 64, rope: 16 },
        contextTokens: 4096,
        licence: "Apache-2.0",
        engines: { llamacpp: {} },
        weights: {
            f32: { weightsGB: 0.0034, source: { where: "local/, the script that makes it", date: "2026-11-22" } },
        },
        source: {
            where: "local/, the script that makes it: random weights, DeepSeek's architecture",
            date: "2026-11-22",
        },
    },
];
