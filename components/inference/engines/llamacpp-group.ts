import { findModel } from "../../../catalog";
import type { ServingPlan } from "../../planning/plan";
import { type Member, POD_IP, POD_NAME, POD_NAMESPACE, valueOf } from "./member";

/** TCP port that workers offer their memory and processors at. It has no authentication: for pods of the group alone. */
export const RPC_PORT = 50052;

/** Workers of a leader's group, as `--rpc` wants them: the leader's own name names them all. */
export function workers({ layout }: Member): string {
    const group = valueOf(POD_NAME);
    return Array.from({ length: layout.hosts - 1 }, (_, index) => index + 1)
        .map(index => `${group}-${index}.${group}.${valueOf(POD_NAMESPACE)}:${RPC_PORT}`)
        .join(",");
}

/**
 * How a leader gives layers away: every host gets as many, itself among them, and the last layers go. The output layer
 * counts as one. A model that is not in the catalogue goes to the workers whole.
 */
export function leaderArguments(plan: ServingPlan, member: Member): readonly string[] {
    const { hosts } = member.layout;
    const layers = findModel(plan.model)?.layers;
    const given = layers === undefined ? "all" : String(Math.max(1, Math.floor(((layers + 1) * (hosts - 1)) / hosts)));
    return ["--rpc", workers(member), "--n-gpu-layers", given];
}

/** A worker's own program: ggml-rpc-server of llama.cpp. It binds numbers alone, and the pod's own is the narrowest. */
export function workerCommand(threads: number): {
    readonly command: readonly string[];
    readonly args: readonly string[];
} {
    return {
        command: ["ggml-rpc-server"],
        args: ["--host", valueOf(POD_IP), "--port", String(RPC_PORT), "--threads", String(threads)],
    };
}
