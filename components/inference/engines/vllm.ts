import { findGpu } from "../../../catalog";
import { ONE_POD } from "../../fabric/environment";
import type { ModelPlan } from "../../planning/plan";
import { loadTimes } from "../loading";
import { CACHE_PATH, ENGINE_PORT, type Engine, WEIGHTS_PATH } from "./engine";

/** How vLLM must read and parse a family of models. Matched by the start of the catalogue name, first match wins. */
interface Family {
    readonly prefix: string;
    readonly args: readonly string[];
}

/**
 * Sources: docs.vllm.ai, features/reasoning_outputs and features/tool_calling (v0.11 to v0.20); the recipes of
 * vllm-project/recipes for V3.2, V4 and V4.1. The distills of R1 think in R1's own tags. R1 and V3 call tools only with
 * a chat template that images do not carry, so no tool parser is named for them. Where V4.1 keeps its n-gram memory by
 * default depends on the release, and the plan counts it in main memory.
 */
const FAMILIES: readonly Family[] = [
    { prefix: "deepseek-r1", args: ["--reasoning-parser", "deepseek_r1"] },
    {
        prefix: "deepseek-v4.1",
        args: [
            ...["--tokenizer-mode", "deepseek_v41", "--engram-config", '{"cpu_offload":true}'],
            ...tools("deepseek_v41", "deepseek_v41"),
        ],
    },
    {
        prefix: "deepseek-v4",
        args: [
            ...["--kv-cache-dtype", "fp8", "--block-size", "256", "--tokenizer-mode", "deepseek_v4"],
            ...tools("deepseek_v4", "deepseek_v4"),
        ],
    },
    {
        prefix: "deepseek-v3.2",
        args: ["--tokenizer-mode", "deepseek_v32", ...tools("deepseek_v32", "deepseek_v3")],
    },
    { prefix: "deepseek-v3.1", args: ["--reasoning-parser", "deepseek_v3"] },
];

function tools(toolParser: string, reasoningParser: string): readonly string[] {
    return [
        ...["--enable-auto-tool-choice", "--tool-call-parser", toolParser],
        ...["--reasoning-parser", reasoningParser],
    ];
}

/**
 * vLLM on GPUs of one host. Weights that are already quantised (FP8, AWQ, GPTQ) name their format in their own
 * `config.json`: `--quantization` is never passed. Remote code is never trusted, and nothing is downloaded or reported.
 */
export const vllm: Engine = {
    name: "vllm",
    port: ENGINE_PORT,
    healthPath: "/health",
    scratchGiB: 32,
    // DeepGEMM's first compilation takes about 10 minutes; CUDA graphs come on top.
    warmUpSeconds: 1200,
    command: (plan, model) => ({
        // `vllm serve` takes the model as its first word and refuses `--model`.
        command: ["vllm", "serve", WEIGHTS_PATH],
        args: [
            ...["--served-model-name", plan.name],
            ...["--host", "127.0.0.1", "--port", String(ENGINE_PORT)],
            ...["--tensor-parallel-size", String(plan.tensorParallel)],
            ...(plan.pipelineParallel > 1 ? ["--pipeline-parallel-size", String(plan.pipelineParallel)] : []),
            ...(plan.dataParallel > 1 ? ["--data-parallel-size", String(plan.dataParallel)] : []),
            ...(plan.expertParallel ? ["--enable-expert-parallel"] : []),
            ...["--max-model-len", String(plan.contextTokens)],
            ...["--max-num-seqs", String(sequencesPerRank(plan))],
            ...["--gpu-memory-utilization", plan.memoryUtilisation.toFixed(2)],
            ...(FAMILIES.find(family => plan.model.startsWith(family.prefix))?.args ?? []),
        ],
        env: {
            ...ENVIRONMENT,
            // The default is 10 minutes, within which a slow load and the first compilation do not end.
            VLLM_ENGINE_READY_TIMEOUT_S: String(loadTimes(plan, model, vllm).start),
            ...(findGpu(plan.gpu)?.vendor === "AMD" ? { VLLM_ROCM_USE_AITER: "1" } : {}),
        },
    }),
};

/** `--max-num-seqs` counts per data-parallel rank, while the plan counts per replica. */
function sequencesPerRank(plan: ModelPlan): number {
    return Math.ceil(plan.concurrency / plan.dataParallel);
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
    // All ranks are in one pod: their sockets, which carry pickled objects, stay on its loopback.
    VLLM_HOST_IP: "127.0.0.1",
    ...ONE_POD,
    HF_HUB_OFFLINE: "1",
    TRANSFORMERS_OFFLINE: "1",
    VLLM_NO_USAGE_STATS: "1",
    DO_NOT_TRACK: "1",
};
