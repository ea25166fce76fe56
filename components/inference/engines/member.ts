import type { OwnVariable } from "../../fabric/environment";
import type { Layout } from "../../planning/memory";
import type { ServingPlan } from "../../planning/plan";

/** One kind of pod of a replica, as far as its command line depends on it. Pods of one kind have one command line. */
export interface Member {
    /** `leader`: answers requests; `worker`: holds further ranks of the leader's group, and answers nobody. */
    readonly role: "leader" | "worker";
    /** What its group does. */
    readonly phase: "both" | "prefill" | "decode";
    /** How its group is laid out. */
    readonly layout: Layout;
    /** Pods of this kind in one replica. */
    readonly count: number;
    /** Where a leader listens: `loopback`, behind the proxy in its pod, or `pod`, where other pods reach it. */
    readonly listen: "loopback" | "pod";
}

/** Variables that LeaderWorkerSet puts into every container of a group (leaderworkerset.x-k8s.io/v1). */
export const GROUP = {
    /** DNS name of the leader's pod. */
    leader: "$(LWS_LEADER_ADDRESS)",
    /** Place in the group: 0 is the leader. */
    index: "$(LWS_WORKER_INDEX)",
} as const;

/** The pod's own address, which ranks of other hosts reach it by. Named in `Command.own`. */
export const POD_IP: OwnVariable = { name: "SEAMOUNT_POD_IP", field: "status.podIP" };
/** The pod's own name: a leader's is the name of its group and of the group's DNS subdomain. */
export const POD_NAME: OwnVariable = { name: "SEAMOUNT_POD_NAME", field: "metadata.name" };
/** Its namespace. */
export const POD_NAMESPACE: OwnVariable = { name: "SEAMOUNT_POD_NAMESPACE", field: "metadata.namespace" };
/** The value of a variable in a command line: Kubernetes puts it in the place of this. */
export const valueOf = ({ name }: OwnVariable): string => `$(${name})`;

/** Every kind of pod that one replica of a plan is made of: leaders before their workers, prefill before decode. */
export function members(plan: ServingPlan): readonly Member[] {
    if (plan.apart === undefined) {
        return group("both", plan, 1);
    }
    const { prefill, decode, prefillGroups, decodeGroups } = plan.apart;
    return [...group("prefill", prefill, prefillGroups), ...group("decode", decode, decodeGroups)];
}

function group(phase: Member["phase"], of: Layout, groups: number): readonly Member[] {
    const { hosts, gpusPerHost, tensorParallel, pipelineParallel, dataParallel, expertParallel } = of;
    const layout = { hosts, gpusPerHost, tensorParallel, pipelineParallel, dataParallel, expertParallel };
    const listen = phase === "both" ? "loopback" : "pod";
    const leader: Member = { role: "leader", phase, layout, count: groups, listen };
    return hosts === 1
        ? [leader]
        : [leader, { ...leader, role: "worker", count: groups * (hosts - 1), listen: "loopback" }];
}

/** The only pod of a replica on one host, or the leader of its first group. */
export function firstMember(plan: ServingPlan): Member {
    const [first] = members(plan);
    if (first === undefined) {
        throw new Error("a replica has at least one pod");
    }
    return first;
}

/** Sequences that each data-parallel rank of a group must hold at once: the plan counts those of a whole replica. */
export function sequencesOf(plan: ServingPlan, { phase, layout }: Member): number {
    const groups = (phase === "decode" ? plan.apart?.decodeGroups : plan.apart?.prefillGroups) ?? 1;
    return Math.ceil(plan.concurrency / (groups * layout.dataParallel));
}
