import { ONE_POD } from "../../fabric/environment";
import { releaseOf } from "../../planning/engine-host";
import type { ModelPlan } from "../../planning/plan";
import type { SiteModel } from "../../site/site";
import { isAtLeast } from "../../site/versions";
import { type Engine, ENGINE_PORT, type Router, ROUTER_PATIENCE_SECONDS, WEIGHTS_PATH } from "./engine";
import { LLM_ENVIRONMENT, llmArguments, llmRefusal } from "./llm-api";
import { firstMember, POD_IP } from "./member";
import { orRefusePlan, refusalOf } from "./refusals";
import { completion } from "./token";

/** Where the server finds what the plan says. JSON, which is YAML too. */
const CONFIG_PATH = "/etc/engine/config.yml";
/** Where the router finds the servers. */
const ROUTER_PATH = "/etc/engine/disaggregated.yml";

/** The router of TensorRT-LLM itself. Options of `trtllm-serve disaggregated` (tensorrt_llm/commands/serve.py). */
const router: Router = {
    image: "engine",
    healthPath: "/health",
    command: (_plan, { prefill, decode }) => ({
        command: ["trtllm-serve", "disaggregated"],
        args: [
            ...["--config_file", ROUTER_PATH],
            ...["--server_start_timeout", ROUTER_PATIENCE_SECONDS, "--request_timeout", ROUTER_PATIENCE_SECONDS],
        ],
        env: LLM_ENVIRONMENT,
        files: {
            [ROUTER_PATH]: json({
                hostname: "127.0.0.1",
                port: ENGINE_PORT,
                backend: "pytorch",
                context_servers: servers(prefill),
                generation_servers: servers(decode),
            }),
        },
    }),
};

const servers = (urls: readonly string[]): object => ({
    num_instances: urls.length,
    urls: urls.map(url => new URL(url).host),
});

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * TensorRT-LLM by its own server, on the GPUs of one host. All of the plan is in a file: the command line has only what
 * the file cannot say. Options of TensorRT-LLM 1.2 (tensorrt_llm/commands/serve.py); metrics of queues need 1.3.
 */
export const trtllm: Engine = {
    name: "trtllm",
    port: ENGINE_PORT,
    healthPath: "/health",
    scratchGiB: 32,
    // Kernels are tuned and graphs captured before the first answer, as long as DeepGEMM's compilation takes.
    warmUpSeconds: 1200,
    // tensorrt_llm/metrics/collector.py; the path is that of tensorrt_llm/serve/openai_server.py.
    metrics: {
        path: "/prometheus/metrics",
        waiting: "trtllm_num_requests_waiting",
        running: "trtllm_num_requests_running",
        kvCacheUsage: "trtllm_kv_cache_utilization",
        ttftSeconds: "trtllm_time_to_first_token_seconds",
        tpotSeconds: "trtllm_time_per_output_token_seconds",
        modelLabel: "model_name",
    },
    router,
    tokenRequest: completion,
    refusal: plan => refusalOf("trtllm", plan) ?? llmRefusal(plan),
    command: (plan, model, member = firstMember(plan)) => {
        orRefusePlan("trtllm", plan, llmRefusal(plan));
        return {
            command: ["trtllm-serve", "serve", WEIGHTS_PATH],
            args: [
                ...["--host", member.listen === "loopback" ? "127.0.0.1" : "0.0.0.0", "--port", String(ENGINE_PORT)],
                ...["--config", CONFIG_PATH],
                ...(plan.model.startsWith("deepseek-r1") ? ["--reasoning_parser", "deepseek-r1"] : []),
                ...servedName(plan, model),
            ],
            own: member.phase === "both" ? [] : [POD_IP],
            env: { ...LLM_ENVIRONMENT, ...ONE_POD },
            files: { [CONFIG_PATH]: json(llmArguments(plan, member)) },
        };
    },
    ports: () => [],
};

/** Releases before 1.3 call a model by the folder of its weights, and do not look at the name in requests. */
function servedName({ name }: ModelPlan, { image }: SiteModel): readonly string[] {
    const release = releaseOf(image);
    return release !== undefined && isAtLeast(release, "1.3") ? ["--served_model_name", name] : [];
}
