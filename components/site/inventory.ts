import type { SiteContext } from "./context";
import { expanded, hostsOf } from "./expand";
import { fieldProblems, type At } from "./host-fields";
import type { KnownHost } from "./hostkey";
import { suggestion } from "./nearest";
import { few, pathOf, show, type Problem } from "./problem";
import type { HostGroup } from "./schema";
import type { Fabric, SiteHost } from "./site";

/** What the hosts of a site are checked against. */
export interface InventoryContext extends Pick<SiteContext, "gpuNames"> {
    /** Port of sshd, for looking up keys. */
    readonly port: number;
    /** Keys from known_hosts; undefined where the file could not be read, which is told elsewhere. */
    readonly knownHosts: readonly KnownHost[] | undefined;
    readonly fabric?: Fabric;
    /** Whether Seamount builds the cluster: then managed hosts are nodes of it, except for storage. */
    readonly buildsCluster?: boolean;
}

/** Hosts of all groups in order, each with the index of its group, and what is wrong with them. */
export interface Inventory {
    readonly hosts: readonly { readonly group: number; readonly host: SiteHost }[];
    readonly problems: readonly Problem[];
}

/** Expands groups into hosts. A group that is undefined did not pass the schema: it is left out, its index is kept. */
export function expandInventory(groups: readonly (HostGroup | undefined)[], context: InventoryContext): Inventory {
    const problems: Problem[] = [];
    const hosts = groups.flatMap((group, index) => {
        if (group === undefined) {
            return [];
        }
        const nodesByDefault = context.buildsCluster === true && group.managed && group.role !== "storage";
        const expanded = hostsOf(group, context.knownHosts ?? [], context.port, nodesByDefault);
        problems.push(...groupProblems(group, index, expanded, context));
        return expanded.map(host => ({ group: index, host }));
    });
    problems.push(...overlaps(hosts, "name", host => host.name));
    problems.push(...overlaps(hosts, "address", host => canonicalAddress(host.address)));
    problems.push(...overlaps(hosts, "node", host => host.node));
    return { hosts, problems };
}

function groupProblems(
    group: HostGroup,
    index: number,
    hosts: readonly SiteHost[],
    context: InventoryContext,
): readonly Problem[] {
    const at = (message: string, ...field: PropertyKey[]): Problem => ({
        path: pathOf("hosts", index, ...field),
        message,
    });
    const problems: Problem[] = [];
    const names = expanded(group.name);
    const addresses = expanded(group.address);
    if (names.length !== addresses.length) {
        const both = `${show(group.address)} stands for ${addresses.length}, ${show(group.name)} for ${names.length}`;
        problems.push(at(`${both}; give as many addresses as names`, "address"));
    }
    if (group.gpu !== undefined && !context.gpuNames.includes(group.gpu.model)) {
        const { model } = group.gpu;
        problems.push(
            at(`${show(model)} is not in the catalogue; ${suggestion(model, context.gpuNames)}`, "gpu", "model"),
        );
    }
    if (group.role === "gpu" && group.gpu === undefined) {
        problems.push(
            at("is missing: hosts with the role gpu say which they have, like {model: H200, count: 8}", "gpu"),
        );
    }
    problems.push(...fieldProblems(group, hosts[0], context.fabric, at));
    return [...problems, ...keyProblems(group, names, at), ...missingKeys(group, hosts, context, at)];
}

function keyProblems(group: HostGroup, names: readonly string[], at: At): readonly Problem[] {
    const problems = (["hostKeys", "portGuids"] as const).flatMap(field =>
        Object.keys(group[field] ?? {})
            .filter(name => !names.includes(name))
            .map(name => at(`names no host of this group; ${suggestion(name, names)}`, field, name)),
    );
    if (group.hostKey !== undefined && group.hostKeys !== undefined) {
        problems.push(at("stands beside hostKeys; use one of them", "hostKey"));
    } else if (group.hostKey !== undefined && names.length > 1) {
        problems.push(
            at(`is for a single host, but the group has ${names.length}; give each its own in hostKeys`, "hostKey"),
        );
    }
    return problems;
}

function missingKeys(
    group: HostGroup,
    hosts: readonly SiteHost[],
    context: InventoryContext,
    at: At,
): readonly Problem[] {
    const without = hosts.filter(host => host.hostKey === undefined);
    const [first] = without;
    const toldElsewhere = context.knownHosts === undefined || group.hostKey !== undefined;
    if (!group.managed || first === undefined || toldElsewhere) {
        return [];
    }
    const options = context.port === 22 ? "" : `-p ${context.port} `;
    const address = hosts.length === 1 ? first.address : "ADDRESS";
    const verb = without.length === 1 ? "has" : "have";
    return [
        at(
            `${few(without.map(host => host.name))} ${verb} no host key; read it with "ssh-keyscan ${options}-t ed25519 ` +
                `${address}", compare its fingerprint on the host's console ("ssh-keygen -lf ` +
                `/etc/ssh/ssh_host_ed25519_key.pub"), and put it here or into the known_hosts file`,
            hosts.length === 1 ? "hostKey" : "hostKeys",
        ),
    ];
}

function overlaps(
    hosts: Inventory["hosts"],
    field: "name" | "address" | "node",
    key: (host: SiteHost) => string | undefined,
): readonly Problem[] {
    const owners = new Map<string, number>();
    const shared = new Map<string, { readonly path: string; readonly owner: number; readonly values: string[] }>();
    for (const { group, host } of hosts) {
        const own = key(host);
        if (own === undefined) {
            continue;
        }
        const owner = owners.get(own);
        if (owner === undefined) {
            owners.set(own, group);
            continue;
        }
        const pair = `${owner} ${group}`;
        const entry = shared.get(pair) ?? { path: pathOf("hosts", group, field), owner, values: [] };
        shared.set(pair, entry);
        entry.values.push(host[field] ?? "");
    }
    return [...shared.values()].map(({ path, owner, values }) => {
        const where =
            path === pathOf("hosts", owner, field) ? "twice in this group" : `in ${pathOf("hosts", owner)} too`;
        const verb = values.length === 1 ? "is" : "are";
        return { path, message: `${few(values)} ${verb} ${where}; every host has its own ${field}` };
    });
}

/** One text for all ways to write an address, so that they can be compared. */
function canonicalAddress(address: string): string {
    return address.includes(":") ? new URL(`http://[${address}]`).hostname : address;
}
