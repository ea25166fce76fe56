import { ONE_POD } from "../../fabric/environment";
import { releaseOf } from "../../planning/engine-host";
import type { ModelPlan } from "../../planning/plan";
import type { SiteModel } from "../../site/site";
import { isAtLeast } from "../../site/versions";
import { loadTimes } from "../loading";
import { runsDeepEp } from "./deep-ep";
import { CACHE_PATH, type Engine, ENGINE_PORT, MEETING_PORT, WEIGHTS_PATH } from "./engine";
import { firstMember, GROUP, type Member, POD_IP, sequencesOf, valueOf } from "./member";
import { orRefusePlan, refusalOf } from "./refusals";
import { BOOTSTRAP_PORT, sglangRouter } from "./sglang-router";
import { sglangRefusal } from "./sglang-refusal";
import { memoryShares } from "./shares";
import { completion } from "./token";

/**
 * SGLang on GPUs. Its tensor-parallel degree counts all ranks of a stage: attention data parallel divides them, where
 * other engines multiply by it. Flags of SGLang 0.5.23 (sglang/srt/arg_groups/fields).
 */
export const sglang: Engine = {
    name: "sglang",
    port: ENGINE_PORT,
    healthPath: "/health",
    scratchGiB: 32,
    // DeepGEMM's first compilation takes about 10 minutes; CUDA graphs come on top.
    warmUpSeconds: 1200,
    // sglang/srt/observability/metrics_collector.py
    metrics: {
        path: "/metrics",
        waiting: "sglang:num_queue_reqs",
        running: "sglang:num_running_reqs",
        kvCacheUsage: "sglang:token_usage",
        ttftSeconds: "sglang:time_to_first_token_seconds",
        tpotSeconds: "sglang:request_time_per_output_token_seconds",
        modelLabel: "model_name",
    },
    router: sglangRouter,
    tokenRequest: completion,
    refusal: plan => refusalOf("sglang", plan) ?? sglangRefusal(plan),
    command: (plan, model, member = firstMember(plan)) => {
        orRefusePlan("sglang", plan, sglangRefusal(plan));
        const alone = member.layout.hosts === 1;
        return {
            command: ["python3", "-m", "sglang.launch_server"],
            args: sglangArguments(plan, model, member),
            own: alone && member.phase === "both" ? [] : [POD_IP],
            env: {
                ...ENVIRONMENT,
                SGLANG_HOST_IP: alone && member.phase === "both" ? "127.0.0.1" : valueOf(POD_IP),
                // All ranks are in one pod: their sockets stay on its loopback.
                ...(alone ? ONE_POD : {}),
                ...dispatch(plan, member),
            },
        };
    },
    ports: ({ layout, phase, role }) => [
        ...(layout.hosts > 1 && role === "leader" ? [MEETING_PORT] : []),
        ...(phase === "prefill" && role === "leader" ? [BOOTSTRAP_PORT] : []),
    ],
};

function sglangArguments(plan: ModelPlan, model: SiteModel, member: Member): readonly string[] {
    const { layout, role, listen } = member;
    const { dataParallel, expertParallel } = layout;
    const ranks = layout.tensorParallel * dataParallel;
    const fixed = memoryShares(plan, layout)?.fixed;
    return [
        ...["--model-path", WEIGHTS_PATH, "--served-model-name", plan.name],
        ...["--host", role === "leader" && listen === "pod" ? "0.0.0.0" : "127.0.0.1", "--port", String(ENGINE_PORT)],
        ...["--tp-size", String(ranks)],
        ...(layout.pipelineParallel > 1
            ? ["--pp-size", String(layout.pipelineParallel), "--disable-overlap-schedule"]
            : []),
        ...(dataParallel > 1 ? attentionData(dataParallel, model) : []),
        ...(expertParallel ? ["--ep-size", String(ranks), ...exchange(plan, member), ...balancing(plan)] : []),
        ...(layout.hosts > 1 ? severalHosts(member) : []),
        ...["--context-length", String(plan.contextTokens)],
        // Counted over all data-parallel ranks, which share them.
        ...["--max-running-requests", String(sequencesOf(plan, member) * dataParallel)],
        ...(fixed === undefined ? [] : ["--mem-fraction-static", fixed.toFixed(2)]),
        ...(plan.kvCache === "fp8" ? ["--kv-cache-dtype", "fp8_e4m3"] : []),
        ...draft(plan),
        ...transfer(member),
        // Ranks wait for one another's loads; the default is PyTorch's, which a slow load outlasts.
        ...["--dist-timeout", String(loadTimes(plan, model, sglang).start)],
        "--enable-metrics",
        ...(FAMILIES.find(([prefix]) => plan.model.startsWith(prefix))?.[1] ?? []),
    ];
}

