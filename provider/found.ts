import type { HostItems } from "./items";
import { kinds } from "./kinds";
import type { SeenItems } from "./kinds/kind";
import { itemsOf, type Keys, type Observation } from "./script";

/** Keys of which everything must be seen, because they were not recorded yet. */
export function needsContent(items: HostItems, found: SeenItems): Keys {
    return mapKinds(kind => Object.keys(itemsOf(items, kind)).filter(key => found[kind]?.[key] === undefined));
}

/** Items that were ours and are no longer in the inputs, as they were found. Kinds without any are left out. */
export function leavingItems(items: HostItems, found: SeenItems): SeenItems {
    const leaving = mapKinds(kind =>
        Object.fromEntries(Object.entries(found[kind] ?? {}).filter(([key]) => !(key in itemsOf(items, kind)))),
    );
    return Object.fromEntries(Object.entries(leaving).filter(([, entries]) => Object.keys(entries).length > 0));
}

/**
 * What each item was before Seamount touched it: as recorded in the state, else as an earlier run recorded on the
 * host before it was interrupted, else as it is now.
 */
export function foundFor(items: HostItems, before: SeenItems, observation: Observation): SeenItems {
    return Object.fromEntries(
        kinds.map(kind => {
            const recorded = { ...observation.recorded[kind.name], ...before[kind.name] };
            const first = (key: string) => {
                const seen = observation.seen[kind.name]?.[key];
                return seen === undefined ? undefined : (kind.firstSeen?.(key, seen, recorded) ?? seen);
            };
            const keys = Object.keys(itemsOf(items, kind.name));
            return [kind.name, Object.fromEntries(keys.map(key => [key, recorded[key] ?? first(key)]))];
        }),
    );
}

/**
 * A file or a unit that a package brought in this very change was not absent in any useful sense: what the package
 * brought is what to go back to, for the package stays.
 */
export function changedFound(found: SeenItems, before: SeenItems, packaged: SeenItems): SeenItems {
    const absent = (entry: unknown) =>
        typeof entry === "object" &&
        entry !== null &&
        (("type" in entry && entry.type === "absent") || ("exists" in entry && entry.exists === false));
    return mapKinds(kind =>
        Object.fromEntries(
            Object.entries(found[kind] ?? {}).map(([key, entry]) => {
                const brought = packaged[kind]?.[key];
                const fresh = before[kind]?.[key] === undefined && absent(entry);
                return [key, fresh && brought !== undefined && !absent(brought) ? brought : entry];
            }),
        ),
    );
}

/** Both records; where both know an item, the second counts. */
export const mergeFound = (a: SeenItems, b: SeenItems): SeenItems =>
    Object.fromEntries(
        [...new Set([...Object.keys(a), ...Object.keys(b)])].map(kind => [kind, { ...a[kind], ...b[kind] }]),
    );

function mapKinds<Value>(valueOf: (kind: string) => Value): Readonly<Record<string, Value>> {
    return Object.fromEntries(kinds.map(({ name }) => [name, valueOf(name)]));
}
