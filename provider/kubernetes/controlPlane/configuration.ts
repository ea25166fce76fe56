import { createHash } from "node:crypto";
import { nodeRegistration } from "../ticket";
import type { ControlPlaneHost, ControlPlaneInputs } from "../types";

/** Port on which every host's own API server listens. */
const API_PORT = 6443;

/** Where a host's own API server and etcd listen. */
export function addressOf({ address, connection }: ControlPlaneHost): string {
    return address ?? connection.address;
}

/**
 * Hash of all configuration that kubeadm hands to programs. The version is no part of it: an upgrade has a way of its
 * own. Skipped phases decide what is installed, and are one.
 */
export function configurationHash({ configuration, skipPhases = [] }: ControlPlaneInputs): string {
    const text = JSON.stringify([withVersion(configuration, "0.0.0"), [...skipPhases].sort()]);
    return createHash("sha256").update(text, "utf8").digest("hex").slice(0, 16);
}

/** What `kubeadm init` and its phases are given on one host, while the cluster has this version. */
export function initDocuments(inputs: ControlPlaneInputs, host: ControlPlaneHost, version = inputs.version): string {
    const init = {
        apiVersion: "kubeadm.k8s.io/v1beta4",
        kind: "InitConfiguration",
        nodeRegistration: nodeRegistration(host.node, addressOf(host), inputs.ignorePreflightErrors),
        // kubeadm makes a token for joining, whether one wants it or not: hosts that join get tokens of their own.
        bootstrapTokens: [{ ttl: "1m0s", description: "seamount" }],
        localAPIEndpoint: { advertiseAddress: addressOf(host), bindPort: API_PORT },
        skipPhases: [...(inputs.skipPhases ?? []), "show-join-command"],
    };
    return `${withVersion(inputs.configuration, version).trimEnd()}\n---\n${JSON.stringify(init)}\n`;
}

/** Phases of add-ons that are not skipped: `all`, one of them, or none. */
export function addonPhases(skipPhases: readonly string[] = []): readonly string[] {
    return skipPhases.includes("addon")
        ? []
        : ["coredns", "kube-proxy"].filter(name => !skipPhases.includes(`addon/${name}`));
}

/** The configuration with another version of Kubernetes in it. */
function withVersion(configuration: string, version: string): string {
    return configuration.replace(/^(\s*"?kubernetesVersion"?:\s*).*$/m, `$1v${version}`);
}
