import type { HostItems } from "../../../provider/items";
import { mergeItems } from "../../host/merge";
import { controlPlane } from "../../host/roles/controlPlane";
import { packageManagers, systemOf } from "../../site/repositories";
import { clusterHosts } from "../../site/kubeadm";
import type { KubeadmCluster } from "../../site/cluster";
import type { Site, SiteHost } from "../../site/site";
import {
    certificateMetrics,
    controlPlaneFileModes,
    kubeletApprovals,
    kubeletFileModes,
    type KubeletNames,
    kubeletSysctls,
} from "../hardening";
import { sandboxImage } from "../kubeadm/images";
import { bridgeItems } from "./bridge";
import { CONTAINERD_CONFIG, CONTAINERD_SOCKET, containerdConfig, containerdPackage } from "./containerd";
import { mirrorFiles } from "./mirrors";

/** Tools that kubeadm, the kubelet and port forwarding call, by the names of each family. */
const TOOLS = {
    apt: { conntrack: {}, socat: {}, ethtool: {} },
    dnf: { "conntrack-tools": {}, socat: {}, ethtool: {} },
} as const;

/**
 * What a host is beyond its other roles where Seamount builds the cluster: containerd with its settings, and all that
 * kubeadm and the network plugin want to find. Empty for hosts that are not of the cluster, and in mode `existing`.
 */
export function kubernetesItems(
    site: Pick<Site, "cluster" | "hosts" | "models" | "driver" | "driftMetrics">,
    host: SiteHost,
): HostItems {
    const { kubeadm } = site.cluster;
    const members = clusterHosts(site.hosts);
    if (kubeadm === undefined || !members.includes(host)) {
        return {};
    }
    const { network, runtime } = kubeadm;
    return mergeItems([
        { role: "kubelet", items: controlPlane() },
        { role: "containerd", items: containerd(site, host, kubeadm) },
        { role: "kernel", items: kernel(kubeadm) },
        { role: "files", items: kubeletFileModes() },
        ...(host.role === "control-plane"
            ? [
                  { role: "files", items: controlPlaneFileModes() },
                  { role: "approvals", items: kubeletApprovals({ nodes: members.map(kubeletNames) }) },
              ]
            : []),
        ...(site.driftMetrics === undefined
            ? []
            : [
                  {
                      role: "metrics",
                      items: certificateMetrics({ textfileDirectory: site.driftMetrics.textfileDirectory }),
                  },
              ]),
        ...(network.plugin === "bridge" ? [{ role: "bridge", items: bridgeItems(host, members, network) }] : []),
        {
            role: "mirror",
            items: {
                files: mirrorFiles({
                    runtime,
                    models: site.models,
                    images: [sandboxImage(kubeadm), ...Object.keys(kubeadm.imageDigests)],
                }),
            },
        },
    ]);
}

function kubeletNames({ name, node = name, address }: SiteHost): KubeletNames {
    return { node, addresses: [address] };
}

function containerd(site: Pick<Site, "driver">, host: SiteHost, kubeadm: KubeadmCluster): HostItems {
    const { runtime, network } = kubeadm;
    const content = containerdConfig(host, {
        runtime,
        sandboxImage: sandboxImage(kubeadm),
        systemPlugins: network.plugin === "bridge",
        ...(site.driver && { driver: site.driver }),
    });
    return {
        packages: { ...containerdPackage(host, runtime), ...TOOLS[packageManagers[systemOf(host)]] },
        files: {
            [CONTAINERD_CONFIG]: { content, check: ["containerd", "config", "dump"] },
            "/etc/crictl.yaml": {
                content: `# Kept by Seamount.\nruntime-endpoint: ${CONTAINERD_SOCKET}\nimage-endpoint: ${CONTAINERD_SOCKET}\n`,
            },
            // networkd takes routes and rules that are not its own away when it starts.
            "/etc/systemd/networkd.conf.d/90-seamount.conf": {
                content: "# Kept by Seamount.\n[Network]\nManageForeignRoutes=no\nManageForeignRoutingPolicyRules=no\n",
            },
        },
        services: { "containerd.service": { enabled: true, running: true, restartOn: [CONTAINERD_CONFIG] } },
    };
}

function kernel({ network, runtime }: KubeadmCluster): HostItems {
    return {
        ...(network.encryption === "wireguard" && { modules: { wireguard: { state: "loaded" } } }),
        ...(runtime.protectKernelDefaults !== false && { sysctls: kubeletSysctls }),
    };
}
