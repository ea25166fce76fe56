import { stringify } from "yaml";
import type { KubeadmCluster } from "../../site/cluster";
import {
    apiServerHardening,
    type ComponentHardening,
    controllerManagerHardening,
    etcdHardening,
    kubeletHardening,
    schedulerHardening,
} from "../hardening";

/** Version of kubeadm's API (kubernetes.io, "kubeadm Configuration (v1beta4)"). */
const KUBEADM_API = "kubeadm.k8s.io/v1beta4";

/** Whether kubelets' serving certificates are of the cluster's authority, and the API server asks for that. */
export const KUBELET_SERVING = true;

/** What a cluster's configuration is made from. */
export interface ConfiguredCluster {
    /** Name of the site, and of the cluster. */
    readonly name: string;
    readonly kubeadm: KubeadmCluster;
}

/** Phases of `kubeadm init` that are left out: Cilium does what kube-proxy would. */
export function skippedPhases({ network }: Pick<KubeadmCluster, "network">): readonly string[] {
    return network.plugin === "cilium" ? ["addon/kube-proxy"] : [];
}

/**
 * Configuration of a cluster as YAML documents: kubeadm's, the kubelets' and, with plugin `bridge`, kube-proxy's. No
 * host's own settings are in it, and no secret.
 */
export function clusterDocuments(cluster: ConfiguredCluster): string {
    const { kubeadm } = cluster;
    const documents = [
        clusterConfiguration(cluster),
        kubeletConfiguration(kubeadm),
        ...(kubeadm.network.plugin === "bridge" ? [kubeProxyConfiguration(kubeadm)] : []),
    ];
    return documents.map(document => stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })).join("---\n");
}

function clusterConfiguration({ name, kubeadm }: ConfiguredCluster): object {
    const { network, version, endpoint, oidc } = kubeadm;
    const { extraArgs, extraVolumes } = apiServerHardening({
        ...(oidc && { oidc }),
        kubeletServing: KUBELET_SERVING,
    });
    const bridge = network.plugin === "bridge";
    return {
        apiVersion: KUBEADM_API,
        kind: "ClusterConfiguration",
        clusterName: name,
        kubernetesVersion: `v${version}`,
        controlPlaneEndpoint: endpoint,
        networking: {
            podSubnet: network.podCidr,
            serviceSubnet: network.serviceCidr,
            dnsDomain: network.dnsDomain,
        },
        apiServer: component({ extraArgs, extraVolumes }),
        controllerManager: component(
            controllerManagerHardening(),
            // Pod subnets follow from hosts' addresses: others of the controller's own would only mislead.
            bridge ? [{ name: "allocate-node-cidrs", value: "false" }] : [],
        ),
        scheduler: component(schedulerHardening()),
        etcd: { local: { dataDir: "/var/lib/etcd", extraArgs: etcdHardening().extraArgs } },
        ...(bridge ? {} : { proxy: { disabled: true } }),
    };
}

function component(
    { extraArgs, extraVolumes }: ComponentHardening,
    more: ComponentHardening["extraArgs"] = [],
): ComponentHardening | object {
    return {
        extraArgs: [...extraArgs, ...more],
        ...(extraVolumes.length > 0 && { extraVolumes }),
    };
}

function kubeletConfiguration({ runtime }: KubeadmCluster): object {
    return {
        apiVersion: "kubelet.config.k8s.io/v1beta1",
        kind: "KubeletConfiguration",
        cgroupDriver: runtime.cgroupDriver,
        // Since 1.35 a kubelet does not start on cgroup v1 unless it is told that it may.
        ...(runtime.cgroupV1 && { failCgroupV1: false }),
        ...(runtime.evictionHard && { evictionHard: runtime.evictionHard }),
        ...kubeletHardening({
            protectKernelDefaults: runtime.protectKernelDefaults ?? true,
            kubeletServing: KUBELET_SERVING,
        }),
    };
}

/** Limits of connection tracking are the host's own: kube-proxy would write them over, and cannot in a container. */
function kubeProxyConfiguration({ network }: KubeadmCluster): object {
    return {
        apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
        kind: "KubeProxyConfiguration",
        mode: "nftables",
        clusterCIDR: network.podCidr,
        conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
    };
}