/** The older spelling goes after 2026; the newer one is in releases from 0.5.22 on. */
function attentionData(degree: number, { image }: SiteModel): readonly string[] {
    const release = releaseOf(image);
    return release !== undefined && isAtLeast(release, "0.5.22")
        ? ["--attn-dp-size", String(degree)]
        : ["--dp-size", String(degree), "--enable-dp-attention"];
}

/** DeepEP picks its kernels by the phase; where phases are apart, each group has its own alone. */
function exchange({ gpu }: ModelPlan, { layout, phase }: Member): readonly string[] {
    const mode = { both: "auto", prefill: "normal", decode: "low_latency" }[phase];
    return layout.dataParallel > 1 && phase !== "both" && runsDeepEp(gpu)
        ? ["--moe-a2a-backend", "deepep", "--deepep-mode", mode]
        : [];
}

/** DeepEP's buffers must hold the tokens of one step of a rank; SGLang's own default is 128. */
function dispatch(plan: ModelPlan, member: Member): Readonly<Record<string, string>> {
    const tokens = sequencesOf(plan, member) * ((plan.draftTokens ?? 0) + 1);
    return exchange(plan, member).length > 0
        ? { SGLANG_DEEPEP_NUM_MAX_DISPATCH_TOKENS_PER_RANK: String(Math.max(128, tokens)) }
        : {};
}

function balancing({ redundantExperts = 0 }: ModelPlan): readonly string[] {
    return redundantExperts > 0 ? ["--enable-eplb", "--ep-num-redundant-experts", String(redundantExperts)] : [];
}

function severalHosts({ role, layout }: Member): readonly string[] {
    const [rank, address] = role === "leader" ? ["0", valueOf(POD_IP)] : [GROUP.index, GROUP.leader];
    return [
        ...["--nnodes", String(layout.hosts), "--node-rank", rank],
        ...["--dist-init-addr", `${address}:${MEETING_PORT}`],
    ];
}

/** One chain of drafts: a wider tree costs more than it wins with many sequences. */
function draft({ draftTokens = 0 }: ModelPlan): readonly string[] {
    return draftTokens > 0
        ? [
              ...["--speculative-algorithm", "EAGLE", "--speculative-num-steps", String(draftTokens)],
              ...["--speculative-eagle-topk", "1", "--speculative-num-draft-tokens", String(draftTokens + 1)],
          ]
        : [];
}

/** NIXL, because Mooncake without a visible InfiniBand device falls back to TCP in silence (SGLang V4 cookbook). */
function transfer({ phase }: Member): readonly string[] {
    return phase === "both"
        ? []
        : [
              ...["--disaggregation-mode", phase, "--disaggregation-transfer-backend", "nixl"],
              ...(phase === "prefill" ? ["--disaggregation-bootstrap-port", String(BOOTSTRAP_PORT)] : []),
          ];
}

/** Parsers by the start of the catalogue name, first match wins. Names of SGLang 0.5.23, the same families as vLLM's. */
const FAMILIES: readonly (readonly [string, readonly string[]])[] = [
    ["deepseek-r1", ["--reasoning-parser", "deepseek-r1"]],
    ["deepseek-v4.1", ["--tool-call-parser", "deepseekv41", "--reasoning-parser", "deepseek-v41"]],
    ["deepseek-v4", ["--tool-call-parser", "deepseekv4", "--reasoning-parser", "deepseek-v4"]],
    ["deepseek-v3.2", ["--tool-call-parser", "deepseekv32", "--reasoning-parser", "deepseek-v3"]],
    ["deepseek-v3.1", ["--reasoning-parser", "deepseek-v3"]],
];

const ENVIRONMENT: Readonly<Record<string, string>> = {
    HOME: CACHE_PATH,
    USER: "seamount",
    XDG_CACHE_HOME: CACHE_PATH,
    SGLANG_CACHE_DIR: `${CACHE_PATH}/sglang`,
    SGLANG_DG_CACHE_DIR: `${CACHE_PATH}/deep-gemm`,
    TORCHINDUCTOR_CACHE_DIR: `${CACHE_PATH}/inductor`,
    TRITON_CACHE_DIR: `${CACHE_PATH}/triton`,
    FLASHINFER_WORKSPACE_BASE: CACHE_PATH,
    CUDA_CACHE_PATH: `${CACHE_PATH}/cuda`,
    HF_HUB_OFFLINE: "1",
    TRANSFORMERS_OFFLINE: "1",
    DO_NOT_TRACK: "1",
};
