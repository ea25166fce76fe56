import { findGpu, findModel } from "../../../catalog";
import type { ModelPlan, ServingPlan } from "../../planning/plan";
import { CACHE_PATH } from "./engine";
import { type Member, sequencesOf } from "./member";
import { memoryShares } from "./shares";

/** Tokens of one step, prompts in pieces: what NVIDIA's guide for DeepSeek-R1 takes. */
const STEP_TOKENS = 8192;

/**
 * A plan as arguments of TensorRT-LLM's `LLM()` beside the model's folder. Its tensor-parallel degree counts all ranks of a stage, and attention
 * data parallel is a switch for all of them. Names of TensorRT-LLM 1.2 (tensorrt_llm/llmapi/llm_args.py); kernels of
 * experts by device as in deployment-guide-for-deepseek-r1-on-trtllm.
 */
export function llmArguments(plan: ModelPlan, member: Member): Readonly<Record<string, unknown>> {
    const { layout, phase } = member;
    const ranks = layout.tensorParallel * layout.dataParallel;
    const sequences = sequencesOf(plan, member);
    const share = memoryShares(plan, layout)?.cacheOfRest;
    const draftTokens = plan.draftTokens ?? 0;
    return {
        backend: "pytorch",
        tensor_parallel_size: ranks,
        pipeline_parallel_size: layout.pipelineParallel,
        ...(layout.expertParallel ? { moe_expert_parallel_size: ranks } : {}),
        enable_attention_dp: layout.dataParallel > 1,
        // Counted by rank where attention is data parallel.
        max_batch_size: sequences,
        max_num_tokens: Math.max(STEP_TOKENS, sequences * (draftTokens + 1)),
        max_seq_len: plan.contextTokens,
        enable_chunked_prefill: true,
        cuda_graph_config: { enable_padding: true, max_batch_size: sequences },
        kv_cache_config: {
            dtype: plan.kvCache === "fp8" ? "fp8" : "auto",
            enable_block_reuse: true,
            ...(share === undefined ? {} : { free_gpu_memory_fraction: share }),
        },
        ...expertKernels(plan, layout.dataParallel),
        ...(draftTokens > 0
            ? { speculative_config: { decoding_type: "MTP", num_nextn_predict_layers: draftTokens } }
            : {}),
        ...(phase === "both"
            ? {}
            : { cache_transceiver_config: { backend: "NIXL", max_tokens_in_buffer: plan.contextTokens } }),
        // A prefill server has no next step whose scheduling could overlap.
        ...(phase === "prefill" ? { disable_overlap_scheduler: true } : {}),
        // Without them there are no metrics of queues and times.
        return_perf_metrics: true,
        enable_iter_perf_stats: true,
    };
}

function expertKernels({ model, gpu, precision }: ModelPlan, dataParallel: number): Readonly<Record<string, unknown>> {
    if ((findModel(model)?.experts ?? 0) === 0) {
        return {};
    }
    const blackwell = findGpu(gpu)?.architecture === "Blackwell";
    const few = precision === "nvfp4" && dataParallel === 1;
    const backend = blackwell && precision === "fp8" ? "DEEPGEMM" : blackwell && few ? "TRTLLM" : "CUTLASS";
    return { moe_config: { backend } };
}

/** A layout that `LLM()` has no words for, in one sentence. */
export function llmRefusal(plan: ServingPlan): string | undefined {
    const layouts = plan.apart === undefined ? [plan] : [plan.apart.prefill, plan.apart.decode];
    const mixed = layouts.find(layout => layout.dataParallel > 1 && layout.tensorParallel > 1);
    if (mixed !== undefined) {
        return (
            "TensorRT-LLM's attention is data parallel over all ranks of a stage or over none, and the plan has " +
            `tensor parallel ${mixed.tensorParallel} in data parallel ${mixed.dataParallel}: choose tensor parallel 1, or data parallel 1`
        );
    }
    return layouts.some(layout => layout.dataParallel > 1) && findModel(plan.model)?.experts === 0
        ? `TensorRT-LLM shares attention among ranks for mixtures of experts alone, and ${plan.model} is none: choose data parallel 1 and more replicas`
        : undefined;
}

/** What TensorRT-LLM's processes need to know of their pod. */
export const LLM_ENVIRONMENT: Readonly<Record<string, string>> = {
    HF_HUB_OFFLINE: "1",
    TRANSFORMERS_OFFLINE: "1",
    DO_NOT_TRACK: "1",
    TRTLLM_NO_USAGE_STATS: "1",
    HOME: CACHE_PATH,
    USER: "seamount",
    XDG_CACHE_HOME: CACHE_PATH,
    TRITON_CACHE_DIR: `${CACHE_PATH}/triton`,
    CUDA_CACHE_PATH: `${CACHE_PATH}/cuda`,
    TRTLLM_DG_CACHE_DIR: `${CACHE_PATH}/deep-gemm`,
};
