import type { Input } from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";

type Policy = types.input.networking.v1.NetworkPolicySpec;

/** Names of hosts are asked for here: the service `kube-dns`, whatever program is behind it. */
const DNS: types.input.networking.v1.NetworkPolicyEgressRule = {
    to: [
        {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
            podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
        },
    ],
    ports: [
        { protocol: "UDP", port: 53 },
        { protocol: "TCP", port: 53 },
    ],
};

/**
 * Opens pods to one another, on every port, and to nobody else: libraries of ranks choose ports themselves, and what
 * listens there takes whatever it is sent. RDMA does not go through it: there partitions keep others away.
 */
export function amongThemselves(labels: Readonly<Record<string, string>>): Policy {
    const themselves = [{ podSelector: { matchLabels: labels } }];
    return {
        podSelector: { matchLabels: labels },
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ from: themselves }],
        egress: [{ to: themselves }, DNS],
    };
}

/** A policy with its name. */
export function fence(
    name: string,
    namespace: Input<string>,
    labels: Readonly<Record<string, string>>,
    among: Readonly<Record<string, string>>,
): types.input.networking.v1.NetworkPolicy {
    return { metadata: { name, namespace, labels }, spec: amongThemselves(among) };
}
