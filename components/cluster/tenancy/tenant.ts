import type { types } from "@pulumi/kubernetes";
import type { Tenant } from "../../site/cluster";
import { defaultDeny, namespaceManifest } from "../manifests";
import { priorityClassName } from "./priorities";
import { namespacedBinding, namespacedRole } from "./roles";
import { fineTunerRules } from "./rules";

type NetworkPolicy = types.input.networking.v1.NetworkPolicy;
type ResourceQuota = types.input.core.v1.ResourceQuota;

/** What a tenant's objects depend on beside the tenant. */
export interface TenantSettings {
    /** Namespace of the site's models: nobody but they may have its serving class. */
    readonly servingNamespace: string;
    /** Extended resources that are GPUs, e.g. `nvidia.com/gpu`. The quota holds for each. */
    readonly gpuResources: readonly string[];
}

/** All that a tenant is in the cluster. */
export interface TenantManifests {
    readonly namespace: types.input.core.v1.Namespace;
    readonly networkPolicies: Readonly<Record<"default-deny" | "dns" | "within", NetworkPolicy>>;
    readonly quotas: Readonly<Record<"quota" | "others-priorities", ResourceQuota>>;
    readonly limits: types.input.core.v1.LimitRange;
    readonly role: types.input.rbac.v1.Role;
    readonly binding: types.input.rbac.v1.RoleBinding;
}

/** What a container has that does not say: enough to run, little enough to notice. */
const DEFAULTS = { cpu: "1", memory: "1Gi" };

/** A tenant: a fenced namespace with a quota, and a role in it for its groups. */
export function tenantManifests(tenant: Tenant, settings: TenantSettings): TenantManifests {
    const { name } = tenant;
    return {
        namespace: namespaceManifest(name),
        networkPolicies: { "default-deny": defaultDeny(name), dns: dnsAllowed(name), within: withinAllowed(name) },
        quotas: {
            quota: quotaOf(tenant, settings.gpuResources),
            "others-priorities": othersPriorities(name, settings.servingNamespace),
        },
        limits: limitRange(name),
        role: namespacedRole(name, "fine-tuner", [...fineTunerRules]),
        binding: namespacedBinding(name, "fine-tuner", tenant.groups),
    };
}

/** Lets all pods of a namespace ask the cluster's DNS. */
export function dnsAllowed(namespace: string): NetworkPolicy {
    const cluster = {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
        podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    };
    return {
        metadata: metadata(namespace, "dns"),
        spec: {
            podSelector: {},
            policyTypes: ["Egress"],
            egress: [
                {
                    to: [cluster],
                    ports: [
                        { protocol: "UDP", port: 53 },
                        { protocol: "TCP", port: 53 },
                    ],
                },
            ],
        },
    };
}

/** Lets pods of a namespace reach each other: training on several hosts does. */
function withinAllowed(namespace: string): NetworkPolicy {
    const own = [{ podSelector: {} }];
    return {
        metadata: metadata(namespace, "within"),
        spec: {
            podSelector: {},
            policyTypes: ["Ingress", "Egress"],
            ingress: [{ from: own }],
            egress: [{ to: own }],
        },
    };
}

function quotaOf({ name, quota }: Tenant, gpuResources: readonly string[]): ResourceQuota {
    return {
        metadata: metadata(name, "quota"),
        spec: {
            hard: {
                ...Object.fromEntries(gpuResources.map(resource => [`requests.${resource}`, String(quota.gpus)])),
                "requests.cpu": String(quota.cpus),
                "limits.cpu": String(quota.cpus),
                "requests.memory": `${quota.memoryGiB}Gi`,
                "limits.memory": `${quota.memoryGiB}Gi`,
                "requests.storage": `${quota.storageGiB}Gi`,
                pods: String(quota.pods),
                // What can be reached from outside is for the site to say.
                "services.nodeports": "0",
                "services.loadbalancers": "0",
            },
        },
    };
}

/** No pod of a tenant may go before models, or before what keeps nodes running. */
function othersPriorities(name: string, servingNamespace: string): ResourceQuota {
    return {
        metadata: metadata(name, "others-priorities"),
        spec: {
            hard: { pods: "0" },
            scopeSelector: {
                matchExpressions: [
                    {
                        scopeName: "PriorityClass",
                        operator: "In",
                        values: [
                            priorityClassName(servingNamespace, "serving"),
                            "system-cluster-critical",
                            "system-node-critical",
                        ],
                    },
                ],
            },
        },
    };
}

function limitRange(name: string): types.input.core.v1.LimitRange {
    return {
        metadata: metadata(name, "defaults"),
        spec: { limits: [{ type: "Container", default: DEFAULTS, defaultRequest: DEFAULTS }] },
    };
}

function metadata(namespace: string, name: string): types.input.meta.v1.ObjectMeta {
    return { name, namespace, labels: { "app.kubernetes.io/managed-by": "seamount" } };
}
