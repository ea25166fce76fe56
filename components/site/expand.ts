import { findHostKey, normalisePublicKey, type KnownHost } from "./hostkey";
import { expandRange } from "./range";
import type { HostGroup } from "./schema";
import type { SiteHost } from "./site";

/**
 * The hosts that a group stands for, in the order of its names. `nodesByDefault`: whether they are nodes of the cluster where
 * the group does not say.
 */
export function hostsOf(
    group: HostGroup,
    knownHosts: readonly KnownHost[],
    port: number,
    nodesByDefault = false,
): readonly SiteHost[] {
    const addresses = expanded(group.address);
    const names = expanded(group.name);
    const shared = sharedFields(group);
    const nodes = nodesOf({ node: group.node ?? nodesByDefault }, names);
    return names.slice(0, addresses.length).map((name, index): SiteHost => {
        const address = addresses[index] ?? group.address;
        const own = names.length === 1 ? group.hostKey : undefined;
        const stated = ownValue(group.hostKeys, name) ?? own;
        const hostKey =
            stated === undefined ? findHostKey(knownHosts, [address, name], port) : normalisePublicKey(stated);
        const node = nodes[index];
        const portGuids = ownValue(group.portGuids, name);
        return {
            name,
            address,
            ...shared,
            ...(hostKey !== undefined && { hostKey }),
            ...(node !== undefined && { node }),
            ...(portGuids !== undefined && { portGuids }),
        };
    });
}

/** The values of a range; none where it is not one, which is told elsewhere. */
export function expanded(text: string): readonly string[] {
    const range = expandRange(text);
    return "problem" in range ? [] : range.values;
}

/** Names of the nodes that the hosts of a group are; none where they are no nodes. */
export function nodesOf({ node }: Pick<HostGroup, "node">, names: readonly string[]): readonly string[] {
    return node === true ? names : typeof node === "string" ? expanded(node) : [];
}

function sharedFields(group: HostGroup): Omit<SiteHost, "name" | "address" | "hostKey" | "node" | "portGuids"> {
    const { os, zone, managementInterface, numaNodes, hugepages, confidential, memoryGiB, rack, gpu } = group;
    const interfaces = [group.interfaces ?? []].flat().flatMap(expanded);
    return {
        role: group.role,
        pool: group.pool ?? group.role,
        ...(gpu && { gpu }),
        ...(memoryGiB !== undefined && { memoryGiB }),
        ...(os !== undefined && { os }),
        ...(rack !== undefined && { rack }),
        ...(zone !== undefined && { zone }),
        ...(interfaces.length > 0 && { interfaces }),
        ...(managementInterface !== undefined && { managementInterface }),
        ...(numaNodes !== undefined && { numaNodes }),
        ...(hugepages && { hugepages }),
        ...(confidential !== undefined && { confidential }),
        rails: [group.rails].flat().flatMap(expanded),
        nvme: group.nvme.flatMap(expanded),
        managed: group.managed,
    };
}

/** The value of one host in a record by host name. */
function ownValue<Value>(record: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
    return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}
