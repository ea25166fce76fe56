import { itemPath } from "./check";
import type { HostInputs, HostItems } from "./items";
import { kinds } from "./kinds";
import type { SeenItems } from "./kinds/kind";
import { type ItemDifference, itemsOf } from "./script";
import { isRecord, sameValue, secret, touchesSecret, unwrap, type Wire, type WireRecord } from "./values";

/** A host as its inputs want it. */
export interface Desired extends Pick<HostInputs, "connection" | "rack" | "node" | "gates"> {
    readonly items: HostItems;
    readonly isSecret: (kind: string, key: string) => boolean;
    /** Whether something is not known before `up`. */
    readonly hasUnknowns: boolean;
}

/** Reads checked inputs. */
export function readInputs(inputs: WireRecord): Desired {
    const { value, hasUnknowns } = unwrap(inputs);
    const { connection, rack, node, gates, ...items } = value as unknown as HostInputs;
    return {
        items,
        connection,
        hasUnknowns,
        isSecret: (kind, key) => touchesSecret(inputs, [kind, key]),
        ...(rack === undefined ? {} : { rack }),
        ...(node === undefined ? {} : { node }),
        ...(gates === undefined ? {} : { gates }),
    };
}

/** How one property changes. */
export type PropertyChange = "add" | "delete" | "update";

/** What changes between two sets of inputs, by property path: one entry an item, one a field of the connection. */
export function compareInputs(olds: WireRecord, news: WireRecord): ReadonlyMap<string, PropertyChange> {
    const before = unwrap(olds).value;
    const after = unwrap(news).value;
    const changes = new Map<string, PropertyChange>();
    for (const field of ["rack", "node"]) {
        const [old, now] = [before, after].map(value => (isRecord(value) ? value[field] : undefined));
        if (!sameValue(old, now)) {
            changes.set(field, old === undefined ? "add" : now === undefined ? "delete" : "update");
        }
    }
    for (const kind of ["connection", "gates", ...kinds.map(({ name }) => name)]) {
        const [old, now] = [part(before, kind), part(after, kind)];
        for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
            if (!sameValue(old[key], now[key])) {
                const path = kind === "connection" ? `connection.${key}` : itemPath(kind, key);
                changes.set(path, !(key in old) ? "add" : !(key in now) ? "delete" : "update");
            }
        }
    }
    return changes;
}

/**
 * Property paths of what differs on the host. A field is named where the item says something about it. All of it is
 * "add": the engine prints an update with the old value of its state, which is the wanted one: `"1" => "1"`.
 */
export function driftOf(
    item: unknown,
    { kind, key, differences }: ItemDifference,
): ReadonlyMap<string, PropertyChange> {
    const path = itemPath(kind, key);
    const missing = differences.some(({ field, found }) => found === "missing" && field !== "value");
    const named = (field: string) => !missing && isRecord(item) && field in item;
    return new Map(differences.map(({ field }) => [named(field) ? `${path}.${field}` : path, "add"]));
}

/** Inputs as they would be if the program described what was found: what `refresh` records. */
export function describeFound(inputs: WireRecord, desired: Desired, seen: SeenItems): WireRecord {
    const described: WireRecord = { ...inputs };
    for (const kind of kinds) {
        const items = itemsOf(desired.items, kind.name);
        if (Object.keys(items).length === 0) {
            continue;
        }
        const entries = Object.entries(items).flatMap(([key, item]) => {
            const now = seen[kind.name]?.[key];
            const hidden = desired.isSecret(kind.name, key);
            if (now === undefined || kind.diff(key, item, now, hidden).length === 0) {
                const wires = inputs[kind.name];
                const wire = isRecord(wires) ? wires[key] : undefined;
                return [[key, wire ?? (hidden ? secret(item as Wire) : (item as Wire))] as const];
            }
            const found = kind.describe(key, item, now) as Wire | undefined;
            return found === undefined ? [] : [[key, hidden ? secret(found) : found] as const];
        });
        described[kind.name] = Object.fromEntries(entries);
    }
    return described;
}

/** Outputs of the resource, as the engine keeps them. */
export interface Outputs {
    readonly hostname: string;
    readonly bootId: string;
    /** What was found before the first change, for putting back. */
    readonly found: SeenItems;
}

/** Outputs as they travel: what was found is a secret, for it may hold the content of files. */
export function writeOutputs({ hostname, bootId, found }: Outputs): WireRecord {
    return { hostname, bootId, found: secret(JSON.parse(JSON.stringify(found)) as Wire) };
}

/** Reads outputs; those that are missing are empty. */
export function readOutputs(outputs: WireRecord): Outputs {
    const { value } = unwrap(outputs);
    const plain = isRecord(value) ? value : {};
    return {
        hostname: typeof plain.hostname === "string" ? plain.hostname : "",
        bootId: typeof plain.bootId === "string" ? plain.bootId : "",
        found: isRecord(plain.found) ? (plain.found as unknown as SeenItems) : {},
    };
}

/** Entries of one part of plain inputs. */
function part(value: Wire, kind: string): WireRecord {
    const entries = isRecord(value) ? value[kind] : undefined;
    return isRecord(entries) ? entries : {};
}
