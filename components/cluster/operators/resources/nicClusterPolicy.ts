import type { Site } from "../../../site/site";
import type { SiteOperators } from "../../../site/cluster";
import type { OperatorImages } from "../reference";
import { operand } from "./clusterPolicy";
import type { OperandImage, PlainObject, Toleration } from "./object";

/** Fields of NVIDIA's NicClusterPolicy (mellanox.com/v1alpha1) that Seamount sets. Drivers of adapters are the hosts'. */
export interface NicClusterPolicySpec {
    readonly tolerations: readonly Toleration[];
    readonly rdmaSharedDevicePlugin?: OperandImage & { readonly config: string };
    readonly sriovDevicePlugin?: OperandImage & { readonly config: string };
    readonly nvIpam?: OperandImage & { readonly enableWebhook: boolean };
    readonly secondaryNetwork?: { readonly multus: OperandImage; readonly cniPlugins: OperandImage };
}

/** PCI vendor of Mellanox adapters. */
const MELLANOX = "15b3";
/** Pods that may share one adapter. */
const PODS_PER_ADAPTER = 63;

/** Which adapters one resource of nodes stands for. */
export interface RailSelector {
    /** Resource without its prefix: `rail-0`, or `rails` where the site does not name the rails' interfaces. */
    readonly resource: string;
    /** Network interfaces on the hosts. Empty: all adapters of the fabric. */
    readonly interfaces: readonly string[];
}

/** Rails of a site's GPU hosts, each with the names that its interface has on them. */
export function railSelectors(site: Pick<Site, "hosts" | "fabric">): readonly RailSelector[] {
    const hosts = site.hosts.filter(({ role, rails }) => role === "gpu" && rails.length > 0);
    const named = hosts.length > 0 && hosts.every(host => host.interfaces?.length === host.rails.length);
    if (!named) {
        return [{ resource: "rails", interfaces: [] }];
    }
    const rails = Math.max(...hosts.map(host => host.rails.length));
    return Array.from({ length: rails }, (_, rail) => ({
        resource: `rail-${rail}`,
        interfaces: [...new Set(hosts.flatMap(host => host.interfaces?.[rail] ?? []))].sort(),
    }));
}

/**
 * What NVIDIA's network operator does at a site, or undefined where pods get no RDMA. `shared`: pods on a node share its
 * adapters as `rdma/rail-0` and so on. `sriov`: a pod gets virtual functions of its own (`nvidia.com/rail-0`), whose RDMA
 * nobody else reaches; the hosts have made them.
 */
export function nicClusterPolicy(
    site: Pick<Site, "hosts" | "fabric">,
    rdma: SiteOperators["rdma"],
    image: OperatorImages,
): PlainObject<NicClusterPolicySpec> | undefined {
    if (rdma === "none") {
        return undefined;
    }
    const linkTypes = site.fabric?.kind === "infiniband" ? ["infiniband"] : ["ether"];
    const selectors = railSelectors(site);
    const narrowed = (interfaces: readonly string[], key: "ifNames" | "pfNames"): Record<string, unknown> =>
        interfaces.length === 0 ? {} : { [key]: interfaces };
    const shared = {
        configList: selectors.map(({ resource, interfaces }) => ({
            resourceName: resource,
            resourcePrefix: "rdma",
            rdmaHcaMax: PODS_PER_ADAPTER,
            selectors: { vendors: [MELLANOX], linkTypes, ...narrowed(interfaces, "ifNames") },
        })),
    };
    const isolated = {
        resourceList: selectors.map(({ resource, interfaces }) => ({
            resourceName: resource,
            resourcePrefix: "nvidia.com",
            selectors: { vendors: [MELLANOX], linkTypes, isRdma: true, ...narrowed(interfaces, "pfNames") },
        })),
    };
    return {
        apiVersion: "mellanox.com/v1alpha1",
        kind: "NicClusterPolicy",
        // The operator looks at no other name.
        metadata: { name: "nic-cluster-policy" },
        spec: {
            tolerations: [{ operator: "Exists" }],
            ...(rdma === "shared"
                ? {
                      rdmaSharedDevicePlugin: {
                          ...operand(image("k8s-rdma-shared-dev-plugin")),
                          config: JSON.stringify(shared),
                      },
                  }
                : {
                      sriovDevicePlugin: {
                          ...operand(image("sriov-network-device-plugin")),
                          config: JSON.stringify(isolated),
                      },
                      nvIpam: { ...operand(image("nvidia-k8s-ipam")), enableWebhook: false },
                      secondaryNetwork: {
                          multus: operand(image("multus-cni")),
                          cniPlugins: operand(image("plugins")),
                      },
                  }),
        },
    };
}
