import { findGpu } from "../../catalog";
import type { Fabric, Site, SiteHost } from "../site/site";
import { partitionOf } from "./partitions";
import { markingOf, trafficClass } from "./roce";

/** Environment variables of a process, by name. */
export type Environment = Readonly<Record<string, string>>;

/** What the environment of one host's processes is derived from. */
export type FabricHost = Pick<
    SiteHost,
    "name" | "address" | "rails" | "interfaces" | "managementInterface" | "gpu" | "pool"
>;

/** A variable of a pod whose value is the host's own: `field` of the pod, as the Downward API names it. */
export interface OwnVariable {
    readonly name: string;
    readonly field: string;
}

/** Environment of every pod of a pool. A pod template is one for all hosts, so nothing in it may name one of them. */
export interface PoolEnvironment {
    readonly variables: Environment;
    readonly own: readonly OwnVariable[];
}

/**
 * Seconds are 4.096 µs × 2^20 = 4.3 s, times the retries: long enough for a switch that reboots its uplink, the default
 * of NCCL since 2.23.
 */
const IB_TIMEOUT = "20";
/** Most that the 3-bit field holds. */
const IB_RETRIES = "7";
/**
 * The library finds the GID of RoCEv2 and IPv4 itself (NCCL since 2.21). A fixed index, often 3, is wrong as soon as an
 * interface has one address more. Said outright, so that an image's own setting does not count.
 */
const GID_AUTOMATIC = "-1";

const isAscend = (host: Pick<FabricHost, "gpu">) =>
    host.gpu !== undefined && findGpu(host.gpu.model)?.vendor === "Huawei";

/**
 * The names of the interface that ranks find each other by, for every library that asks. One that is missing is the
 * commonest reason for a start that hangs: a library left alone takes the first interface, which on a host with rails
 * is often one that leads nowhere.
 * @param name the interface, e.g. `eno1`
 * @param data interfaces of NCCL's own sockets, where they are others
 */
export function socketNames(name: string, data: readonly string[] = [name]): Environment {
    return {
        // `=`: this name, and not every one that begins with it.
        NCCL_SOCKET_IFNAME: `=${data.join(",")}`,
        GLOO_SOCKET_IFNAME: name,
        TP_SOCKET_IFNAME: name,
        NVSHMEM_BOOTSTRAP_UID_SOCK_IFNAME: name,
    };
}

/** Environment of ranks that are all in one pod: their sockets stay on its loopback, and there is no fabric to use. */
export const ONE_POD: Environment = { ...socketNames("lo"), NCCL_IB_DISABLE: "1" };

/**
 * What communication libraries must know on one host: the interface to meet on, and the rails. All names of interfaces
 * are there or none of them, where the site does not say the management interface. Never a variable that is for
 * debugging. Sources: NCCL 2.31 and NVSHMEM 3 environment variables, UCX, Ascend's HCCL, vllm-ascend.
 */
export function hostEnvironment(fabric: Fabric | undefined, host: FabricHost): Environment {
    return isAscend(host) ? ascend(fabric, host) : nccl(fabric, host);
}

/**
 * Environment of the pods of a pool, or every reason that there is none. Hosts that name their interfaces or rails
 * differently cannot share a pod template, and Kubernetes has no variable by host: that is refused. What is each host's
 * own by nature, its address, is filled in by the kubelet.
 */
export function poolEnvironment(
    site: Pick<Site, "fabric" | "hosts">,
    pool: string,
): { readonly environment: PoolEnvironment } | { readonly problems: readonly string[] } {
    const hosts = site.hosts.filter(host => host.pool === pool);
    const all = hosts.map(host => ({ host, ...split(hostEnvironment(site.fabric, host)) }));
    const [first] = all;
    if (first === undefined) {
        return { problems: [`the pool ${pool} has no hosts`] };
    }
    const names = [...new Set(all.flatMap(({ variables }) => Object.keys(variables)))].sort();
    const differing = names.filter(name => new Set(all.map(({ variables }) => variables[name])).size > 1);
    if (differing.length > 0) {
        const reason = (name: string) => {
            const values = [...new Set(all.map(({ variables }) => variables[name]))];
            const groups = values.map(value => {
                const who = all.filter(({ variables }) => variables[name] === value).map(({ host }) => host.name);
                return `${value ?? "nothing"} on ${who.length > 3 ? `${who.length} hosts` : who.join(", ")}`;
            });
            return (
                `the pool ${pool} would need ${name} to be ${groups.join(" and ")}, and its pods have one environment: ` +
                "name interfaces and rails alike on all of them (udev), or give the others a pool of their own"
            );
        };
        return { problems: differing.map(reason) };
    }
    return { environment: { variables: first.variables, own: first.own } };
}

