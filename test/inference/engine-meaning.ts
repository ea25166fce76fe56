import { catalogue } from "../../catalog";
import type { Command } from "../../components/inference/engines/engine";
import type { Member } from "../../components/inference/engines/member";
import { memoryUse } from "../../components/planning/memory";
import type { ModelPlan } from "../../components/planning/plan";
import { flags } from "./engine-plans";

/** What a command line asks of an engine, in a plan's own words. */
export interface Meaning {
    readonly tensor: number;
    readonly pipeline: number;
    readonly data: number;
    readonly experts: boolean;
    readonly contextTokens: number;
    /** Sequences that a group works on at once. */
    readonly sequences: number;
    readonly fp8Cache: boolean;
    readonly draftTokens: number;
    readonly redundantExperts: number;
    /** KV cache of the fullest GPU, GB. */
    readonly cacheGB: number;
}

function use(plan: ModelPlan, { layout }: Member): { weightsGB: number; overheadGB: number; memoryGB: number } {
    const { memoryGB } = catalogue.gpus[plan.gpu] ?? { memoryGB: 0 };
    const model = catalogue.models[plan.model];
    const weights = model?.weights.fp8;
    if (model === undefined || weights === undefined) {
        throw new Error(`${plan.model} has no weights in FP8`);
    }
    const { weightsGB, overheadGB } = memoryUse(model, weights, layout, memoryGB, plan.memoryUtilisation, plan);
    return { weightsGB, overheadGB, memoryGB };
}

/** What the plan itself says of one group. */
export function meant(plan: ModelPlan, member: Member): Meaning {
    const { layout, phase } = member;
    const groups = (phase === "decode" ? plan.apart?.decodeGroups : plan.apart?.prefillGroups) ?? 1;
    const { weightsGB, overheadGB, memoryGB } = use(plan, member);
    return {
        tensor: layout.tensorParallel,
        pipeline: layout.pipelineParallel,
        data: layout.dataParallel,
        experts: layout.expertParallel,
        contextTokens: plan.contextTokens,
        sequences: plan.concurrency / groups,
        fp8Cache: plan.kvCache === "fp8",
        draftTokens: plan.draftTokens ?? 0,
        redundantExperts: plan.redundantExperts ?? 0,
        cacheGB: Math.max(0, memoryGB * plan.memoryUtilisation - weightsGB - overheadGB),
    };
}

type Reader = (command: Command, plan: ModelPlan, member: Member) => Meaning;

/** What a command asks, read by nothing but the engine's own words. */
export const readers: Readonly<Record<"vllm" | "sglang" | "trtllm" | "triton", Reader>> = {
    vllm: readVllm,
    sglang: readSglang,
    trtllm: (command, plan, member) => readLlm(command.files?.["/etc/engine/config.yml"], plan, member),
    triton: (command, plan, member) => readLlm(command.files?.["/etc/engine/llm.json"], plan, member),
};

function readVllm({ args }: Command, plan: ModelPlan, member: Member): Meaning {
    const found = flags(args);
    const json = (flag: string): Record<string, number> => JSON.parse(found[flag] ?? "{}") as Record<string, number>;
    const data = Number(found["--data-parallel-size"] ?? 1);
    const { weightsGB, overheadGB, memoryGB } = use(plan, member);
    return {
        tensor: Number(found["--tensor-parallel-size"]),
        pipeline: Number(found["--pipeline-parallel-size"] ?? 1),
        data,
        experts: "--enable-expert-parallel" in found,
        contextTokens: Number(found["--max-model-len"]),
        sequences: Number(found["--max-num-seqs"]) * data,
        fp8Cache: found["--kv-cache-dtype"] === "fp8",
        draftTokens: json("--speculative-config").num_speculative_tokens ?? 0,
        redundantExperts: json("--eplb-config").num_redundant_experts ?? 0,
        // It may take so much of the GPU in all.
        cacheGB: Math.max(0, Number(found["--gpu-memory-utilization"]) * memoryGB - weightsGB - overheadGB),
    };
}

function readSglang({ args }: Command, plan: ModelPlan, member: Member): Meaning {
    const found = flags(args);
    const data = Number(found["--attn-dp-size"] ?? found["--dp-size"] ?? 1);
    const ranks = Number(found["--tp-size"]);
    const { weightsGB, memoryGB } = use(plan, member);
    return {
        // Its tensor parallel ranks are all of a stage, and attention divides them.
        tensor: ranks / data,
        pipeline: Number(found["--pp-size"] ?? 1),
        data,
        experts: Number(found["--ep-size"] ?? 1) === ranks && "--ep-size" in found,
        contextTokens: Number(found["--context-length"]),
        sequences: Number(found["--max-running-requests"]),
        fp8Cache: found["--kv-cache-dtype"] === "fp8_e4m3",
        draftTokens: Number(found["--speculative-num-draft-tokens"] ?? 1) - 1,
        redundantExperts: Number(found["--ep-num-redundant-experts"] ?? 0),
        // Weights and cache take so much of it together.
        cacheGB: Math.max(0, Number(found["--mem-fraction-static"]) * memoryGB - weightsGB),
    };
}

interface LlmFile {
    readonly tensor_parallel_size: number;
    readonly pipeline_parallel_size: number;
    readonly moe_expert_parallel_size?: number;
    readonly enable_attention_dp: boolean;
    readonly max_batch_size: number;
    readonly max_seq_len: number;
    readonly kv_cache_config: { readonly dtype: string; readonly free_gpu_memory_fraction: number };
    readonly speculative_config?: { readonly num_nextn_predict_layers: number };
}

function readLlm(file: string | undefined, plan: ModelPlan, member: Member): Meaning {
    const found = JSON.parse(file ?? "") as LlmFile;
    const ranks = found.tensor_parallel_size;
    const data = found.enable_attention_dp ? ranks : 1;
    const { weightsGB, memoryGB } = use(plan, member);
    return {
        tensor: ranks / data,
        pipeline: found.pipeline_parallel_size,
        data,
        experts: found.moe_expert_parallel_size === ranks,
        contextTokens: found.max_seq_len,
        sequences: found.max_batch_size * data,
        fp8Cache: found.kv_cache_config.dtype === "fp8",
        draftTokens: found.speculative_config?.num_nextn_predict_layers ?? 0,
        redundantExperts: 0,
        // The cache takes so much of what the weights leave.
        cacheGB: found.kv_cache_config.free_gpu_memory_fraction * (memoryGB - weightsGB),
    };
}
