import * as pulumi from "@pulumi/pulumi";
import { ClusterNode, ControlPlane, type FileArgs } from "../../../provider";
import { hostGates } from "../../host/gates/site";
import type { Fleet } from "../../host/fleet";
import type { KubeadmCluster } from "../../site/cluster";
import type { Site } from "../../site/site";
import { apiServerHardening, ENCRYPTION_FILE, EncryptionKeys } from "../hardening";
import { KUBELET_SERVING } from "./configuration";
import { controlPlaneHost, controlPlaneHosts, controlPlaneInputs, workerInputs, workers } from "./inputs";

/** Arguments of what a cluster on bare hosts is made of. */
export interface BuiltClusterArgs {
    readonly site: Site;
    readonly kubeadm: KubeadmCluster;
    readonly fleet: Fleet;
}

/** A host of the control plane takes its packages, images and etcd's data; five in turn take an hour. */
const CONTROL_PLANE_TIMEOUTS = { create: "90m", update: "3h", delete: "1h" };
const NODE_TIMEOUTS = { create: "1h", update: "3h", delete: "1h" };

/** Makes the control plane of a cluster, once its hosts stand. Its files have the keys that secrets are encrypted with. */
export function makeControlPlane(
    name: string,
    { site, kubeadm, fleet }: BuiltClusterArgs,
    parent: pulumi.Resource,
): ControlPlane {
    const { protect, oidc } = kubeadm;
    const keys = new EncryptionKeys(`${name}-encryption`, {}, { parent, protect });
    const { files } = apiServerHardening({ ...(oidc && { oidc }), kubeletServing: KUBELET_SERVING });
    const encryption: FileArgs = { content: keys.configuration, mode: "0600" };
    const hosts = controlPlaneHosts(site);
    return new ControlPlane(
        `${name}-control-plane`,
        {
            ...controlPlaneInputs({ name: site.name, kubeadm }),
            hosts: hosts.map(host => ({ ...controlPlaneHost(host, kubeadm), connection: fleet.connection(host) })),
            files: { ...files, [ENCRYPTION_FILE]: encryption },
        },
        {
            parent,
            provider: fleet.provider,
            dependsOn: hosts.flatMap(host => fleet.hosts.get(host.name) ?? []),
            protect,
            customTimeouts: CONTROL_PLANE_TIMEOUTS,
        },
    );
}

/** Lets all other hosts join, each once it stands. By the name of the host. `after`: what must be there before. */
export function makeNodes(
    { site, kubeadm, fleet }: BuiltClusterArgs,
    after: pulumi.Output<pulumi.Resource[]>,
    parent: pulumi.Resource,
): ReadonlyMap<string, ClusterNode> {
    const gates = hostGates(site);
    const controlPlane = controlPlaneHosts(site).map(host => ({
        node: host.node ?? host.name,
        connection: fleet.connection(host),
    }));
    return new Map(
        workers(site).map(host => [
            host.name,
            new ClusterNode(
                `${host.name}-node`,
                {
                    ...workerInputs(host, kubeadm, gates[host.name] !== undefined),
                    connection: fleet.connection(host),
                    controlPlane,
                },
                {
                    parent,
                    provider: fleet.provider,
                    dependsOn: after.apply(all => [...all, ...[fleet.hosts.get(host.name)].flatMap(one => one ?? [])]),
                    customTimeouts: NODE_TIMEOUTS,
                },
            ),
        ]),
    );
}
