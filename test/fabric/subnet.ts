import type { Fabric, InfinibandFabric, SiteHost } from "../../components/site/site";

/** An InfiniBand subnet that opensm manages on gpu-01 and gpu-03, unless told otherwise. */
export function infiniband(rest: Partial<InfinibandFabric> = {}): Fabric {
    return {
        kind: "infiniband",
        linkGbps: 400,
        rails: 1,
        infiniband: {
            subnetManager: "opensm",
            managers: ["gpu-01", "gpu-03"],
            routingEngine: "ftree",
            adaptiveRouting: false,
            sharp: false,
            partitions: [],
            ipoib: [],
            ...rest,
        },
    };
}

/** Hosts gpu-01 on with one rail each, two and two in the pools `a` and `b`. */
export function hosts(count = 4, rest: Partial<SiteHost> = {}): SiteHost[] {
    return Array.from({ length: count }, (_, index) => ({
        name: `gpu-0${index + 1}`,
        address: `10.20.0.${11 + index}`,
        role: "gpu" as const,
        pool: index < 2 ? "a" : "b",
        gpu: { model: "H200", count: 8 },
        rails: ["mlx5_0"],
        interfaces: ["ibs1"],
        nvme: [],
        managed: true,
        ...rest,
    }));
}
