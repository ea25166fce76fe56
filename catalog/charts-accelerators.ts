import type { ChartPin } from "./artifact-types";
import { notFound, pin, unpinned } from "./pins";
import type { Source } from "./types";

const gpuOperator: Source = {
    where:
        "github.com/NVIDIA/gpu-operator v26.7.0 (10ee5b3638b8): deployments/gpu-operator/values.yaml, " +
        "bundle/manifests/gpu-operator-certified.clusterserviceversion.yaml",
    date: "2026-08-20",
};
const certified: Source = {
    where:
        "github.com/redhat-openshift-ecosystem/certified-operators (fd679ff2cdb9): " +
        "operators/gpu-operator-certified/26.7.0/manifests/gpu-operator-certified.clusterserviceversion.yaml",
    date: "2026-08-20",
};
const networkOperator: Source = {
    where:
        "github.com/Mellanox/network-operator v26.4.1 (85afd6d9c697): hack/release.yaml (tags), " +
        "bundle/manifests/nvidia-network-operator.clusterserviceversion.yaml (digests)",
    date: "2026-07-24",
};
const devicePlugin: Source = {
    where: "github.com/NVIDIA/k8s-device-plugin gh-pages (bf584288ed8c): stable/index.yaml",
    date: "2026-08-20",
};
const rocm: Source = { where: "github.com/ROCm/k8s-device-plugin (ed7646843003): helm/amd-gpu", date: "2026-08-11" };
const ascend: Source = {
    where: "MindCluster documentation, installation of Ascend Device Plugin: image in Huawei Cloud's SWR, no chart",
    date: "2026-11-22",
};
const nfd: Source = {
    where: "github.com/kubernetes-sigs/node-feature-discovery gh-pages (69cb2f955ba6): charts/index.yaml",
    date: "2026-07-10",
};

const APACHE = "Apache-2.0";
const NVIDIA = "LicenseRef-NVIDIA-Deep-Learning-Container-License";
const nvidiaPlugin = pin(
    "nvcr.io/nvidia/k8s-device-plugin:v0.20.0",
    "a61ba9fd8efb82f3a79f877f7580e02c1e8e7593f62473644bc9c79e315c3312",
    APACHE,
    gpuOperator,
);

