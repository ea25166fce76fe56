import type { EngineFacts, Source } from "./types";

const vllmMatrix: Source = {
    where: "docs.vllm.ai/en/v0.14.0/features/quantization, supported hardware",
    date: "2026-11",
};
const gguf: Source = { where: "ggml-org/llama.cpp tools/quantize/README.md", date: "2026-11" };
const trtllm: Source = {
    where: "nvidia.github.io/TensorRT-LLM deployment-guide-for-deepseek-r1-on-trtllm; NVIDIA/TensorRT-LLM tensorrt_llm/llmapi/mpi_session.py (hosts)",
    date: "2026-11",
};

const mpi =
    "TensorRT-LLM starts its ranks on several hosts through MPI alone, which needs a shell on each of them: choose one host a replica, or the engine vllm or sglang";

const slots =
    "TensorRT-LLM holds experts twice with its kernels for NVL72 alone: choose 0 redundant experts, or the engine vllm or sglang";

/** The engines that Seamount deploys. llama.cpp is used on CPUs. */
export const engines: Readonly<Record<EngineFacts["name"], EngineFacts>> = {
    vllm: {
        name: "vllm",
        device: "gpu",
        memoryUtilisation: 0.9,
        precisions: ["bf16", "fp16", "fp8", "int8", "w8a8", "w4a8", "awq", "gptq", "fp4-fp8", "nvfp4", "mxfp4"],
        vendors: ["NVIDIA", "AMD", "Huawei", "Cambricon"],
        cannot: {},
        source: vllmMatrix,
    },
    sglang: {
        name: "sglang",
        device: "gpu",
        memoryUtilisation: 0.9,
        precisions: ["bf16", "fp16", "fp8", "int8", "w4a8", "awq", "fp4-fp8", "nvfp4", "mxfp4"],
        vendors: ["NVIDIA", "AMD"],
        cannot: {},
        source: {
            where: "sgl-project/sglang docs/basic_usage/deepseek_v3.md; sglang 0.5.23 arg_groups",
            date: "2026-11",
        },
    },
    trtllm: {
        name: "trtllm",
        device: "gpu",
        memoryUtilisation: 0.9,
        precisions: ["bf16", "fp16", "fp8", "nvfp4"],
        vendors: ["NVIDIA"],
        cannot: { hosts: mpi, redundantExperts: slots },
        source: trtllm,
    },
    triton: {
        name: "triton",
        device: "gpu",
        memoryUtilisation: 0.9,
        precisions: ["bf16", "fp16", "fp8", "nvfp4"],
        vendors: ["NVIDIA"],
        cannot: {
            hosts: mpi,
            redundantExperts: slots,
            apart: "Triton hands no KV cache from one server to another: choose prefill and decode together, or the engine trtllm",
        },
        source: {
            where: "triton-inference-server/server docs/getting_started/llm.md (LLM API backend)",
            date: "2026-08",
        },
    },
    "vllm-ascend": {
        name: "vllm-ascend",
        device: "gpu",
        memoryUtilisation: 0.9,
        precisions: ["bf16", "fp16", "w8a8", "w4a8"],
        vendors: ["Huawei"],
        cannot: {
            apart: "vLLM on Ascend hands KV caches over by connectors of its own, for which no router is released: choose prefill and decode together",
            redundantExperts:
                "vLLM on Ascend does not balance experts by vLLM's own options: choose 0 redundant experts",
            fp8Cache: "Ascend NPUs have no FP8: choose the cache format bf16",
        },
        source: { where: "vllm-project/vllm-ascend docs/source/tutorials/models", date: "2026-08" },
    },
    llamacpp: {
        name: "llamacpp",
        device: "cpu",
        memoryUtilisation: 0.9,
        precisions: ["f32", "bf16", "fp16", "q8_0", "q4_k_m"],
        vendors: [],
        cannot: {
            tensor: "llama.cpp divides a model among hosts by layers only: choose tensor parallel 1",
            data: "llama.cpp has no data parallel ranks: choose more replicas",
            experts: "llama.cpp has no expert parallelism: choose tensor and expert parallel 1",
            apart: "llama.cpp hands no KV cache from one server to another: choose prefill and decode together",
            draft: "llama.cpp does not run the draft layer that the weights bring: choose 0 draft tokens",
            redundantExperts: "llama.cpp holds each expert once: choose 0 redundant experts",
            fp8Cache: "llama.cpp has no FP8 cache: choose the cache format bf16",
        },
        source: gguf,
    },
};
