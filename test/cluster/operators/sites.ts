import type { ClusterNetwork, KubeadmCluster, SiteOperators } from "../../../components/site/cluster";
import type { Site, SiteHost } from "../../../components/site/site";

/** A cluster of three hosts with Cilium. */
export const kubeadm: KubeadmCluster = {
    version: "1.36.3",
    packageRevision: "1.1",
    controlPlane: ["cp-1", "cp-2", "cp-3"],
    endpoint: "10.0.0.10:6443",
    virtualAddress: "10.0.0.10",
    snapshotDirectory: "/var/lib/snapshots",
    renewBeforeDays: 30,
    protect: true,
    network: {
        plugin: "cilium",
        podCidr: "10.244.0.0/16",
        serviceCidr: "10.96.0.0/16",
        encryption: "wireguard",
        dnsDomain: "cluster.local",
    },
    runtime: { cgroupDriver: "systemd", adjustOomScore: true, cgroupV1: false, mirror: "mirror.example:5000" },
    audit: { retentionDays: 180 },
    imageDigests: {},
};

/** A GPU host of a site with operators. */
export function gpuHost(name: string, change: Partial<SiteHost> = {}): SiteHost {
    return {
        name,
        address: "10.0.0.21",
        role: "gpu",
        pool: "h200",
        gpu: { model: "H200", count: 8 },
        rack: "r1",
        rails: ["mlx5_0", "mlx5_1"],
        interfaces: ["ens1np0", "ens2np0"],
        nvme: [],
        managed: true,
        node: name,
        ...change,
    };
}

/** A site with operators. */
export function operatorsSite(
    operators: Partial<SiteOperators> = {},
    network: Partial<ClusterNetwork> = {},
    change: Partial<Site> = {},
): Site {
    return {
        name: "bank",
        environment: "production",
        access: { user: "root", port: 22, connectTimeoutSeconds: 10 },
        timeServers: [],
        fabric: { kind: "roce", linkGbps: 400, rails: 2 },
        hosts: [gpuHost("gpu-1"), gpuHost("gpu-2", { rack: "r2" })],
        cluster: {
            mode: "kubeadm",
            namespace: "inference",
            kubeadm: { ...kubeadm, network: { ...kubeadm.network, ...network } },
            operators: { install: [], rdma: "shared", ...operators },
        },
        models: [],
        driver: { owner: "host", version: "580.95.05" },
        compliance: [],
        ...change,
    };
}
