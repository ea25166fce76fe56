const digest = "0123456789abcdef".repeat(4);

/** Plain objects that tests change one field of. */
export type Fields = Record<string, unknown>;

/** An image that every rule likes. */
export const IMAGE = `registry.example.org/site/engine@sha256:${digest}`;

/** A pod that meets the restricted level with nothing to spare. */
export function restrictedPod(): Fields {
    return {
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        volumes: [{ name: "data", emptyDir: {} }],
        initContainers: [container("first")],
        containers: [container("main")],
    };
}

function container(name: string): Fields {
    return {
        name,
        image: IMAGE,
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    };
}

/** Where each kind keeps its pod: Pulumi's type, and how to wrap a pod's spec. */
export const KINDS: Readonly<Record<string, (spec: unknown) => Fields>> = {
    "kubernetes:core/v1:Pod": spec => ({ spec }),
    "kubernetes:core/v1:PodTemplate": spec => ({ template: { spec } }),
    "kubernetes:core/v1:ReplicationController": spec => ({ spec: { template: { spec } } }),
    "kubernetes:apps/v1:Deployment": spec => ({ spec: { template: { spec } } }),
    "kubernetes:apps/v1:DeploymentPatch": spec => ({ spec: { template: { spec } } }),
    "kubernetes:apps/v1:StatefulSet": spec => ({ spec: { template: { spec } } }),
    "kubernetes:apps/v1:DaemonSet": spec => ({ spec: { template: { spec } } }),
    "kubernetes:apps/v1:ReplicaSet": spec => ({ spec: { template: { spec } } }),
    "kubernetes:batch/v1:Job": spec => ({ spec: { template: { spec } } }),
    "kubernetes:batch/v1:CronJob": spec => ({ spec: { jobTemplate: { spec: { template: { spec } } } } }),
};

/** A copy of `object` with one field changed; `path` as in `containers.0.image`. `undefined` removes it. */
export function changed(object: Fields, path: string, value: unknown): Fields {
    const copy = structuredClone(object);
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    const parent = keys.reduce((at, key) => (at[key] ??= {}) as Fields, copy);
    if (value === undefined) {
        delete parent[last];
    } else {
        parent[last] = value;
    }
    return copy;
}
