import type { Input } from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";

/**
 * The namespace of model services: the API server itself refuses a pod that is not restricted.
 * @param exceptions why pods of the site's hardware cannot be, a reason each. Then it warns instead, and writes it down
 */
export function namespaceManifest(name: string, exceptions: readonly string[] = []): types.input.core.v1.Namespace {
    const levels = ["enforce", "warn", "audit"].flatMap(mode => [
        [
            `pod-security.kubernetes.io/${mode}`,
            mode === "enforce" && exceptions.length > 0 ? "privileged" : "restricted",
        ],
        [`pod-security.kubernetes.io/${mode}-version`, "latest"],
    ]);
    return {
        metadata: {
            name,
            labels: { "app.kubernetes.io/managed-by": "seamount", ...(Object.fromEntries(levels) as object) },
            ...(exceptions.length > 0 && { annotations: { "seamount.dev/security-exception": exceptions.join("; ") } }),
        },
    };
}

/** Closes a namespace: what a service needs, its own policy opens. */
export function defaultDeny(namespace: Input<string>): types.input.networking.v1.NetworkPolicy {
    return {
        metadata: { name: "default-deny", namespace, labels: { "app.kubernetes.io/managed-by": "seamount" } },
        spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], ingress: [], egress: [] },
    };
}
