import { kubectl, must } from "./shell";

/** Applies manifests to the bed's cluster. */
export const apply = (...manifests: readonly object[]): Promise<string> =>
    must(
        "local/bed/kubernetes.sh",
        ["kubectl", "apply", "-f", "-"],
        JSON.stringify({ apiVersion: "v1", kind: "List", items: manifests }),
    );

/** A node that kwok plays: its pods only seem to run. `label`: value of the label `e2e`. */
export const simulatedNode = (name: string, label: string): object => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: {
        name,
        annotations: { "kwok.x-k8s.io/node": "fake" },
        labels: { e2e: label, "kubernetes.io/hostname": name, type: "kwok" },
    },
    status: { allocatable: { cpu: "8", memory: "8Gi", pods: "20" }, capacity: { cpu: "8", memory: "8Gi", pods: "20" } },
});

/** A pod on a node that a budget keeps there. */
export function immovable(namespace: string, node: string): readonly object[] {
    const labels = { app: "stays" };
    const pod = { nodeName: node, containers: [{ name: "a", image: "none" }] };
    return [
        { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
        {
            apiVersion: "policy/v1",
            kind: "PodDisruptionBudget",
            metadata: { name: "stays", namespace },
            spec: { minAvailable: 1, selector: { matchLabels: labels } },
        },
        {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: "stays", namespace },
            spec: {
                replicas: 1,
                selector: { matchLabels: labels },
                template: { metadata: { labels }, spec: pod },
            },
        },
    ];
}

/** What a test asks of a node. */
export interface NodeFacts {
    readonly cordoned: boolean;
    /** Who has cordoned it, as Seamount notes. */
    readonly by: string | undefined;
}

/** How a node is, by the cluster itself. */
export async function nodeFacts(name: string): Promise<NodeFacts> {
    const { metadata, spec } = JSON.parse(await kubectl("get", "node", name, "-o", "json")) as {
        metadata: { annotations?: Record<string, string> };
        spec: { unschedulable?: boolean };
    };
    return { cordoned: spec.unschedulable ?? false, by: metadata.annotations?.["seamount.dev/cordoned-by"] };
}
