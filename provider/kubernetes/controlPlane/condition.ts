import { isHalfDone } from "../record";
import type { ControlPlaneHost, ControlPlaneInputs } from "../types";
import { addressOf } from "./configuration";
import type { EtcdMember } from "./etcd";
import type { SeenCluster, SeenHost, SeenNode } from "./seen";

/** A host that could not be seen, and why. */
export interface Unseen {
    readonly unseen: string;
}

/** All that was seen in one look at every host: those of the inputs, and those that leave. By node. */
export type Observed = Readonly<Record<string, SeenHost | Unseen>>;

/**
 * What a host is to the cluster. `clean`: nothing of Kubernetes is there. `half`: what Seamount began there did not end.
 * `stale`: it was of this cluster, which knows it no longer. `foreign`: it is of another. `worker`: of this one, and not
 * of its control plane.
 */
export type Condition = "clean" | "half" | "member" | "stale" | "foreign" | "worker" | "unseen";

/** The cluster that there is, as far as any host could tell. */
export interface KnownCluster {
    /** Hash of its authority. */
    readonly authority: string;
    /** Empty where no etcd answers. */
    readonly members: readonly EtcdMember[];
    /** Undefined where no API server answers. */
    readonly nodes?: readonly SeenNode[];
    readonly configuredVersion: string;
}

/** Whether a host was seen. */
export function isSeen(host: SeenHost | Unseen | undefined): host is SeenHost {
    return host !== undefined && !("unseen" in host);
}

/** Whether a host looks like one of a control plane, and nothing on it was left half done. */
function isWhole({ record, hasAdmin, hasEtcd }: SeenHost): boolean {
    return !isHalfDone(record) && hasAdmin && hasEtcd;
}

/** The cluster, by the host that knows most of it; undefined where no host is of any. */
export function clusterOf(observed: Observed): KnownCluster | undefined {
    const whole = Object.values(observed).filter(isSeen).filter(isWhole);
    const [first] = [...whole].sort((a, b) => worth(b.cluster) - worth(a.cluster));
    if (first === undefined) {
        return undefined;
    }
    const { members = [], nodes, configuredVersion = "" } = first.cluster ?? {};
    return { authority: first.authority, members, configuredVersion, ...(nodes === undefined ? {} : { nodes }) };
}

/** What one host is to the cluster. */
export function conditionOf(
    host: ControlPlaneHost,
    seen: SeenHost | Unseen | undefined,
    cluster: KnownCluster | undefined,
): Condition {
    if (!isSeen(seen)) {
        return "unseen";
    }
    if (isHalfDone(seen.record)) {
        return "half";
    }
    if (!seen.hasKubelet && !seen.hasAdmin && !seen.hasEtcd) {
        return "clean";
    }
    if (cluster === undefined || seen.authority !== cluster.authority) {
        return "foreign";
    }
    if (!seen.hasAdmin || !seen.hasEtcd) {
        return seen.hasAdmin || seen.hasEtcd ? "stale" : "worker";
    }
    // Where no etcd answers, nobody knows better than the host itself.
    return cluster.members.length === 0 || memberOf(host, cluster) !== undefined ? "member" : "stale";
}

/** The member of etcd that a host is, or was: one that never started has no name yet. */
export function memberOf(host: ControlPlaneHost, { members }: KnownCluster): EtcdMember | undefined {
    return (
        members.find(({ name }) => name === host.node) ??
        members.find(({ name, address }) => name === "" && address === addressOf(host))
    );
}

/** Why there may not be one cluster of these hosts, a sentence each. */
export function strangers(inputs: ControlPlaneInputs, observed: Observed, cluster: KnownCluster | undefined): string[] {
    return inputs.hosts.flatMap(host => {
        const seen = observed[host.node];
        switch (conditionOf(host, seen, cluster)) {
            case "foreign":
                return [
                    `${host.node} has Kubernetes that is not of this cluster${isSeen(seen) ? authorities(seen, cluster) : ""}: if nothing on it is needed, run \`kubeadm reset\` and \`rm -rf /var/lib/etcd\` there, and \`pulumi up\` again`,
                ];
            case "worker":
                return [
                    `${host.node} is a worker of this cluster: take it out of the site, run \`pulumi up\`, and put it back with the role control-plane`,
                ];
            default:
                return [];
        }
    });
}

function authorities({ authority }: SeenHost, cluster: KnownCluster | undefined): string {
    return cluster === undefined || authority === ""
        ? ""
        : ` (its authority is ${authority.slice(0, 19)}, the cluster's ${cluster.authority.slice(0, 19)})`;
}

/** A host whose API server answers knows most, then one whose etcd does; among equals, the one with more members up. */
function worth(cluster: SeenCluster | undefined): number {
    return cluster === undefined
        ? 0
        : 1 + (cluster.nodes === undefined ? 0 : 100) + cluster.members.filter(({ healthy }) => healthy).length;
}
