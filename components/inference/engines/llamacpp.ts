import { checksumLines } from "../checksums";
import type { ModelPlan } from "../../planning/plan";
import type { SiteModel } from "../../site/site";
import { CACHE_PATH, type Engine, ENGINE_PORT, WEIGHTS_PATH } from "./engine";
import { leaderArguments, RPC_PORT, workerCommand, workers } from "./llamacpp-group";
import { firstMember, type Member, POD_IP, POD_NAME, POD_NAMESPACE } from "./member";
import { orRefusePlan, refusalOf } from "./refusals";
import { completion } from "./token";

/**
 * llama.cpp's own server, for CPUs and the edge. Weights are one GGUF file, or the shards of one. On several hosts the
 * leader reads them and hands layers to workers, which have no weights of their own.
 */
export const llamacpp: Engine = {
    name: "llamacpp",
    port: ENGINE_PORT,
    healthPath: "/health",
    scratchGiB: 1,
    warmUpSeconds: 120,
    // tools/server: it says neither how full its cache is, nor times as histograms.
    metrics: {
        path: "/metrics",
        waiting: "llamacpp:requests_deferred",
        running: "llamacpp:requests_processing",
    },
    tokenRequest: completion,
    refusal: plan => refusalOf("llamacpp", plan),
    command: (plan, model, member = firstMember(plan)) => {
        orRefusePlan("llamacpp", plan);
        const threads = Math.max(1, Math.floor(plan.cpuCores));
        const group = member.layout.hosts > 1;
        return {
            ...(member.role === "worker"
                ? workerCommand(threads)
                : { command: ["llama-server"], args: serverArguments(plan, model, member, threads) }),
            own: group ? [POD_IP, POD_NAME, POD_NAMESPACE] : [],
            env: { HOME: CACHE_PATH },
        };
    },
    // The server gives up at once where a worker does not listen yet.
    meeting: (_plan, member) =>
        member.role === "leader" && member.layout.hosts > 1
            ? ["llama-server", "--rpc", workers(member), "--list-devices"]
            : undefined,
    ports: ({ role }) => (role === "worker" ? [RPC_PORT] : []),
};

function serverArguments(plan: ModelPlan, model: SiteModel, member: Member, threads: number): readonly string[] {
    return [
        ...["--model", `${WEIGHTS_PATH}/${ggufFile(model)}`],
        ...["--alias", plan.name],
        ...["--host", "127.0.0.1", "--port", String(ENGINE_PORT)],
        // The context is divided among the slots.
        ...["--ctx-size", String(plan.contextTokens * plan.concurrency)],
        ...["--parallel", String(plan.concurrency)],
        ...["--threads", String(threads)],
        ...(member.layout.hosts > 1 ? leaderArguments(plan, member) : []),
        // Kept prompts would take up to 8 GiB that no plan counts.
        ...["--cache-ram", "0"],
        // The page for browsers and the list of slots, which holds prompts, have no place behind an API.
        ...["--no-ui", "--no-slots", "--metrics"],
        "--offline",
    ];
}

/**
 * The file that llama.cpp must open: the only GGUF file of the manifest, or the first of its shards.
 * @throws Error where the manifest lists none, or several models
 */
export function ggufFile(model: SiteModel): string {
    const files = checksumLines(model.weights.sha256sums)
        .map(line => line.path)
        .filter(path => path.endsWith(".gguf"));
    const firsts = files.filter(path => !/-\d{5}-of-\d{5}\.gguf$/.test(path) || /-00001-of-\d{5}\.gguf$/.test(path));
    const [first, ...others] = firsts;
    if (first === undefined || others.length > 0) {
        throw new Error(
            `model "${model.name}": weights.sha256sums must list exactly one GGUF model for the engine llamacpp ` +
                `(one file, or the shards of one); it lists ${firsts.length === 0 ? "none" : firsts.join(", ")}`,
        );
    }
    return first;
}
