import type { types } from "@pulumi/kubernetes";

/** A rule of a role. */
export type PolicyRule = types.input.rbac.v1.PolicyRule & {
    readonly apiGroups: readonly string[] & string[];
    readonly resources: readonly string[] & string[];
    readonly verbs: readonly string[] & string[];
};

const READ = ["get", "list", "watch"];
const CHANGE = ["update", "patch"];
const ALL = [...READ, "create", ...CHANGE, "delete", "deletecollection"];

const rule = (apiGroups: string[], resources: string[], verbs: string[]): PolicyRule => ({
    apiGroups,
    resources,
    verbs,
});

/** What runs, in the core group. No role has `secrets` but a tenant's own. */
const CORE = [
    "configmaps",
    "endpoints",
    "events",
    "limitranges",
    "persistentvolumeclaims",
    "pods",
    "pods/log",
    "pods/status",
    "replicationcontrollers",
    "resourcequotas",
    "serviceaccounts",
    "services",
];

const CLUSTER_WIDE = ["componentstatuses", "namespaces", "nodes", "persistentvolumes"];

/** API groups of what Kubernetes and the operators of a site keep, without those that hold secrets. */
const OPERATED = [
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "apps",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "gateway.networking.k8s.io",
    "inference.networking.k8s.io",
    "jobset.x-k8s.io",
    "keda.sh",
    "kueue.x-k8s.io",
    "leaderworkerset.x-k8s.io",
    "mellanox.com",
    "metrics.k8s.io",
    "monitoring.coreos.com",
    "networking.k8s.io",
    "nvidia.com",
    "policy",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

/** Sees everything, logs and rights included, but no secret, and changes nothing. */
export const auditorRules: readonly PolicyRule[] = [
    rule([""], [...CORE, ...CLUSTER_WIDE], READ),
    rule(OPERATED, ["*"], READ),
];

/**
 * Sees what an auditor sees and keeps the cluster running: nodes out of work and back, pods that hang, operators'
 * workloads. What a site is made of, `pulumi up` changes, with the cluster's own certificate.
 */
export const platformOperatorRules: readonly PolicyRule[] = [
    ...auditorRules,
    rule([""], ["nodes"], CHANGE),
    rule([""], ["pods"], ["delete"]),
    rule([""], ["pods/eviction"], ["create"]),
    rule([""], ["pods/portforward"], ["get", "create"]),
    rule(["apps"], ["daemonsets", "deployments", "deployments/scale", "statefulsets", "statefulsets/scale"], CHANGE),
    rule(["batch"], ["cronjobs", "jobs"], [...CHANGE, "delete"]),
    rule(["kueue.x-k8s.io"], ["clusterqueues", "localqueues", "workloads"], CHANGE),
    rule(["leaderworkerset.x-k8s.io"], ["leaderworkersets", "leaderworkersets/scale"], CHANGE),
    rule(["nvidia.com"], ["clusterpolicies", "nvidiadrivers"], CHANGE),
];

/**
 * Rolls models out in their namespace: changes, scales and restarts what is there. Secrets are not read, nothing is run
 * inside a pod. Who changes a pod's image can still make it print what is mounted into it: that needs a pinned image
 * from the site's own registry, which the policy pack sees to.
 */
export const modelOperatorRules: readonly PolicyRule[] = [
    rule([""], CORE, READ),
    rule([""], ["pods"], ["delete"]),
    rule(["apps"], ["controllerrevisions", "deployments", "replicasets", "statefulsets"], READ),
    rule(["apps"], ["deployments", "deployments/scale", "statefulsets", "statefulsets/scale"], ["get", ...CHANGE]),
    rule(["leaderworkerset.x-k8s.io"], ["leaderworkersets", "leaderworkersets/scale"], [...READ, ...CHANGE]),
    rule(["autoscaling"], ["horizontalpodautoscalers"], READ),
    rule(["keda.sh"], ["scaledobjects"], READ),
    rule(["gateway.networking.k8s.io", "inference.networking.k8s.io"], ["*"], READ),
    rule(["networking.k8s.io"], ["networkpolicies"], READ),
    rule(["policy"], ["poddisruptionbudgets"], READ),
];

/** Does as it likes with work in its own namespace; its fence, quota and rights are not its own to change. */
export const fineTunerRules: readonly PolicyRule[] = [
    rule([""], ["configmaps", "persistentvolumeclaims", "pods", "secrets", "services"], ALL),
    rule([""], ["pods/attach", "pods/exec", "pods/portforward"], ["get", "create"]),
    rule([""], ["endpoints", "events", "limitranges", "pods/log", "pods/status", "resourcequotas"], READ),
    rule([""], ["serviceaccounts"], READ),
    rule(["apps"], ["deployments", "deployments/scale", "replicasets", "statefulsets", "statefulsets/scale"], ALL),
    rule(["batch"], ["cronjobs", "jobs"], ALL),
    rule(["jobset.x-k8s.io"], ["jobsets"], ALL),
    rule(["leaderworkerset.x-k8s.io"], ["leaderworkersets"], ALL),
    rule(["events.k8s.io"], ["events"], READ),
    rule(["kueue.x-k8s.io"], ["localqueues", "workloads"], READ),
    rule(["networking.k8s.io"], ["networkpolicies"], READ),
];
