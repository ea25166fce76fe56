import { stringify } from "yaml";

/** What holds secrets, or makes tokens: only who, when and which is ever recorded. */
const SENSITIVE = [
    { group: "", resources: ["secrets", "configmaps", "serviceaccounts/token"] },
    { group: "authentication.k8s.io", resources: ["tokenreviews"] },
];

/** What decides who may do what: recorded with what was asked for. */
const DECIDING = [
    { group: "rbac.authorization.k8s.io" },
    { group: "admissionregistration.k8s.io" },
    { group: "networking.k8s.io", resources: ["networkpolicies"] },
    { group: "certificates.k8s.io" },
    { group: "scheduling.k8s.io", resources: ["priorityclasses"] },
    { group: "", resources: ["namespaces", "resourcequotas", "limitranges", "serviceaccounts", "nodes"] },
];

const READS = ["get", "list", "watch"];
const WRITES = ["create", "update", "patch", "delete", "deletecollection"];

/** Parts of Kubernetes that read all the time. What they read of secrets is recorded all the same. */
const READERS = ["system:apiserver", "system:kube-controller-manager", "system:kube-scheduler", "system:kube-proxy"];

/**
 * The audit policy: every request with who, when, what and how it ended. Bodies are recorded of what decides on rights
 * alone; none that could hold a secret or a token. Left out are health checks, events, leases, and what the parts of
 * Kubernetes read and report all the time. The first rule that fits decides.
 */
export function auditPolicy(): string {
    return stringify({
        apiVersion: "audit.k8s.io/v1",
        kind: "Policy",
        omitStages: ["RequestReceived"],
        omitManagedFields: true,
        rules: [
            { level: "Metadata", resources: SENSITIVE },
            {
                level: "None",
                nonResourceURLs: ["/livez*", "/readyz*", "/healthz*", "/version", "/openapi/*", "/api*"],
                verbs: ["get"],
            },
            {
                level: "None",
                resources: [
                    { group: "", resources: ["events"] },
                    { group: "events.k8s.io", resources: ["events"] },
                ],
            },
            {
                level: "None",
                verbs: ["get", "update", "patch"],
                resources: [{ group: "coordination.k8s.io", resources: ["leases"] }],
            },
            {
                level: "None",
                userGroups: ["system:nodes"],
                verbs: ["patch", "update"],
                resources: [{ group: "", resources: ["nodes/status", "pods/status"] }],
            },
            { level: "None", users: READERS, verbs: READS },
            { level: "None", userGroups: ["system:nodes", "system:serviceaccounts:kube-system"], verbs: READS },
            { level: "Request", verbs: WRITES, resources: DECIDING },
            { level: "Metadata" },
        ],
    });
}
