import type { Input } from "@pulumi/pulumi";
import type { ModelPlan } from "../planning/plan";

/** Label by which policies know a workload that answers a model's requests. */
export const COMPONENT_LABEL = { "app.kubernetes.io/component": "model-service" } as const;
/** The same label of pods that hold ranks of a model and answer nobody outside it. */
export const WORKER_LABEL = { "app.kubernetes.io/component": "model-worker" } as const;
/** The same label of pods that bring weights to hosts. */
export const WEIGHTS_LABEL = { "app.kubernetes.io/component": "model-weights" } as const;
/** Which replica a pod belongs to, where a replica is more than one set of pods. */
export const REPLICA_LABEL = "seamount.dev/replica";
/** What decides the tensors that pods exchange: only pods of one revision speak to one another. */
export const REVISION_LABEL = "seamount.dev/revision";
/** What a group of a replica does: `prefill`, `decode` or `router`. */
export const PHASE_LABEL = "seamount.dev/phase";
/** Annotation of a pod that is not restricted: what of it, and why. */
export const EXCEPTION_ANNOTATION = "seamount.dev/security-exception";
/** Annotation that says why a production service may run with one replica. */
export const SINGLE_REPLICA_ANNOTATION = "seamount.dev/single-replica-reason";

/** Labels that LeaderWorkerSet gives its pods (leaderworkerset.x-k8s.io/v1). */
export const GROUP_LABELS = {
    set: "leaderworkerset.sigs.k8s.io/name",
    group: "leaderworkerset.sigs.k8s.io/group-index",
} as const;

/** Labels that select the pods that answer requests of one service: what Services, gateways and budgets select. */
export function selector({ name }: Pick<ModelPlan, "name">): Record<string, string> {
    return { "app.kubernetes.io/name": name, ...COMPONENT_LABEL };
}

/** Labels that select a service's other pods, which hold ranks. */
export function workerSelector({ name }: Pick<ModelPlan, "name">): Record<string, string> {
    return { "app.kubernetes.io/name": name, ...WORKER_LABEL };
}

/** Labels of a service's objects that select nothing. */
export function facts(plan: ModelPlan): Record<string, string> {
    return {
        "app.kubernetes.io/managed-by": "seamount",
        "seamount.dev/model": plan.model,
        "seamount.dev/engine": plan.engine,
    };
}

/** Namespace and labels of every object of a service. */
export function metadata(of: { readonly plan: ModelPlan; readonly namespace: Input<string> }): {
    readonly namespace: Input<string>;
    readonly labels: Record<string, string>;
} {
    return { namespace: of.namespace, labels: { ...selector(of.plan), ...facts(of.plan) } };
}

/** What the replicas of a service are made of: one pod, one group of pods, or groups of two kinds. */
export function shape(plan: ModelPlan): "pod" | "group" | "apart" {
    return plan.apart !== undefined ? "apart" : plan.hosts > 1 ? "group" : "pod";
}

/** Name of the set of a service's groups. Not the service's: LeaderWorkerSet makes a Service of its own name. */
export const groupName = ({ name }: Pick<ModelPlan, "name">): string => `${name}-group`;

/** The object whose `replicas` are the replicas of a service, or undefined where no single number is. */
export function scaleTarget(
    plan: ModelPlan,
): { readonly apiVersion: string; readonly kind: string; readonly name: string } | undefined {
    switch (shape(plan)) {
        case "pod":
            return { apiVersion: "apps/v1", kind: "Deployment", name: plan.name };
        case "group":
            return {
                apiVersion: "leaderworkerset.x-k8s.io/v1",
                kind: "LeaderWorkerSet",
                name: groupName(plan),
            };
        case "apart":
            return undefined;
    }
}
