import { Document, isMap, isScalar, isSeq, Pair, Scalar, visit, YAMLMap, YAMLSeq } from "yaml";
import { dnsLabel } from "../site/fields";
import type { Role } from "../site/site";
import type { Discovered } from "./discover";
import { comments, fabricComment } from "./discoverComments";
import { portGuids, sharedFields } from "./discoverFields";
import { foldRange } from "./discoverRange";

/** A host that was found, and how. */
export interface FoundHost {
    readonly address: string;
    /** The key that it proved to have. */
    readonly hostKey: string;
    /** Whether the key was taken from the host itself, and nobody has compared it yet. */
    readonly keyUnverified?: boolean;
    readonly facts: Discovered;
}

/** Free NVMe disks from which on a host without GPUs is taken for a storage host. */
const STORAGE_DISKS = 4;

interface Entry {
    readonly host: FoundHost;
    readonly name: string;
    readonly role: Role;
    readonly byId: readonly string[];
    readonly byPath: readonly string[];
}

/**
 * The `hosts` section of a site file, ready to paste, with what has no field in comments. Hosts are in the order of
 * their names. Hosts that are exactly alike in every field, and whose names and addresses count up together, are one
 * entry; its NVMe disks go by PCI path then, as a path by serial is another one on each host.
 */
export function inventory(found: readonly FoundHost[]): string {
    const entries = found
        .map(entryOf)
        .sort((left, right) => natural(left.name, right.name) || natural(left.host.address, right.host.address));
    const twice = new Set(entries.map(({ name }) => name).filter((name, at, names) => names.indexOf(name) !== at));
    const kinds = new Set(entries.flatMap(({ host: { facts } }) => (facts.gpu ? [poolOf(facts)] : [])));
    const document = new Document({ hosts: [] });
    const list = new YAMLSeq();
    for (const group of grouped(entries)) {
        const item = document.createNode(fields(group, kinds.size > 1)) as YAMLMap;
        const repeated = group.filter(({ name }) => twice.has(name));
        item.commentBefore = [
            ...(repeated.length > 0
                ? [`WARNING: several hosts call themselves ${group[0]?.name}: rename all but one`]
                : []),
            ...comments(group.map(({ host, name }) => ({ host, name }))),
        ]
            .map(line => ` ${line}`)
            .join("\n");
        list.add(item);
    }
    document.contents = new YAMLMap();
    document.set("hosts", list);
    const fabric = fabricComment(entries.map(({ host }) => host.facts));
    document.commentBefore = [
        " Roles are guesses. Paste this under seamount:site, and read docs/site-file.md.",
        ...(fabric === undefined ? [] : [` ${fabric}`]),
    ].join("\n");
    style(document);
    return document.toString({ lineWidth: 0, commentString: comment => comment.replace(/^(?=.)/gm, "#") });
}

function natural(left: string, right: string): number {
    return left.localeCompare(right, "en", { numeric: true }) || (left < right ? -1 : left > right ? 1 : 0);
}

function entryOf(host: FoundHost): Entry {
    const { facts, address } = host;
    const free = facts.disks
        .filter(disk => disk.name.startsWith("nvme") && disk.use === "")
        .sort((left, right) => natural(left.byPath ?? left.name, right.byPath ?? right.name));
    const valid = dnsLabel().safeParse(facts.name).success;
    return {
        host,
        name: valid && facts.name !== "localhost" ? facts.name : `host-${address.replace(/[^0-9a-f]+/gi, "-")}`,
        role: facts.hasGpus ? "gpu" : free.length >= STORAGE_DISKS ? "storage" : "control-plane",
        byId: free.flatMap(({ byId }) => byId ?? []),
        byPath: free.flatMap(({ byId, byPath }) => (byId === undefined ? [] : (byPath ?? []))),
    };
}

/** Hosts that can be one entry, in the order of their first ones. */
function grouped(entries: readonly Entry[]): readonly (readonly Entry[])[] {
    const groups: Entry[][] = [];
    for (const entry of entries) {
        const last = groups.find(group => alike(group[0], entry) && canFold([...group, entry]));
        if (last === undefined) {
            groups.push([entry]);
        } else {
            last.push(entry);
        }
    }
    return groups;
}

function canFold(group: readonly Entry[]): boolean {
    return (
        foldRange(group.map(({ name }) => name)) !== undefined &&
        foldRange(group.map(({ host }) => host.address)) !== undefined
    );
}

function alike(left: Entry | undefined, right: Entry): boolean {
    const shape = ({ role, host: { facts }, byId, byPath }: Entry) =>
        JSON.stringify([role, facts.gpu, facts.memoryGiB, sharedFields(facts), byPath, byId.length === byPath.length]);
    // Disks without a path by PCI address can be told apart by serial only, and then no two hosts are alike.
    return left !== undefined && right.byId.length === right.byPath.length && shape(left) === shape(right);
}

/** Pool for GPUs of this kind, where a site has several kinds: h200-8. */
function poolOf({ gpu }: Discovered): string {
    return `${gpu?.model.toLowerCase()}-${gpu?.count}`;
}

function fields(group: readonly Entry[], severalKinds: boolean): Readonly<Record<string, unknown>> {
    const [first] = group;
    if (first === undefined) {
        return {};
    }
    const { facts } = first.host;
    const names = group.map(({ name }) => name);
    const nvme = group.length > 1 ? first.byPath : first.byId;
    const folded = foldRange(nvme);
    return {
        name: foldRange(names) ?? first.name,
        address: foldRange(group.map(({ host }) => host.address)) ?? first.host.address,
        role: first.role,
        ...(facts.gpu && severalKinds ? { pool: poolOf(facts) } : {}),
        ...(facts.gpu ? { gpu: facts.gpu } : {}),
        memoryGiB: facts.memoryGiB,
        ...sharedFields(facts),
        ...(nvme.length > 0 ? { nvme: folded === undefined ? nvme : [folded] } : {}),
        ...(group.length > 1
            ? { hostKeys: Object.fromEntries(group.map(({ name, host }) => [name, host.hostKey])) }
            : { hostKey: first.host.hostKey }),
        ...guidsOf(group),
    };
}

function guidsOf(group: readonly Entry[]): Readonly<Record<string, unknown>> {
    const known = group.flatMap(({ name, host }) => {
        const guids = portGuids(host.facts);
        return guids === undefined ? [] : [[name, guids] as const];
    });
    return known.length < group.length ? {} : { portGuids: Object.fromEntries(known) };
}

/** Ranges in quotes, as brackets have a meaning of their own; GPUs on one line. */
function style(document: Document): void {
    visit(document, {
        Scalar(key, node) {
            if (key !== "key" && typeof node.value === "string" && /[[\]]/.test(node.value)) {
                node.type = Scalar.QUOTE_DOUBLE;
            }
        },
        Pair(_, pair: Pair) {
            if (isScalar(pair.key) && pair.key.value === "gpu" && isMap(pair.value)) {
                pair.value.flow = true;
            }
            if (isScalar(pair.key) && pair.key.value === "portGuids" && isMap(pair.value)) {
                pair.value.items.forEach(({ value }) => isSeq(value) && (value.flow = true));
            }
        },
    });
}
