import { shellQuote, shellWords } from "../shell";
import { brief, type Change, type Difference, type ChangeStep, type Kind, sortedEntries } from "./kind";

/** What was seen of a value that the kernel holds and a file sets again at each boot. */
export interface SeenValue {
    /** At run time. Unset: the kernel has no such value. */
    readonly value?: string;
    /** What the file sets at boot. Unset: nothing. */
    readonly boot?: string;
}

/** One way of keeping kernel values: sysctls or sysfs. */
export interface ValueStore {
    /** What one value is called: `sysctl`. */
    readonly noun: string;
    /** What is wrong with the name of a value, a sentence each. */
    readonly checkKey: (key: string) => readonly string[];
    /** Where the kernel shows the value. */
    readonly path: (key: string) => string;
    /** The file that sets values at boot: one a line, the key first. */
    readonly bootFile: string;
    /** A line of that file. */
    readonly bootLine: (key: string, value: string) => string;
}

/** A value with its blanks made one: the kernel prints tabs where people write spaces. */
export function normalise(value: string): string {
    const words = value.trim().split(/\s+/).join(" ");
    return /\[(\S+)\]/.exec(words)?.[1] ?? words;
}

/** The kind of item that a store keeps. */
export function valueKind(name: "sysctls" | "sysfs", store: ValueStore): Kind<string, SeenValue> {
    return {
        name,
        noun: store.noun,
        check: (key, item) => [...store.checkKey(key), ...checkValue(item)],
        observe: keys => observeValues(store, keys),
        parse: (lines, keys) => parseValues(store, lines, keys),
        diff: (key, item, seen) => diffValue(store, key, item, seen),
        wanted: (_key, item) => ({ value: normalise(item), boot: normalise(item) }),
        describe: (_key, item, seen) => (seen.value === normalise(item) ? (seen.boot ? item : undefined) : seen.value),
        change: changes => changeValues(store, changes),
        restore: recorded => restoreValues(store, recorded),
    };
}

/** Problems of a value. */
function checkValue(value: unknown): string[] {
    if (typeof value !== "string") {
        return ["is not text: write the value in quotes"];
    }
    return value.trim() === "" || /[\x00-\x08\x0a-\x1f\x7f]/.test(value) ? [`"${brief(value)}" is not one line`] : [];
}

/**
 * Shell that prints `path TAB value` for what the kernel holds and `TAB line` for each line of the file. The shell's
 * own `read` would not do: it reads byte by byte, and /proc/sys answers only the first read of a file.
 */
function observeValues(store: ValueStore, keys: readonly string[]): string {
    const paths = shellWords(keys.map(store.path));
    return [
        `grep -sHZ '' ${paths} | tr '\\000' '\\t'`,
        `[ ! -r ${store.bootFile} ] || sed 's/^/\\t/' ${store.bootFile}`,
    ].join("\n");
}

/** Reads those lines. */
function parseValues(store: ValueStore, lines: readonly string[], keys: readonly string[]): Record<string, SeenValue> {
    const now = new Map<string, string>();
    const boot = new Map<string, string>();
    for (const line of lines) {
        const [path = "", ...rest] = line.split("\t");
        const text = rest.join("\t");
        if (path !== "") {
            now.set(path, now.get(path) ?? normalise(text));
        } else {
            const [, name = "", value = ""] = /^(\S+)\s*=?\s*(.*)$/.exec(text.trim()) ?? [];
            boot.set(name, normalise(value));
        }
    }
    return Object.fromEntries(
        keys.map(key => {
            const [value, atBoot] = [now.get(store.path(key)), boot.get(key)];
            return [
                key,
                { ...(value === undefined ? {} : { value }), ...(atBoot === undefined ? {} : { boot: atBoot }) },
            ];
        }),
    );
}

/** How a value differs, at run time and at boot. */
function diffValue(store: ValueStore, key: string, item: string, seen: SeenValue): Difference[] {
    const wanted = normalise(item);
    const differences: Difference[] = [];
    if (seen.value !== wanted) {
        const found = seen.value ?? "missing";
        const words = `${store.noun} ${key} is ${brief(found)}, should be ${brief(wanted)}`;
        differences.push({ field: "value", found, wanted, words });
    }
    if (seen.boot !== wanted) {
        const found = seen.boot ?? "unset";
        const words = `${store.noun} ${key} is ${brief(found)} at boot (${store.bootFile}), should be ${brief(wanted)}`;
        differences.push({ field: "boot", found, wanted, words });
    }
    return differences;
}

/** Shell that sets values now and at boot. */
function changeValues(store: ValueStore, changes: readonly Change<string, SeenValue>[]): ChangeStep[] {
    return changes.map(({ key, item, secret }) => {
        const [name, value] = [`${store.noun} ${key}`, normalise(item)];
        const lines = [
            `[ -e ${shellQuote(store.path(key))} ] || refuse ${shellQuote(`this host has no ${name}`)}`,
            ...set(
                store,
                key,
                value,
                `refuse ${shellQuote(`the kernel refuses ${secret ? "the value" : value} for ${name}`)}`,
            ),
            `set_lines ${store.bootFile} 1 ${shellWords([key, store.bootLine(key, value)])}`,
        ];
        return { words: `setting ${name}`, script: lines.join("\n") };
    });
}

/** Shell that puts values back. */
function restoreValues(store: ValueStore, recorded: Readonly<Record<string, SeenValue>>): ChangeStep[] {
    return sortedEntries(recorded).map(([key, seen]) => {
        const [name, path] = [`${store.noun} ${key}`, shellQuote(store.path(key))];
        const boot = seen.boot === undefined ? [] : [store.bootLine(key, seen.boot)];
        const lines = [
            `set_lines ${store.bootFile} 1 ${shellWords([key, ...boot])}`,
            ...(seen.value === undefined
                ? []
                : [
                      // What is gone since, with its module, needs no value.
                      `if [ -e ${path} ]; then`,
                      ...set(
                          store,
                          key,
                          seen.value,
                          `note ${shellQuote(`${name} stays as it is: the kernel refuses what it was before`)}`,
                      ),
                      "fi",
                  ]),
        ];
        return { words: `putting back ${name}`, script: lines.join("\n") };
    });
}

function set(store: ValueStore, key: string, value: string, otherwise: string): string[] {
    return [`printf '%s\\n' ${shellQuote(value)} >${shellQuote(store.path(key))} || ${otherwise}`];
}
