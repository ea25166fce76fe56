import type { Precision, PrecisionFacts, Source } from "./types";

const vllmMatrix: Source = {
    where: "docs.vllm.ai/en/v0.14.0/features/quantization, supported hardware",
    date: "2026-11",
};
const sglang: Source = { where: "sgl-project/sglang docs/basic_usage/deepseek_v3.md", date: "2026-08" };
const ascend: Source = { where: "vllm-project/vllm-ascend docs/source/tutorials/models", date: "2026-08" };
const gguf: Source = { where: "ggml-org/llama.cpp tools/quantize/README.md", date: "2026-11" };

/** What each number format of weights asks of a GPU. FP8 weights on Ampere and Turing (weight-only) are not counted. */
export const precisions: Readonly<Record<Precision, PrecisionFacts>> = {
    f32: { label: "F32", requires: { NVIDIA: "f32", AMD: "f32" }, source: vllmMatrix },
    bf16: {
        label: "BF16",
        requires: { NVIDIA: "bf16", AMD: "bf16", Huawei: "bf16", Cambricon: "bf16" },
        source: sglang,
        unverified: ["requires.Cambricon"],
    },
    fp16: {
        label: "FP16",
        requires: { NVIDIA: "fp16", AMD: "fp16", Huawei: "fp16", Cambricon: "fp16" },
        source: vllmMatrix,
        unverified: ["requires.Cambricon"],
    },
    fp8: { label: "FP8", requires: { NVIDIA: "fp8", AMD: "fp8" }, source: vllmMatrix },
    int8: {
        label: "INT8",
        requires: { NVIDIA: "int8", Huawei: "int8", Cambricon: "int8" },
        source: vllmMatrix,
        unverified: ["requires.Cambricon"],
    },
    w8a8: { label: "W8A8", requires: { Huawei: "int8" }, source: ascend },
    w4a8: { label: "W4A8", requires: { NVIDIA: "fp8", Huawei: "int8" }, source: sglang },
    awq: { label: "AWQ", requires: { NVIDIA: "fp16" }, source: vllmMatrix },
    gptq: { label: "GPTQ", requires: { NVIDIA: "fp16" }, source: vllmMatrix },
    "fp4-fp8": {
        label: "FP4+FP8",
        requires: { NVIDIA: "fp8", AMD: "fp8" },
        source: { where: "SGLang DeepSeek-V4 cookbook: Hopper runs FP4 as weight-only", date: "2026-08" },
    },
    nvfp4: { label: "NVFP4", requires: { NVIDIA: "fp4" }, source: sglang },
    mxfp4: { label: "MXFP4", requires: { AMD: "mxfp4" }, source: sglang },
    q8_0: { label: "Q8_0", requires: {}, source: gguf },
    q4_k_m: { label: "Q4_K_M", requires: {}, source: gguf },
};