/** Variables whose value is a host's own, and the pod's field that holds it. The pods are on the host's network. */
const OWN_FIELDS: Readonly<Record<string, string>> = { HCCL_IF_IP: "status.hostIP" };

function split(environment: Environment): PoolEnvironment {
    const entries = Object.entries(environment);
    return {
        variables: Object.fromEntries(entries.filter(([name]) => OWN_FIELDS[name] === undefined)),
        own: entries.flatMap(([name]) => {
            const field = OWN_FIELDS[name];
            return field === undefined ? [] : [{ name, field }];
        }),
    };
}

function nccl(
    fabric: Fabric | undefined,
    { rails, interfaces = [], managementInterface, pool }: FabricHost,
): Environment {
    if (fabric === undefined || fabric.kind === "ethernet" || rails.length === 0) {
        // Data goes over sockets: over the fabric's interfaces where the site names them.
        const data = fabric === undefined || interfaces.length === 0 ? [managementInterface ?? ""] : interfaces;
        const meet = managementInterface ?? data[0] ?? "";
        return { NCCL_IB_DISABLE: "1", ...(meet === "" ? {} : socketNames(meet, data)) };
    }
    const ports = rails.map(rail => `${rail}:1`).join(",");
    return {
        ...(managementInterface === undefined ? {} : socketNames(managementInterface)),
        NCCL_IB_HCA: `=${rails.join(",")}`,
        NCCL_IB_TIMEOUT: IB_TIMEOUT,
        NCCL_IB_RETRY_CNT: IB_RETRIES,
        NVSHMEM_HCA_LIST: ports,
        // The list is in rail order, which is the order of GPUs: rank 0 gets the first, and so on.
        NVSHMEM_ENABLE_NIC_PE_MAPPING: "1",
        UCX_NET_DEVICES: ports,
        ...(fabric.kind === "roce" ? roce(fabric) : infiniband(fabric, pool)),
    };
}

function roce(fabric: Fabric): Environment {
    const { dscp, priority } = markingOf(fabric);
    const [tc, sl] = [String(trafficClass(dscp)), String(priority)];
    return {
        NCCL_IB_GID_INDEX: GID_AUTOMATIC,
        NCCL_IB_ROCE_VERSION_NUM: "2",
        NCCL_IB_TC: tc,
        NCCL_IB_SL: sl,
        NVSHMEM_IB_GID_INDEX: GID_AUTOMATIC,
        NVSHMEM_IB_ROCE_VERSION_NUM: "2",
        NVSHMEM_IB_TRAFFIC_CLASS: tc,
        NVSHMEM_IB_SL: sl,
        UCX_IB_TRAFFIC_CLASS: tc,
        UCX_IB_SL: sl,
    };
}

function infiniband({ infiniband: subnet }: Fabric, pool: string): Environment {
    const partition = partitionOf(subnet, pool);
    return subnet === undefined
        ? {}
        : {
              // opensm puts the default key first and the one of the partition next.
              ...(partition === undefined ? {} : { NCCL_IB_PKEY: "1", UCX_IB_PKEY: partition }),
              NCCL_IB_ADAPTIVE_ROUTING: subnet.adaptiveRouting ? "1" : "0",
              // Takes effect where the image carries the SHARP plugin and the subnet runs an aggregation manager.
              ...(subnet.sharp ? { NCCL_COLLNET_ENABLE: "1" } : {}),
          };
}

function ascend(fabric: Fabric | undefined, { address, managementInterface: name }: FabricHost): Environment {
    const marking = fabric?.kind === "roce" ? markingOf(fabric) : undefined;
    return {
        ...(name === undefined
            ? {}
            : {
                  HCCL_IF_IP: address,
                  HCCL_SOCKET_IFNAME: `=${name}`,
                  GLOO_SOCKET_IFNAME: name,
                  TP_SOCKET_IFNAME: name,
              }),
        ...(marking === undefined
            ? {}
            : {
                  // HCCL wants the two ECN bits zero, unlike NCCL.
                  HCCL_RDMA_TC: String(marking.dscp << 2),
                  HCCL_RDMA_SL: String(marking.priority),
                  HCCL_RDMA_TIMEOUT: IB_TIMEOUT,
                  HCCL_RDMA_RETRY_CNT: IB_RETRIES,
              }),
    };
}
