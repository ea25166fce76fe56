import { few, pathOf, show, type Problem } from "./problem";
import { suggestion } from "./nearest";
import type { FabricEntry } from "./schema";
import { roceDefaults } from "./schema-fabric";
import type { Fabric, SiteHost } from "./site";

/** The fabric with the defaults of its kind. */
export function resolveFabric(entry: FabricEntry): Fabric {
    return entry.kind === "roce" ? { ...entry, roce: entry.roce ?? roceDefaults } : entry;
}

/** What is wrong with a fabric: its parts among themselves, and against the hosts, where those are known. */
export function fabricProblems(
    fabric: FabricEntry | undefined,
    hosts: readonly SiteHost[] | undefined,
): readonly Problem[] {
    return fabric === undefined
        ? []
        : [
              ...kindProblems(fabric),
              ...mtuProblems(fabric),
              ...(fabric.kind === "infiniband" && fabric.infiniband !== undefined
                  ? infinibandProblems(fabric.infiniband, fabric.rails, hosts)
                  : []),
          ];
}

const at = (message: string, ...field: readonly PropertyKey[]): Problem => ({
    path: pathOf("fabric", ...field),
    message,
});

function kindProblems(fabric: FabricEntry): readonly Problem[] {
    return (["roce", "infiniband"] as const).flatMap(part =>
        fabric[part] === undefined || fabric.kind === part
            ? []
            : [at(`is for the kind ${part}, but the fabric is of the kind ${fabric.kind}; change one of them`, part)],
    );
}

/** Packets of hosts where the site says nothing, in bytes: 9000 carries RDMA packets of 4096, as 4092 of IPoIB are. */
const usualMtu = { roce: 9000, infiniband: 4092, ethernet: 1500 } as const;

/** What InfiniBand's own header adds to a packet of IPoIB, in bytes. */
const ipoibHeader = 4;

function mtuProblems({ kind, mtu, switchMtu }: FabricEntry): readonly Problem[] {
    const ofHosts = mtu ?? usualMtu[kind];
    const whose = mtu === undefined ? ", the default," : "";
    const problems: Problem[] = [];
    if (kind === "infiniband" && ofHosts > usualMtu.infiniband) {
        const message = `${ofHosts} is more than InfiniBand carries: IPoIB has ${usualMtu.infiniband} bytes in packets of 4096`;
        problems.push(at(`${message}; set ${usualMtu.infiniband}, or 2044`, "mtu"));
    }
    const needed = kind === "infiniband" ? ofHosts + ipoibHeader : ofHosts;
    if (switchMtu !== undefined && switchMtu < needed && problems.length === 0) {
        const both = `${switchMtu} is less than the hosts send: ${ofHosts} bytes${whose}`;
        const fits = kind === "infiniband" ? switchMtu - ipoibHeader : switchMtu;
        problems.push(at(`${both} need ${needed} in switches; raise it, or set mtu: ${fits}`, "switchMtu"));
    }
    return problems;
}

function infinibandProblems(
    infiniband: NonNullable<FabricEntry["infiniband"]>,
    rails: number,
    hosts: readonly SiteHost[] | undefined,
): readonly Problem[] {
    const { subnetManager, managers, routingEngine, adaptiveRouting, partitions, ipoib } = infiniband;
    const problems: Problem[] = [];
    const report = (message: string, ...field: readonly PropertyKey[]): void => {
        problems.push(at(message, "infiniband", ...field));
    };
    if (subnetManager === "opensm" && managers.length === 0) {
        report("names no host, but the subnet manager is opensm; name the hosts that run it", "managers");
    } else if (subnetManager === "ufm" && managers.length > 0) {
        report(`names ${few(managers)}, but the subnet manager is ufm; take one of them out`, "managers");
    }
    if (adaptiveRouting && !routingEngine.startsWith("ar_")) {
        const message = `true with the routing engine ${routingEngine}, which has none; set routingEngine: ar_ftree or ar_updn`;
        report(message, "adaptiveRouting");
    }
    managers.forEach((name, index) => {
        const problem =
            managers.indexOf(name) === index ? managerProblem(name, hosts) : `${show(name)} is listed twice`;
        if (problem !== undefined) {
            report(problem, "managers", index);
        }
    });
    if (ipoib.length > 0 && ipoib.length !== rails) {
        report(`${ipoib.length} networks, but the fabric has ${rails} rails; give one for each rail`, "ipoib");
    }
    for (const [field, values] of [
        ["name", partitions.map(partition => partition.name)],
        ["pkey", partitions.map(partition => String(Number(partition.pkey)))],
    ] as const) {
        partitions.forEach((partition, index) => {
            const first = values.indexOf(values[index] ?? "");
            if (first !== index) {
                const path = pathOf("fabric", "infiniband", "partitions", first);
                report(`${show(partition[field])} is that of ${path} too`, "partitions", index, field);
            }
        });
    }
    const pools = hosts && [...new Set(hosts.map(host => host.pool))];
    partitions.forEach((partition, index) =>
        partition.pools.forEach((pool, place) => {
            if (pools?.includes(pool) === false) {
                const message = `no host is in the pool ${show(pool)}; ${suggestion(pool, pools)}`;
                report(message, "partitions", index, "pools", place);
            }
        }),
    );
    return problems;
}

function managerProblem(name: string, hosts: readonly SiteHost[] | undefined): string | undefined {
    const host = hosts?.find(each => each.name === name);
    if (hosts === undefined) {
        return undefined;
    }
    if (host === undefined) {
        const withRails = hosts.filter(each => each.rails.length > 0 && each.managed).map(each => each.name);
        return `${show(name)} is no host of the site; ${withRails.length === 0 ? "name one with rails" : suggestion(name, withRails.slice(0, 100))}`;
    }
    if (host.rails.length === 0) {
        return `${show(name)} has no rails, and opensm speaks to the fabric through one; name a host with rails`;
    }
    return host.managed ? undefined : `${show(name)} is not managed, so nothing starts opensm there; name one that is`;
}
