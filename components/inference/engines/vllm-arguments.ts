import type { Layout } from "../../planning/memory";
import type { ModelPlan } from "../../planning/plan";
import { runsDeepEp } from "./deep-ep";
import { ENGINE_PORT, MEETING_PORT, WEIGHTS_PATH } from "./engine";
import { GROUP, type Member, POD_IP, sequencesOf, valueOf } from "./member";
import { familyOf } from "./vllm-families";

/**
 * What `vllm serve` is told of one pod of a plan. The flags are those of vLLM 0.33 (vllm/engine/arg_utils.py), all of
 * which the oldest release that the catalogue names (0.18) has too.
 */
export function vllmArguments(plan: ModelPlan, member: Member): readonly string[] {
    const { layout, role, listen } = member;
    return [
        ...["--served-model-name", plan.name],
        ...(role === "leader"
            ? ["--host", listen === "loopback" ? "127.0.0.1" : "0.0.0.0", "--port", String(ENGINE_PORT)]
            : []),
        ...["--tensor-parallel-size", String(layout.tensorParallel)],
        ...(layout.pipelineParallel > 1 ? ["--pipeline-parallel-size", String(layout.pipelineParallel)] : []),
        ...(layout.dataParallel > 1 ? ["--data-parallel-size", String(layout.dataParallel)] : []),
        ...(layout.hosts > 1 ? severalHosts(member) : []),
        ...(layout.expertParallel ? ["--enable-expert-parallel", ...exchange(plan, member), ...balancing(plan)] : []),
        ...["--max-model-len", String(plan.contextTokens)],
        ...["--max-num-seqs", String(sequencesOf(plan, member))],
        ...["--gpu-memory-utilization", plan.memoryUtilisation.toFixed(2)],
        ...kvCache(plan),
        ...draft(plan),
        ...transfer(member),
        ...familyOf(plan.model).args,
    ];
}

/** The program and the model: `vllm serve` takes the model as its first word and refuses `--model`. */
export const VLLM_COMMAND: readonly string[] = ["vllm", "serve", WEIGHTS_PATH];

/**
 * vLLM counts the hosts' own ranks from `--nnodes` and `--node-rank`, data-parallel ones as well. The leader binds the
 * address that it is given, and a socket of ZeroMQ binds no name: it gets its own number, and the others its name.
 */
function severalHosts({ role, layout }: Member): readonly string[] {
    const leads = role === "leader";
    return [
        ...["--nnodes", String(layout.hosts), "--node-rank", leads ? "0" : GROUP.index],
        ...["--master-addr", leads ? valueOf(POD_IP) : GROUP.leader, "--master-port", String(MEETING_PORT)],
        // Said outright, because vLLM takes it by itself on NVIDIA's GPUs alone.
        ...["--distributed-executor-backend", "mp"],
        ...(layout.dataParallel > 1 ? ["--data-parallel-rpc-port", String(MEETING_PORT + 1)] : []),
        ...(leads ? apiServers(layout) : ["--headless"]),
    ];
}

/** As many servers of the API as there are ranks on their host; the default is one a rank of all hosts. */
function apiServers({ dataParallel, hosts }: Layout): readonly string[] {
    return dataParallel > 1 ? ["--api-server-count", String(Math.max(1, Math.floor(dataParallel / hosts)))] : [];
}

/**
 * How tokens get to the experts of other data-parallel ranks: where phases are apart, DeepEP's kernels for many tokens
 * or for few, which need tensor cores of Hopper or later; otherwise vLLM's default, which runs everywhere.
 */
function exchange({ gpu }: ModelPlan, { layout, phase }: Member): readonly string[] {
    return layout.dataParallel > 1 && phase !== "both" && runsDeepEp(gpu)
        ? ["--all2all-backend", phase === "prefill" ? "deepep_high_throughput" : "deepep_low_latency"]
        : [];
}

function balancing({ redundantExperts = 0 }: ModelPlan): readonly string[] {
    return redundantExperts > 0
        ? ["--enable-eplb", "--eplb-config", JSON.stringify({ num_redundant_experts: redundantExperts })]
        : [];
}

function kvCache(plan: ModelPlan): readonly string[] {
    const format = familyOf(plan.model).kvCache ?? plan.kvCache ?? "bf16";
    return format === "fp8" ? ["--kv-cache-dtype", "fp8"] : [];
}

function draft({ model, draftTokens = 0 }: ModelPlan): readonly string[] {
    const method = familyOf(model).draft ?? "mtp";
    return draftTokens > 0
        ? ["--speculative-config", JSON.stringify({ method, num_speculative_tokens: draftTokens })]
        : [];
}

/** A cache that does not arrive ends the request: computing it again would load decode hosts that no plan counts. */
function transfer({ phase }: Member): readonly string[] {
    return phase === "both"
        ? []
        : [
              "--kv-transfer-config",
              JSON.stringify({
                  kv_connector: "NixlConnector",
                  kv_role: phase === "prefill" ? "kv_producer" : "kv_consumer",
                  kv_load_failure_policy: "fail",
              }),
          ];
}
