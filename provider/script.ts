import type { HostItems } from "./items";
import { kinds } from "./kinds";
import { type Difference, type SeenItems, sortedEntries } from "./kinds/kind";
import { readRecord, recordPath } from "./record";
import { markersFragment, readMarkers } from "./rolling/markers";
import { assemble, type Answer, section, type Script } from "./shell";

/** Keys of items by kind. */
export type Keys = Readonly<Record<string, readonly string[]>>;

/** What was seen of a host in one session. */
export interface Observation {
    readonly hostname: string;
    readonly bootId: string;
    readonly seen: SeenItems;
    /** What an earlier run recorded on the host before it changed anything. */
    readonly recorded: SeenItems;
    /** Whether something was changed in this boot that counts from the next one. */
    readonly rebootDue?: boolean;
    /** Who took the host out of service, and when, where it is not back yet. */
    readonly maintenance?: string;
}

/** One item that differs from what it should be. */
export interface ItemDifference {
    readonly kind: string;
    readonly key: string;
    readonly differences: readonly Difference[];
}

/** Shell that says which host this is, which boot, and what the host remembers of changes that disrupt it. */
export const factsFragment = [
    section("facts"),
    `printf '%s\\n' "$(uname -n)" "$(cat /proc/sys/kernel/random/boot_id)"`,
    markersFragment,
];

/** Items of one kind. */
export function itemsOf(items: HostItems, kind: string): Readonly<Record<string, unknown>> {
    return (items as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>)[kind] ?? {};
}

/** Keys of all items, sorted. */
export function keysOf(...sources: readonly (HostItems | SeenItems)[]): Keys {
    return Object.fromEntries(
        kinds.map(({ name }) => [
            name,
            [...new Set(sources.flatMap(source => Object.keys(itemsOf(source as HostItems, name))))].sort(),
        ]),
    );
}

/** The script that observes a host: one session, all items. */
export function observeScript(urn: string, keys: Keys, withContent: Keys): Script {
    return assemble([
        ...factsFragment,
        section("recorded"),
        `[ ! -r ${recordPath(urn)} ] || cat ${recordPath(urn)}`,
        ...observeKinds("seen", keys, withContent),
    ]);
}

/** Reads the answer to `observeScript`, or the end of that to `changeScript`. Throws where it is not whole. */
export function readObservation(answer: Answer, keys: Keys): Observation {
    if (!answer.complete) {
        throw new Error("the answer is not whole");
    }
    const [hostname = "", bootId = "", ...markers] = answer.sections.get("facts") ?? [];
    const recorded = answer.sections.get("recorded")?.join("\n") ?? "";
    return {
        hostname,
        bootId,
        seen: readKinds(answer, "seen", keys),
        recorded: readRecord(recorded),
        ...readMarkers(bootId, markers),
    };
}

/** What was seen right after packages were installed, before anything else; empty where none were. */
export function readPackaged(answer: Answer, keys: Keys): SeenItems {
    return answer.sections.has("packaged/files") ? readKinds(answer, "packaged", keys) : {};
}

/** How a host differs from its items. */
export function differencesOf(
    items: HostItems,
    seen: SeenItems,
    isSecret: (kind: string, key: string) => boolean,
): readonly ItemDifference[] {
    return kinds.flatMap(kind =>
        sortedEntries(itemsOf(items, kind.name)).flatMap(([key, item]) => {
            const now = seen[kind.name]?.[key];
            const secret = isSecret(kind.name, key);
            const all = now === undefined ? [] : kind.diff(key, item, now, secret);
            const differences = secret && kind.name !== "files" ? all.map(hidden(`${kind.noun} ${key}`)) : all;
            return differences.length === 0 ? [] : [{ kind: kind.name, key, differences }];
        }),
    );
}

/** A difference of an item that is a secret. Files see to that themselves: their mode and owner are none. */
const hidden =
    (name: string) =>
    (difference: Difference): Difference => ({
        ...difference,
        found: difference.found === "missing" ? "missing" : "[secret]",
        wanted: "[secret]",
        words: `${name} is not what it should be (${difference.field}, secret)`,
    });

/** Shell that observes the items of every kind, a section each. */
export function observeKinds(prefix: string, keys: Keys, withContent: Keys): string[] {
    return kinds.flatMap(kind => {
        const wanted = keys[kind.name] ?? [];
        const heading = section(`${prefix}/${kind.name}`);
        return wanted.length === 0
            ? [heading]
            : [heading, "(", "set +e", kind.observe(wanted, new Set(withContent[kind.name])), ":", ")"];
    });
}

function readKinds(answer: Answer, prefix: string, keys: Keys): SeenItems {
    return Object.fromEntries(
        kinds.map(kind => {
            const lines = answer.sections.get(`${prefix}/${kind.name}`) ?? [];
            return [kind.name, kind.parse(lines, keys[kind.name] ?? [])];
        }),
    );
}
