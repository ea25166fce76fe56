import type { HostItems } from "../items";

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
    /** Shell that makes the items what they should be; may run again after it was interrupted anywhere. */
    change(changes: readonly Change<Item, Seen>[], context: ChangeContext): string;
    /** Shell that puts back what was recorded; may run again. */
    restore(recorded: Readonly<Record<string, Seen>>, context: ChangeContext): string;
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

/** Problems of a definition that has fields which its kind does not know. */
export function unknownFields(item: object, known: readonly string[]): string[] {
    return Object.keys(item)
        .filter(field => !known.includes(field))
        .map(field => `has no field "${field}"; it has ${known.join(", ")}`);
}
