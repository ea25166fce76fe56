import type { Site } from "../../../site/site";
import type { ImageParts, OperatorImages } from "../reference";
import type { OperandImage, PlainObject, Toleration } from "./object";

/** Fields of NVIDIA's ClusterPolicy (nvidia.com/v1) that Seamount sets. */
export interface ClusterPolicySpec {
    readonly operator: { readonly runtimeClass: string };
    readonly daemonsets: {
        readonly updateStrategy: "OnDelete" | "RollingUpdate";
        readonly tolerations: readonly Toleration[];
    };
    readonly cdi: { readonly enabled: boolean; readonly default: boolean };
    readonly mig: { readonly strategy: "none" | "single" | "mixed" };
    readonly driver: Partial<OperandImage> & {
        readonly enabled: boolean;
        readonly kernelModuleType?: "open";
        readonly rdma?: { readonly enabled: boolean; readonly useHostMofed: boolean };
        readonly manager?: OperandImage;
        readonly upgradePolicy: DriverUpgradePolicy;
    };
    readonly toolkit: Partial<OperandImage> & { readonly enabled: boolean };
    readonly devicePlugin: OperandImage & { readonly enabled: boolean };
    readonly gfd: OperandImage & { readonly enabled: boolean };
    readonly dcgm: { readonly enabled: boolean };
    readonly dcgmExporter: OperandImage & {
        readonly enabled: boolean;
        readonly serviceMonitor: { readonly enabled: boolean; readonly interval?: string };
    };
    readonly validator: OperandImage;
    readonly nodeStatusExporter: { readonly enabled: boolean };
    readonly migManager: { readonly enabled: boolean };
    readonly sandboxWorkloads: { readonly enabled: boolean };
    readonly gds: { readonly enabled: boolean };
    readonly gdrcopy: { readonly enabled: boolean };
}

/** How the operator replaces a driver. */
export interface DriverUpgradePolicy {
    readonly autoUpgrade: boolean;
    readonly maxParallelUpgrades: number;
    readonly drain: { readonly enable: boolean; readonly force: boolean; readonly timeoutSeconds: number };
    readonly waitForCompletion: { readonly timeoutSeconds: number };
}

/** Taints of nodes that operands of GPUs must stand: with GPUs for pods alone, and not yet proved. */
const tolerations: readonly Toleration[] = [{ operator: "Exists" }];

/**
 * What NVIDIA's GPU operator does at a site. The driver is the operator's only where the site says so, and then it is never
 * replaced by itself: a new version waits for a node that is drained, one node at a time. The container toolkit goes with the
 * driver. GPUs are whole: no MIG.
 */
export function clusterPolicy(
    site: Pick<Site, "driver" | "rollout" | "fabric">,
    image: OperatorImages,
    monitored: boolean,
): PlainObject<ClusterPolicySpec> {
    const byOperator = site.driver?.owner === "operator";
    const plugin = operand(image("k8s-device-plugin"));
    const onRdma = site.fabric !== undefined && site.fabric.kind !== "ethernet";
    const upgradePolicy: DriverUpgradePolicy = {
        autoUpgrade: false,
        maxParallelUpgrades: 1,
        drain: { enable: true, force: false, timeoutSeconds: site.rollout?.drainTimeoutSeconds ?? 300 },
        waitForCompletion: { timeoutSeconds: 0 },
    };
    return {
        apiVersion: "nvidia.com/v1",
        kind: "ClusterPolicy",
        metadata: { name: "cluster-policy" },
        spec: {
            operator: { runtimeClass: "nvidia" },
            daemonsets: { updateStrategy: "RollingUpdate", tolerations },
            cdi: { enabled: true, default: false },
            mig: { strategy: "none" },
            driver: byOperator
                ? {
                      enabled: true,
                      repository: "nvcr.io/nvidia",
                      image: "driver",
                      version: site.driver?.version ?? "",
                      kernelModuleType: "open",
                      rdma: { enabled: onRdma, useHostMofed: onRdma },
                      manager: operand(image("k8s-driver-manager")),
                      upgradePolicy,
                  }
                : { enabled: false, upgradePolicy },
            toolkit: byOperator ? { enabled: true, ...operand(image("container-toolkit")) } : { enabled: false },
            devicePlugin: { enabled: true, ...plugin },
            gfd: { enabled: true, ...plugin },
            dcgm: { enabled: false },
            dcgmExporter: {
                enabled: true,
                ...operand(image("dcgm-exporter")),
                serviceMonitor: { enabled: monitored, ...(monitored ? { interval: "15s" } : {}) },
            },
            validator: operand(image("gpu-operator")),
            nodeStatusExporter: { enabled: false },
            migManager: { enabled: false },
            sandboxWorkloads: { enabled: false },
            gds: { enabled: false },
            gdrcopy: { enabled: false },
        },
    };
}

/** An image in the parts that NVIDIA's operators want it in. */
export function operand({ folder, name, version }: ImageParts): OperandImage {
    return { repository: folder, image: name, version };
}
