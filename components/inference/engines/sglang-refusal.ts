import { findGpu, findModel } from "../../../catalog";
import type { ServingPlan } from "../../planning/plan";
import { members } from "./member";

/**
 * What SGLang alone cannot do, in one sentence. Sources: sglang 0.5.23, srt/arg_groups/validation_hook.py (stages and
 * drafts), speculative_hook.py (drafts of V4.1); SGLang's cookbook for DeepSeek-V4 (FP4 on Hopper).
 */
export function sglangRefusal(plan: ServingPlan): string | undefined {
    const all = members(plan);
    const drafts = (plan.draftTokens ?? 0) > 0;
    const shared = all.some(({ layout }) => layout.dataParallel > 1);
    if (shared && findModel(plan.model)?.experts === 0) {
        return `SGLang shares attention among data-parallel ranks for mixtures of experts alone, and ${plan.model} is none: choose data parallel 1 and more replicas`;
    }
    if (drafts && all.some(({ layout, phase }) => layout.pipelineParallel > 1 && phase !== "prefill")) {
        return "SGLang drafts tokens over several pipeline stages in prefill groups alone: choose pipeline parallel 1, or 0 draft tokens";
    }
    if (drafts && plan.model.startsWith("deepseek-v4.1")) {
        return `the drafts of ${plan.model} are DSpark's, which SGLang sets up by options that depend on the release: choose 0 draft tokens, or the engine vllm`;
    }
    return shared && plan.precision === "fp4-fp8" && findGpu(plan.gpu)?.architecture === "Hopper"
        ? `SGLang runs FP4 on Hopper by kernels for tensor parallel alone: choose data parallel 1, or the FP8 weights of ${plan.model}`
        : undefined;
}
