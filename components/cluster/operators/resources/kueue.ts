import { gpus } from "../../../../catalog";
import { labelValue, POOL_LABEL, RACK_LABEL } from "../../../fabric/labels";
import type { Site, SiteHost } from "../../../site/site";
import type { PlainObject, Toleration } from "./object";

const API = "kueue.x-k8s.io/v1beta2";

/** Name of the topology by rack. */
export const TOPOLOGY = "racks";
/** Name of the ClusterQueue of model services, and of its LocalQueue in their namespace. */
export const SERVING_QUEUE = "serving";

/** Fields of a Topology that Seamount sets. */
export interface TopologySpec {
    readonly levels: readonly { readonly nodeLabel: string }[];
}

/** Fields of a ResourceFlavor that Seamount sets. */
export interface ResourceFlavorSpec {
    readonly nodeLabels: Readonly<Record<string, string>>;
    readonly tolerations: readonly Toleration[];
    readonly topologyName?: string;
}

/** Fields of a ClusterQueue that Seamount sets. */
export interface ClusterQueueSpec {
    readonly cohortName: string;
    readonly namespaceSelector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly resourceGroups: readonly {
        readonly coveredResources: readonly string[];
        readonly flavors: readonly {
            readonly name: string;
            readonly resources: readonly { readonly name: string; readonly nominalQuota: number }[];
        }[];
    }[];
    readonly preemption: {
        readonly reclaimWithinCohort: "Never" | "LowerPriority" | "Any";
        readonly withinClusterQueue: "Never" | "LowerPriority";
    };
}

/** Fields of a LocalQueue that Seamount sets. */
export interface LocalQueueSpec {
    readonly clusterQueue: string;
}

/** The GPUs of one pool that are nodes of the cluster. */
export interface GpuPool {
    readonly pool: string;
    /** Extended resource, `nvidia.com/gpu`. */
    readonly resource: string;
    readonly gpus: number;
    /** Whether every host's rack is known. */
    readonly racked: boolean;
}

/** Pools of a site with GPUs, in the order of the site. */
export function gpuPools({ hosts }: Pick<Site, "hosts">): readonly GpuPool[] {
    const nodes = hosts.filter(({ node, gpu }) => node !== undefined && gpu !== undefined);
    const names = [...new Set(nodes.map(({ pool }) => pool))];
    return names.flatMap(pool => {
        const members = nodes.filter(host => host.pool === pool);
        const resource = members.map(resourceOf).find(name => name !== undefined);
        const count = members.reduce((sum, { gpu }) => sum + (gpu?.count ?? 0), 0);
        const racked = members.every(({ rack }) => labelValue(rack ?? "") !== "");
        return resource === undefined ? [] : [{ pool: labelValue(pool), resource, gpus: count, racked }];
    });
}

const resourceOf = ({ gpu }: SiteHost): string | undefined =>
    gpu === undefined ? undefined : gpus[gpu.model]?.kubernetesResource;

/**
 * GPUs that each queue owns, by pool: tenants get their quota from the last pools first, so that the first ones are left
 * to model services, which own all the rest. A queue may use what others leave idle.
 */
export function gpuShares(
    pools: readonly GpuPool[],
    tenants: readonly { readonly name: string; readonly gpus: number }[],
): ReadonlyMap<string, readonly number[]> {
    const left = pools.map(pool => pool.gpus);
    const shares = new Map<string, readonly number[]>();
    for (const tenant of tenants) {
        let wanted = tenant.gpus;
        const share = pools.map(() => 0);
        for (let index = pools.length - 1; index >= 0; index -= 1) {
            const taken = Math.min(wanted, left[index] ?? 0);
            share[index] = taken;
            left[index] = (left[index] ?? 0) - taken;
            wanted -= taken;
        }
        shares.set(tenant.name, share);
    }
    return new Map([[SERVING_QUEUE, left], ...shares]);
}

/** Queues of a site: a flavour of each pool of GPUs, one queue for model services and one for each tenant. */
export function kueueObjects(site: Site): readonly PlainObject[] {
    const pools = gpuPools(site);
    const tenants = site.cluster.tenants ?? [];
    const shares = gpuShares(
        pools,
        tenants.map(({ name, quota }) => ({ name, gpus: quota.gpus })),
    );
    const racked = pools.some(pool => pool.racked);
    const queue = (name: string, namespace: string): readonly PlainObject[] => [
        clusterQueue(site.name, name, namespace, pools, shares.get(name) ?? []),
        {
            apiVersion: API,
            kind: "LocalQueue",
            metadata: { name, namespace },
            spec: { clusterQueue: name } satisfies LocalQueueSpec,
        },
    ];
    return [
        ...(racked ? [topology()] : []),
        ...pools.map(resourceFlavor),
        ...queue(SERVING_QUEUE, site.cluster.namespace),
        ...tenants.flatMap(({ name }) => queue(name, name)),
    ];
}

function topology(): PlainObject<TopologySpec> {
    const levels = [{ nodeLabel: RACK_LABEL }, { nodeLabel: "kubernetes.io/hostname" }];
    return { apiVersion: API, kind: "Topology", metadata: { name: TOPOLOGY }, spec: { levels } };
}

function resourceFlavor({ pool, resource, racked }: GpuPool): PlainObject<ResourceFlavorSpec> {
    return {
        apiVersion: API,
        kind: "ResourceFlavor",
        metadata: { name: flavorName(pool) },
        spec: {
            nodeLabels: { [POOL_LABEL]: pool },
            tolerations: [{ key: resource, operator: "Exists", effect: "NoSchedule" }],
            ...(racked ? { topologyName: TOPOLOGY } : {}),
        },
    };
}

function clusterQueue(
    site: string,
    name: string,
    namespace: string,
    pools: readonly GpuPool[],
    share: readonly number[],
): PlainObject<ClusterQueueSpec> {
    const resources = [...new Set(pools.map(({ resource }) => resource))];
    const serves = name === SERVING_QUEUE;
    return {
        apiVersion: API,
        kind: "ClusterQueue",
        metadata: { name },
        spec: {
            cohortName: site,
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
            resourceGroups: resources.map(resource => ({
                coveredResources: [resource],
                flavors: pools.flatMap((pool, index) =>
                    pool.resource === resource
                        ? [
                              {
                                  name: flavorName(pool.pool),
                                  resources: [{ name: resource, nominalQuota: share[index] ?? 0 }],
                              },
                          ]
                        : [],
                ),
            })),
            preemption: {
                // Model services take back what others borrowed of them; tenants wait.
                reclaimWithinCohort: serves ? "Any" : "LowerPriority",
                withinClusterQueue: "LowerPriority",
            },
        },
    };
}

/** A pool's name as the name of an object. */
function flavorName(pool: string): string {
    return pool.toLowerCase().replace(/[^a-z0-9.-]/g, "-");
}
