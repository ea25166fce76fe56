import { findGpu } from "../../../catalog";
import { ONE_POD } from "../../fabric/environment";
import type { ModelPlan } from "../../planning/plan";
import type { SiteModel } from "../../site/site";
import { loadTimes } from "../loading";
import { CACHE_PATH, type Command, type Engine, ENGINE_PORT, MEETING_PORT, TRANSFER_PORT } from "./engine";
import { firstMember, type Member, POD_IP, valueOf } from "./member";
import { orRefusePlan, refusalOf } from "./refusals";
import { completion } from "./token";
import { VLLM_COMMAND, vllmArguments } from "./vllm-arguments";
import { vllmRouter } from "./vllm-router";

/**
 * vLLM on GPUs. Weights that are already quantised (FP8, AWQ, GPTQ) name their format in their own `config.json`:
 * `--quantization` is never passed. Remote code is never trusted, and nothing is downloaded or reported.
 */
export const vllm: Engine = {
    name: "vllm",
    port: ENGINE_PORT,
    healthPath: "/health",
    scratchGiB: 32,
    // DeepGEMM's first compilation takes about 10 minutes; CUDA graphs come on top.
    warmUpSeconds: 1200,
    // vllm/v1/metrics/loggers.py
    metrics: {
        path: "/metrics",
        waiting: "vllm:num_requests_waiting",
        running: "vllm:num_requests_running",
        kvCacheUsage: "vllm:kv_cache_usage_perc",
        ttftSeconds: "vllm:time_to_first_token_seconds",
        tpotSeconds: "vllm:request_time_per_output_token_seconds",
        modelLabel: "model_name",
    },
    router: vllmRouter,
    tokenRequest: completion,
    refusal: plan => refusalOf("vllm", plan),
    command: (plan, model, member = firstMember(plan)) => {
        orRefusePlan("vllm", plan);
        return vllmCommand(plan, model, member);
    },
    ports: vllmPorts,
};

/** The command of vLLM without what the engines that are built on it add. */
export function vllmCommand(plan: ModelPlan, model: SiteModel, member: Member): Command {
    const alone = member.layout.hosts === 1;
    return {
        command: VLLM_COMMAND,
        args: vllmArguments(plan, member),
        own: alone && member.phase === "both" ? [] : [POD_IP],
        env: {
            ...ENVIRONMENT,
            VLLM_HOST_IP: alone ? "127.0.0.1" : valueOf(POD_IP),
            // All ranks are in one pod: their sockets, which carry pickled objects, stay on its loopback.
            ...(alone ? ONE_POD : {}),
            ...(member.phase === "both"
                ? {}
                : {
                      VLLM_NIXL_SIDE_CHANNEL_HOST: valueOf(POD_IP),
                      VLLM_NIXL_SIDE_CHANNEL_PORT: String(TRANSFER_PORT),
                  }),
            // The default is 10 minutes, within which a slow load and the first compilation do not end.
            VLLM_ENGINE_READY_TIMEOUT_S: String(loadTimes(plan, model, vllm).start),
            ...(findGpu(plan.gpu)?.vendor === "AMD" ? { VLLM_ROCM_USE_AITER: "1" } : {}),
        },
    };
}

/** Where pods of a group meet, and where each data-parallel rank says what its KV cache holds. */
export function vllmPorts({ layout, phase, role }: Member): readonly number[] {
    const ranks = Math.max(1, layout.dataParallel);
    return [
        ...(layout.hosts > 1 && role === "leader" ? [MEETING_PORT] : []),
        ...(layout.hosts > 1 && role === "leader" && layout.dataParallel > 1 ? [MEETING_PORT + 1] : []),
        ...(phase === "both" ? [] : Array.from({ length: ranks }, (_, rank) => TRANSFER_PORT + rank)),
    ];
}

const ENVIRONMENT: Readonly<Record<string, string>> = {
    // The image's user has no entry in passwd under a uid of ours, and its home is read-only.
    HOME: CACHE_PATH,
    USER: "seamount",
    XDG_CACHE_HOME: CACHE_PATH,
    VLLM_CACHE_ROOT: `${CACHE_PATH}/vllm`,
    TORCHINDUCTOR_CACHE_DIR: `${CACHE_PATH}/inductor`,
    TRITON_CACHE_DIR: `${CACHE_PATH}/triton`,
    DG_JIT_CACHE_DIR: `${CACHE_PATH}/deep-gemm`,
    FLASHINFER_WORKSPACE_BASE: CACHE_PATH,
    CUDA_CACHE_PATH: `${CACHE_PATH}/cuda`,
    HF_HUB_OFFLINE: "1",
    TRANSFORMERS_OFFLINE: "1",
    VLLM_NO_USAGE_STATS: "1",
    DO_NOT_TRACK: "1",
};
