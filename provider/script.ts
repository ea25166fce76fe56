import { createHash } from "node:crypto";
import type { HostItems, ServiceItem } from "./items";
import { kinds } from "./kinds";
import { type Change, type ChangeStep, type Difference, type SeenItems, sortedEntries } from "./kinds/kind";
import { changePrelude, HOST_STATE } from "./kinds/prelude";
import { markStale, readersOf } from "./kinds/services";
import { assemble, type Answer, section, type Script, shellQuote } from "./shell";
import { isRecord } from "./values";

/** Keys of items by kind. */
export type Keys = Readonly<Record<string, readonly string[]>>;

/** What was seen of a host in one session. */
export interface Observation {
    readonly hostname: string;
    readonly bootId: string;
    readonly seen: SeenItems;
    /** What an earlier run recorded on the host before it changed anything. */
    readonly recorded: SeenItems;
}

/** One item that differs from what it should be. */
export interface ItemDifference {
    readonly kind: string;
    readonly key: string;
    readonly differences: readonly Difference[];
}

/** Everything that one change does. */
export interface ChangePlan {
    /** Identity of the resource on the host. */
    readonly urn: string;
    readonly items: HostItems;
    readonly observation: Observation;
    readonly isSecret: (kind: string, key: string) => boolean;
    /** Items that are ours no longer, as they were before. */
    readonly leaving: SeenItems;
    /** What to record on the host before anything is changed. Unset: nothing, and an old record goes. */
    readonly record?: SeenItems;
    /** What to leave recorded once all is done. Unset: the same. */
    readonly recordAfter?: SeenItems;
    /** Services of the last update: one of their files may be leaving together with them. */
    readonly formerServices?: Readonly<Record<string, ServiceItem>>;
}

const factsFragment = [section("facts"), `printf '%s\\n' "$(uname -n)" "$(cat /proc/sys/kernel/random/boot_id)"`];

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
    const [hostname = "", bootId = ""] = answer.sections.get("facts") ?? [];
    const recorded = answer.sections.get("recorded")?.join("\n") ?? "";
    return {
        hostname,
        bootId,
        seen: readKinds(answer, "seen", keys),
        recorded: readRecord(recorded),
    };
}

/** A record that cannot be read counts as none: it is there for changes that were interrupted. */
function readRecord(text: string): SeenItems {
    try {
        const record: unknown = JSON.parse(text);
        return isRecord(record) ? (record as unknown as SeenItems) : {};
    } catch {
        return {};
    }
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

/**
 * The script that changes a host: one session, what differs and no more. It ends by observing everything again, so
 * that what is believed is what was read back.
 */
export function changeScript(plan: ChangePlan): Script {
    const { items, observation, leaving } = plan;
    const differing = differencesOf(items, observation.seen, plan.isSecret);
    const changed = differing.filter(({ kind }) => kind === "files").map(({ key }) => key);
    const changedFiles = new Set([...changed, ...Object.keys(leaving.files ?? {})]);
    const current = items.services ?? {};
    const readers = readersOf({ ...plan.formerServices, ...current }, changedFiles).filter(key => key in current);
    const context = { changedFiles };
    const stage = (wanted: (name: string) => boolean) =>
        kinds
            .filter(({ name }) => wanted(name))
            .flatMap(kind => [
                ...kind.restore(leaving[kind.name] ?? {}, context),
                ...kind.change(changesOf(plan, kind.name, differing, readers), context),
            ])
            .map(attempt);
    const keys = keysOf(items);
    const installs = differing.some(({ kind }) => kind === "packages");
    return assemble([
        changePrelude,
        recordFragment(plan.urn, plan.record),
        markStale(readers),
        ...kinds.flatMap(kind => kind.release?.(leaving[kind.name] ?? {}) ?? []).map(attempt),
        ...stage(name => name === "packages"),
        "settled",
        ...(installs ? observeKinds("packaged", keys, keys) : []),
        ...stage(name => name === "files" || name === "modules"),
        // Services wait for what they read, and not for settings of the kernel.
        "unready=$failed",
        ...stage(name => name === "sysctls" || name === "sysfs"),
        '[ -z "$unready" ] || exit 3',
        ...stage(name => name === "services"),
        "settled",
        ...(plan.recordAfter === undefined ? [] : [recordFragment(plan.urn, plan.recordAfter)]),
        ...(plan.record === undefined ? [`rmdir ${HOST_STATE}/reload ${HOST_STATE} 2>/dev/null || :`] : []),
        ...factsFragment,
        ...observeKinds("seen", keys, {}),
    ]);
}

/** One step of a change, called by its name: its script may be large. */
function attempt({ words, script }: ChangeStep): string {
    return ["item() {", script, "}", `attempt ${shellQuote(words)}`].join("\n");
}

function changesOf(
    plan: ChangePlan,
    kind: string,
    differing: readonly ItemDifference[],
    readers: readonly string[],
): Change<unknown, unknown>[] {
    const found = new Map(
        differing.filter(entry => entry.kind === kind).map(({ key, differences }) => [key, differences]),
    );
    if (kind === "services") {
        const stale: Difference = { field: "stale", found: "stale", wanted: "reloaded", words: "has changed files" };
        readers.forEach(key => found.set(key, [...(found.get(key) ?? []), stale]));
    }
    return sortedEntries(itemsOf(plan.items, kind)).flatMap(([key, item]) => {
        const differences = found.get(key);
        const seen = plan.observation.seen[kind]?.[key];
        return differences === undefined ? [] : [{ key, item, seen, differences, secret: plan.isSecret(kind, key) }];
    });
}

function observeKinds(prefix: string, keys: Keys, withContent: Keys): string[] {
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

function recordPath(urn: string): string {
    return `${HOST_STATE}/found-${createHash("sha256").update(urn).digest("hex").slice(0, 12)}.json`;
}

function recordFragment(urn: string, record: SeenItems | undefined): string {
    return record === undefined
        ? `rm -f ${recordPath(urn)}`
        : `printf '%s\\n' ${shellQuote(JSON.stringify(record))} | put_file ${recordPath(urn)} 0600 root root`;
}
