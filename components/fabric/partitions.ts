import { few, pathOf, type Problem } from "../site/problem";
import type { Fabric, InfinibandFabric, Site, SiteHost } from "../site/site";

/** A site with an InfiniBand subnet that opensm manages. */
export interface Subnet {
    readonly fabric: Fabric;
    readonly infiniband: InfinibandFabric;
    /** Hosts on it. */
    readonly hosts: readonly SiteHost[];
}

/** The subnet of a site; undefined where there is none, or UFM manages it. */
export function subnetOf({ fabric, hosts }: Pick<Site, "fabric" | "hosts">): Subnet | undefined {
    const infiniband = fabric?.kind === "infiniband" ? fabric.infiniband : undefined;
    return fabric === undefined || infiniband?.subnetManager !== "opensm"
        ? undefined
        : { fabric, infiniband, hosts: hosts.filter(host => host.rails.length > 0) };
}

/**
 * Rate of the broadcast group of IPoIB, as the InfiniBand specification numbers rates, by Gb/s. A port that is slower
 * cannot join the group; faster ones lose nothing, for only broadcasts are bound by it.
 */
const RATES = [
    [100, 16],
    [56, 12],
    [40, 7],
    [10, 3],
] as const;

/** Largest packet on the wire as the specification numbers it: 5 is 4096 bytes, 4 is 2048. */
const mtuCode = ({ mtu = 4092 }: Fabric) => (mtu > 2044 ? 5 : 4);

/**
 * What partitions cannot be. opensm knows a port by its GUID alone, so a partition that is not for the
 * whole subnet needs those of its hosts.
 */
export function partitionProblems({ infiniband, hosts }: Subnet): readonly Problem[] {
    const { partitions, ipoib } = infiniband;
    const nameless = partitions.flatMap(({ name, pools }, index) => {
        const members = hosts.filter(host => pools.includes(host.pool));
        const without = members.filter(host => host.portGuids?.length !== host.rails.length);
        const message =
            `${name} is for some pools of the subnet alone, and opensm knows ports by GUID: ${few(without.map(host => host.name))} ` +
            `${without.length === 1 ? "has" : "have"} no portGuids, one for each rail; give them (ibstat), or name all pools`;
        return members.length === hosts.length || without.length === 0
            ? []
            : [{ path: pathOf("fabric", "infiniband", "partitions", index), message }];
    });
    const apart =
        "addresses are on the default partition, on which hosts do not reach one another where there are partitions; " +
        "leave one of the two out";
    return [
        ...nameless,
        ...(partitions.length > 0 && ipoib.length > 0
            ? [{ path: pathOf("fabric", "infiniband", "ipoib"), message: apart }]
            : []),
    ];
}

/**
 * `partitions.conf`. Without partitions everybody is a full member of the default one. With partitions, hosts are limited
 * members of it: they reach the subnet manager, and each other only within a partition of their own.
 */
export function partitionsConf({ fabric, infiniband, hosts }: Subnet): string {
    const { partitions, ipoib } = infiniband;
    const rate = RATES.find(([gbps]) => fabric.linkGbps >= gbps)?.[1] ?? 2;
    const flags = ipoib.length > 0 ? `, ipoib, rate=${rate}, mtu=${mtuCode(fabric)}` : "";
    const everybody = partitions.length === 0 ? "full" : "limited";
    const own = partitions.map(({ name, pkey, pools }) => {
        const members = hosts.filter(host => pools.includes(host.pool));
        // Not SELF: a manager's ports have the keys of their own pool and no others, whoever is primary.
        const ports =
            members.length === hosts.length
                ? ["ALL_CAS=full"]
                : members.flatMap(host => host.portGuids ?? []).map(guid => `${guid}=full`);
        return `${name}=${pkey} : ${ports.join(", ")} ;`;
    });
    return [
        "# Kept by Seamount.",
        `Default=0x7fff${flags} : ALL=${everybody}, ALL_SWITCHES=full, SELF=full ;`,
        ...own,
        "",
    ].join("\n");
}

/** The only partition that a pool is in, beside the default one; undefined where there is none, or several. */
export function partitionOf(infiniband: InfinibandFabric | undefined, pool: string): string | undefined {
    const keys = (infiniband?.partitions ?? []).filter(({ pools }) => pools.includes(pool)).map(({ pkey }) => pkey);
    return keys.length === 1 ? keys[0] : undefined;
}