/** Charts that bring GPUs, NPUs and network adapters to Kubernetes. */
export const acceleratorCharts: readonly ChartPin[] = [
    {
        name: "node-feature-discovery",
        packaging: "chart",
        namespace: "node-feature-discovery",
        podSecurity: "privileged",
        repository: "https://kubernetes-sigs.github.io/node-feature-discovery/charts",
        chart: "node-feature-discovery",
        version: "0.19.0",
        licence: APACHE,
        digest: "sha256:9e93b360e6167b782759026de40ba9d68d44c3e8b0b53b735592ad48fd3339ad",
        images: [
            pin(
                "registry.k8s.io/nfd/node-feature-discovery:v0.19.0",
                "2fa1c99ad09bdf2c8ad97706a4ad2fd548c84d5ecd70ba32a6152c667b96c4d2",
                APACHE,
                { where: "github.com/kubernetes/k8s.io/pull/9697: promotion to registry.k8s.io", date: "2026-07-10" },
            ),
        ],
        definesGroups: ["nfd.k8s-sigs.io"],
        source: nfd,
    },
    {
        name: "gpu-operator",
        packaging: "chart",
        namespace: "gpu-operator",
        podSecurity: "privileged",
        repository: "https://helm.ngc.nvidia.com/nvidia",
        chart: "gpu-operator",
        version: "v26.7.0",
        licence: APACHE,
        missing: notFound,
        images: [
            pin(
                "nvcr.io/nvidia/gpu-operator:v26.7.0",
                "ddba086bb593713ad6f3b207fd0f9b16eb8910134bb656cb1a2e2ae1b5092400",
                APACHE,
                certified,
            ),
            nvidiaPlugin,
            pin(
                "nvcr.io/nvidia/k8s/container-toolkit:v1.20.0",
                "f8c647d581f7c8b178efdb7e6c94f5fb6eb12ebc05e2157fa314d327560fcb7a",
                APACHE,
                gpuOperator,
            ),
            pin(
                "nvcr.io/nvidia/k8s/dcgm-exporter:4.6.0-4.8.3-distroless",
                "613ab03c11d442fd960ff515f547e9921537454a712d08160bc8f677f89f1c35",
                NVIDIA,
                gpuOperator,
            ),
            pin(
                "nvcr.io/nvidia/cloud-native/k8s-driver-manager:v0.12.0",
                "7d98d08a751cc528d1c8c8bdc2f9d9fcd59714b158a3985a5a0262f1620098e4",
                APACHE,
                gpuOperator,
            ),
        ],
        definesGroups: ["nvidia.com"],
        after: ["node-feature-discovery"],
        source: gpuOperator,
    },
    {
        name: "network-operator",
        packaging: "chart",
        namespace: "network-operator",
        podSecurity: "privileged",
        repository: "https://helm.ngc.nvidia.com/nvidia",
        chart: "network-operator",
        version: "26.4.1",
        licence: APACHE,
        missing: notFound,
        images: [
            pin(
                "nvcr.io/nvidia/cloud-native/network-operator:v26.4.1",
                "49d8bd43fa4559468ec93a4c52053aaf7f36861d9f802ffe8fd3aa94266f82de",
                APACHE,
                networkOperator,
            ),
            pin(
                "nvcr.io/nvidia/mellanox/network-operator-init-container:network-operator-v26.4.1",
                "922217cee504f080b2a76c51ec5d17baa562ffe2447bb1e370c01a6b26a7059f",
                APACHE,
                networkOperator,
            ),
            pin(
                "nvcr.io/nvidia/mellanox/k8s-rdma-shared-dev-plugin:network-operator-v26.4.1",
                "464970d3197fe982b779c48cce74d90f7563ede5daef834bf169db39ee4541c7",
                APACHE,
                networkOperator,
            ),
            pin(
                "nvcr.io/nvidia/mellanox/sriov-network-device-plugin:network-operator-v26.4.1",
                "c24d0993feb97c0a1952bf30ab51f7452dc57d5846684e481aaa4455cd56e1aa",
                APACHE,
                networkOperator,
            ),
            pin(
                "nvcr.io/nvidia/mellanox/nvidia-k8s-ipam:network-operator-v26.4.1",
                "88db2fa65846d68d9c4ec996de0ecf4839b79e02e5643eb9ad3354d448cb2757",
                APACHE,
                networkOperator,
            ),
            unpinned("nvcr.io/nvidia/mellanox/multus-cni:network-operator-v26.4.1", APACHE, networkOperator),
            unpinned("nvcr.io/nvidia/mellanox/plugins:network-operator-v26.4.1", APACHE, networkOperator),
        ],
        definesGroups: ["mellanox.com", "nv-ipam.nvidia.com"],
        after: ["node-feature-discovery"],
        source: networkOperator,
    },
    {
        name: "nvidia-device-plugin",
        packaging: "chart",
        namespace: "nvidia-device-plugin",
        podSecurity: "privileged",
        repository: "https://nvidia.github.io/k8s-device-plugin",
        chart: "nvidia-device-plugin",
        version: "0.20.0",
        licence: APACHE,
        digest: "sha256:9e5642bcdd3805c6e931f9d3ca542677d1f714d68c14c1364892011e67d9a606",
        images: [nvidiaPlugin],
        definesGroups: [],
        source: devicePlugin,
    },
    {
        name: "amd-device-plugin",
        packaging: "chart",
        namespace: "amd-device-plugin",
        podSecurity: "privileged",
        repository: "https://rocm.github.io/k8s-device-plugin",
        chart: "amd-gpu",
        version: "0.21.0",
        licence: APACHE,
        missing: notFound,
        images: [
            pin(
                "docker.io/rocm/k8s-device-plugin:1.31.0.10",
                "0555caf9ccc1cf407b353d1aade87d4598059f87a784085aafe3ece19405b612",
                APACHE,
            ),
        ],
        definesGroups: [],
        source: rocm,
    },
    {
        name: "ascend-device-plugin",
        packaging: "objects",
        namespace: "ascend-device-plugin",
        podSecurity: "privileged",
        repository: "https://gitcode.com/Ascend/mind-cluster",
        chart: "ascend-device-plugin",
        version: "26.0.0",
        licence: APACHE,
        images: [unpinned("swr.cn-south-1.myhuaweicloud.com/ascendhub/ascend-k8sdeviceplugin:v26.0.0", APACHE, ascend)],
        definesGroups: [],
        source: ascend,
        unverified: ["version", "licence"],
    },
];
