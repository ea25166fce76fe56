import type { HostItems, ServiceItem } from "./items";
import { kinds } from "./kinds";
import { type Change, type ChangeStep, type Difference, type SeenItems, sortedEntries } from "./kinds/kind";
import { changePrelude, HOST_STATE } from "./kinds/prelude";
import { markStale, readersOf } from "./kinds/services";
import { lookFragment } from "./look";
import { forgetLookFragment } from "./lookPaths";
import { recordFragment } from "./record";
import { forgetMarkersFragment, holderFragment, rebootDueFragment } from "./rolling/markers";
import {
    differencesOf,
    factsFragment,
    type ItemDifference,
    itemsOf,
    keysOf,
    type Observation,
    observeKinds,
} from "./script";
import { assemble, type Script, shellQuote } from "./shell";

/** Kinds that only set what the kernel holds: no service waits for them. */
const SETTINGS: readonly string[] = ["sysctls", "sysfs", "pci", "links", "roce"];
/** Kinds with a stage of their own; what is in neither list is prepared between packages and settings. */
const STAGED: readonly string[] = ["repositories", "packages", ...SETTINGS, "services"];

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
    /** Whether something changes that counts from the next boot. */
    readonly reboots?: boolean;
    /** Services of the last update: one of their files may be leaving together with them. */
    readonly formerServices?: Readonly<Record<string, ServiceItem>>;
}

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
        holderFragment(),
        changePrelude,
        recordFragment(plan.urn, plan.record),
        // Before anything is changed: whatever interrupts it, the host knows.
        ...(plan.reboots === true ? [rebootDueFragment] : []),
        markStale(readers),
        ...kinds.flatMap(kind => kind.release?.(leaving[kind.name] ?? {}) ?? []).map(attempt),
        ...stage(name => name === "repositories"),
        "settled",
        ...stage(name => name === "packages"),
        "settled",
        ...(installs ? observeKinds("packaged", keys, keys) : []),
        ...stage(name => !STAGED.includes(name)),
        // Services wait for what they read, and not for settings of the kernel.
        "unready=$failed",
        ...stage(name => SETTINGS.includes(name)),
        '[ -z "$unready" ] || exit 3',
        ...stage(name => name === "services"),
        ...[...kinds]
            .reverse()
            .flatMap(kind => kind.conclude?.(leaving[kind.name] ?? {}) ?? [])
            .map(attempt),
        "settled",
        ...(plan.recordAfter === undefined ? [] : [recordFragment(plan.urn, plan.recordAfter)]),
        ...lookFragment(items),
        ...(plan.record === undefined
            ? [forgetMarkersFragment, forgetLookFragment, `rmdir ${HOST_STATE}/reload ${HOST_STATE} 2>/dev/null || :`]
            : []),
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
