import { findGpu } from "../../catalog";
import { railSelectors } from "../cluster/operators/resources/nicClusterPolicy";
import { type PoolEnvironment, poolEnvironment, socketNames } from "../fabric/environment";
import { hostNetworkReason } from "../fabric/hostNetwork";
import type { Site, SiteHost } from "../site/site";

/** What pods of a pool must know of its hosts beyond their plan. */
export interface Pool {
    /** What ranks on several hosts need of the fabric, or every reason that they cannot have it. */
    readonly fabric: PoolFabric | { readonly problems: readonly string[] };
    /** Hosts in each rack, where all of them say theirs; empty otherwise. */
    readonly racks: readonly number[];
    /** Huge pages of one host in GiB, by the size that Kubernetes calls them. */
    readonly hugepagesGiB: Readonly<Record<"1Gi" | "2Mi", number>>;
    /** GPUs of one host. */
    readonly gpusPerHost: number;
    /** Groups of the host that own its accelerators' devices. */
    readonly deviceGroups: readonly number[];
    /** Seconds in which hosts have proved that they read the weights. Unset: nothing was measured. */
    readonly readSeconds?: number;
}

/** How pods reach the fabric. */
export interface PoolFabric {
    readonly environment: PoolEnvironment;
    /** Devices of the fabric that a pod asks for, by the resource's name. */
    readonly devices: Readonly<Record<string, string>>;
    /** Why the pods are on their hosts' network. Unset: they are on the cluster's. */
    readonly hostNetwork?: string;
}

/** Interface of a pod in the cluster's network: the name that every network plugin gives it. */
const POD_INTERFACE = "eth0";
/** The group `HwHiAiUser`, which Huawei's driver gives its devices to: Dockerfile.310p of vllm-ascend. */
const ASCEND_GROUP = 1000;

/** The facts of a pool of a site. */
export function sitePool(site: Pick<Site, "fabric" | "hosts" | "cluster" | "acceptance">, pool: string): Pool {
    const hosts = site.hosts.filter(host => host.pool === pool);
    const gated = site.acceptance?.gates === true && hosts.every(({ managed }) => managed);
    const gpu = hosts[0]?.gpu;
    return {
        fabric: poolFabric(site, pool, hosts),
        racks: racksOf(hosts),
        hugepagesGiB: {
            "1Gi": least(hosts.map(({ hugepages, numaNodes = 1 }) => (hugepages?.["1GiB"] ?? 0) * numaNodes)),
            "2Mi": least(hosts.map(({ hugepages, numaNodes = 1 }) => ((hugepages?.["2MiB"] ?? 0) * numaNodes) / 512)),
        },
        gpusPerHost: gpu?.count ?? 0,
        deviceGroups: gpu !== undefined && findGpu(gpu.model)?.vendor === "Huawei" ? [ASCEND_GROUP] : [],
        ...(gated && site.acceptance !== undefined && { readSeconds: site.acceptance.loadSeconds }),
    };
}

const least = (values: readonly number[]): number => (values.length === 0 ? 0 : Math.min(...values));

function racksOf(hosts: readonly SiteHost[]): readonly number[] {
    const racks = hosts.map(({ rack }) => rack);
    return racks.includes(undefined) ? [] : [...new Set(racks)].map(rack => racks.filter(one => one === rack).length);
}

function poolFabric(
    site: Pick<Site, "fabric" | "hosts" | "cluster">,
    pool: string,
    hosts: readonly SiteHost[],
): Pool["fabric"] {
    const found = poolEnvironment(site, pool);
    if ("problems" in found) {
        return found;
    }
    const { environment } = found;
    const ascend = hosts.some(({ gpu }) => gpu !== undefined && findGpu(gpu.model)?.vendor === "Huawei");
    const rdma = !ascend && site.fabric !== undefined && site.fabric.kind !== "ethernet" && hosts.some(usesRails);
    if (!rdma) {
        return { environment: onPodNetwork(environment, ascend), devices: {} };
    }
    // An existing cluster may have its operators from elsewhere; then the site says how its pods get RDMA.
    const how = site.cluster.operators?.rdma ?? "none";
    if (how !== "shared") {
        return {
            problems: [
                `the pool ${pool} is on ${site.fabric.kind === "roce" ? "RoCE" : "InfiniBand"}, and pods that span hosts get ` +
                    `none of its devices with cluster.operators.rdma: ${how}: set it to shared, and install network-operator`,
            ],
        };
    }
    const devices = Object.fromEntries(railSelectors(site).map(({ resource }) => [`rdma/${resource}`, "1"]));
    const hostNetwork = hostNetworkReason(site, pool);
    return hostNetwork === undefined
        ? { environment: onPodNetwork(environment, false), devices }
        : { environment, devices, hostNetwork };
}

const usesRails = ({ rails }: SiteHost): boolean => rails.length > 0;

/** Sockets of pods go over their own interface, and an address of a host's is that of the pod. */
function onPodNetwork({ variables, own }: PoolEnvironment, ascend: boolean): PoolEnvironment {
    const sockets = ascend
        ? { HCCL_SOCKET_IFNAME: POD_INTERFACE, GLOO_SOCKET_IFNAME: POD_INTERFACE, TP_SOCKET_IFNAME: POD_INTERFACE }
        : socketNames(POD_INTERFACE);
    const address = ascend ? [{ name: "HCCL_IF_IP", field: "status.podIP" }] : [];
    return {
        variables: { ...variables, ...sockets },
        own: [...own.filter(({ field }) => field !== "status.hostIP"), ...address],
    };
}
