import type { Disruption, HostItems } from "../items";

/** One respect in which a host is not what it should be. */
export interface Difference {
    /** What differs: `value`, `content`, `boot` … */
    readonly field: string;
    /** What was found, for people. */
    readonly found: string;
    /** What should be, for people. */
    readonly wanted: string;
    /** All of it for people, without the host's name: `sysctl vm.swappiness is 60, should be 1`. */
    readonly words: string;
    /**
     * What putting it right does to the work on the host. `reboot` on a difference that stays after a change is no
     * failure: it counts from the next boot.
     */
    readonly disruption?: Disruption;
}

/** An item that has to be changed. */
export interface Change<Item, Seen> {
    readonly key: string;
    readonly item: Item;
    readonly seen: Seen;
    readonly differences: readonly Difference[];
    /** Whether the item holds a secret, which no output may show. */
    readonly secret: boolean;
}

/** One thing that a change does. It fails by itself: what does not depend on it is done all the same. */
export interface ChangeStep {
    /** For people, as a clause: `writing /etc/motd`. */
    readonly words: string;
    /** Shell. The first command that fails ends it. */
    readonly script: string;
}

/** What one kind may know of the rest of a change. */
export interface ChangeContext {
    /** Paths of the files that this change writes. */
    readonly changedFiles: ReadonlySet<string>;
}

/**
 * A kind of item. `Seen` is what was observed of one item, as JSON; what an item was before Seamount touched it is
 * recorded in the same form. Everything here is pure: shell text out, lines in.
 */
export interface Kind<Item, Seen> {
    /** The key in `HostItems`. */
    readonly name: keyof HostItems;
    /** What one of them is called: `sysctl`. */
    readonly noun: string;
    /** What is wrong with a definition, a sentence each without the path. */
    check(key: string, item: Item): readonly string[];
    /** Shell that prints what there is, one line a fact. `withContent`: keys of which everything is needed. */
    observe(keys: readonly string[], withContent: ReadonlySet<string>): string;
    /** Reads those lines. Has an entry for each key. */
    parse(lines: readonly string[], keys: readonly string[]): Record<string, Seen>;
    /** How the item differs from what was seen. `secret`: content must not show, not even as a hash. */
    diff(key: string, item: Item, seen: Seen, secret: boolean): readonly Difference[];
    /** What will be seen when the item has been changed. */
    wanted(key: string, item: Item, seen: Seen): Seen;
    /** The definition that would describe what was seen; undefined where there is nothing to describe. */
    describe(key: string, item: Item, seen: Seen): Item | undefined;
    /** What to record of an item that was seen for the first time, where others are on record already. */
    firstSeen?(key: string, seen: Seen, recorded: Readonly<Record<string, Seen>>): Seen;
    /** Steps that make the items what they should be; may run again after they were interrupted anywhere. */
    change(changes: readonly Change<Item, Seen>[], context: ChangeContext): readonly ChangeStep[];
    /** Steps that put back what was recorded; may run again, and pass over what is gone from the host since. */
    restore(recorded: Readonly<Record<string, Seen>>, context: ChangeContext): readonly ChangeStep[];
    /** Steps of the same, before any kind puts anything back. */
    release?(recorded: Readonly<Record<string, Seen>>): readonly ChangeStep[];
    /** Steps of the same, when all kinds have put back theirs: takes away what other items rested on. */
    conclude?(recorded: Readonly<Record<string, Seen>>): readonly ChangeStep[];
}

/** What was seen or recorded on a host: by kind, then by key. */
export type SeenItems = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Text for a message: one line, at most 80 characters. */
export function brief(text: string): string {
    const line = text.replace(/\s+/g, " ").trim();
    return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

/** Entries of a record in the order of their keys, so that scripts and messages do not depend on the program's order. */
export function sortedEntries<Value>(record: Readonly<Record<string, Value>>): [string, Value][] {
    return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

const TYPES = {
    string: ["text", (value: unknown) => typeof value === "string"],
    boolean: ["true or false", (value: unknown) => typeof value === "boolean"],
    number: ["a whole number", (value: unknown) => Number.isSafeInteger(value)],
    array: [
        "a list of texts",
        (value: unknown) => Array.isArray(value) && value.every(entry => typeof entry === "string"),
    ],
} as const;

/** Problems of a definition that has fields which its kind does not know, or values of other types. */
export function wrongFields(item: object, known: Readonly<Record<string, keyof typeof TYPES>>): string[] {
    return Object.entries(item).flatMap(([field, value]: [string, unknown]) => {
        const type = known[field];
        if (type === undefined) {
            return [`has no field "${field}"; it has ${Object.keys(known).join(", ")}`];
        }
        const [words, fits] = TYPES[type];
        return value === undefined || fits(value) ? [] : [`has a ${field} that is not ${words}`];
    });
}
