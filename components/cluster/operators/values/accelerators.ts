import type { OperatorImages } from "../reference";
import { repositoryAndTag, type Values } from "./cilium";

/** What pods on nodes with GPUs, or on nodes that have not proved themselves, tolerate. */
export const everyNode = [{ operator: "Exists" }];

/** Values of node-feature-discovery: its worker goes wherever there is a node. */
export function nodeFeatureDiscoveryValues(image: OperatorImages): Values {
    return {
        image: repositoryAndTag(image("node-feature-discovery")),
        worker: {
            tolerations: everyNode,
            config: { sources: { pci: { deviceClassWhitelist: ["02", "03", "12"], deviceLabelFields: ["vendor"] } } },
        },
        // It runs as a hook.
        postDeleteCleanup: false,
    };
}

/** Values of NVIDIA's GPU operator: the operator alone. What it does is in the ClusterPolicy, which Seamount writes. */
export function gpuOperatorValues(image: OperatorImages): Values {
    const { folder, name, pinnedTag } = image("gpu-operator");
    const manager = image("k8s-driver-manager");
    return {
        nfd: { enabled: false, nodefeaturerules: true },
        clusterPolicy: { deployCR: false },
        // Definitions change with the chart, not in a hook.
        operator: { repository: folder, image: name, version: pinnedTag, upgradeCRD: false, cleanupCRD: false },
        driver: { manager: { repository: manager.folder, image: manager.name, version: manager.pinnedTag } },
    };
}

/** Values of NVIDIA's network operator: the operator alone. What it does is in the NicClusterPolicy. */
export function networkOperatorValues(image: OperatorImages): Values {
    const operator = image("network-operator");
    const init = image("network-operator-init-container");
    return {
        nfd: { enabled: false, deployNodeFeatureRules: true },
        // It runs as a hook.
        upgradeCRDs: false,
        sriovNetworkOperator: { enabled: false },
        maintenanceOperator: { enabled: false },
        operator: {
            repository: operator.folder,
            image: operator.name,
            tag: operator.pinnedTag,
            admissionController: { enabled: false },
            ofedDriver: {
                // Hosts have the driver, so nothing needs to wait for it.
                initContainer: { enable: false, repository: init.folder, image: init.name, version: init.pinnedTag },
            },
        },
    };
}

/** Values of NVIDIA's device plugin by itself, for sites without the operator: edge hosts, whose drivers are the host's. */
export function nvidiaDevicePluginValues(image: OperatorImages): Values {
    return {
        image: repositoryAndTag(image("k8s-device-plugin")),
        nfd: { enabled: false },
        // Without node-feature-discovery no node has the labels that the chart asks for.
        affinity: null,
        nodeSelector: { "seamount.dev/location": "edge" },
        tolerations: everyNode,
        runtimeClassName: "nvidia",
    };
}

/** Values of AMD's device plugin. */
export function amdDevicePluginValues(image: OperatorImages): Values {
    return {
        nfd: { enabled: false },
        labeller: { enabled: false },
        dp: { image: repositoryAndTag(image("k8s-device-plugin")) },
        tolerations: everyNode,
    };
}
