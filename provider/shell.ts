import { randomBytes } from "node:crypto";

/** One POSIX shell word that means exactly `text`. Throws on NUL, which no shell word can hold. */
export function shellQuote(text: string): string {
    if (text.includes("\0")) {
        throw new Error("a shell word cannot hold a NUL character");
    }
    return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** `shellQuote` of each, separated by blanks. */
export function shellWords(texts: readonly string[]): string {
    return texts.map(shellQuote).join(" ");
}

/** A script to be read by `sh -s`, and what is needed to read its answer. */
export interface Script {
    readonly text: string;
    /** Random word that begins each line by which the script speaks of itself. */
    readonly mark: string;
}

/** What a script has answered. */
export interface Answer {
    /** Lines of each section, by the section's name. */
    readonly sections: ReadonlyMap<string, readonly string[]>;
    /** Whether the script said that it reached its end. Nothing of an answer without an end may be believed. */
    readonly complete: boolean;
    /** The last step that the script said it began. */
    readonly lastStep?: string;
}

/** Opens a section of the answer. */
export function section(name: string): string {
    return `mark section ${shellQuote(name)}`;
}

/** Says which step begins, for people. */
export function step(words: string): string {
    return `mark step ${shellQuote(words)}`;
}

/**
 * Makes a whole script of fragments. All of it is one function that is called on the last line: the shell has read
 * everything before it runs anything, so that a connection that drops half way never runs half a script, and no
 * command can eat the script as its standard input.
 */
export function assemble(fragments: readonly string[], mark: string = randomBytes(12).toString("hex")): Script {
    const text = [
        "main() {",
        "set -eu",
        "umask 022",
        "LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "export LC_ALL PATH",
        `mark() { printf '%s %s %s\\n' ${mark} "$1" "$2"; }`,
        "mark section begin",
        ...fragments,
        "mark end -",
        "}",
        "main </dev/null",
        "",
    ].join("\n");
    return { text, mark };
}

/** Reads what a script has printed. Lines before the first section (a login banner) are left out. */
export function readAnswer(stdout: string, mark: string): Answer {
    const sections = new Map<string, string[]>();
    let current: string[] | undefined;
    let complete = false;
    let lastStep: string | undefined;
    for (const line of stdout.split("\n").slice(0, -1)) {
        const told = complete ? undefined : readMark(line, mark);
        if (told === undefined) {
            current?.push(line);
        } else if (told.what === "section") {
            current = sections.get(told.words) ?? [];
            sections.set(told.words, current);
        } else if (told.what === "step") {
            lastStep = told.words;
        } else {
            complete = true;
            current = undefined;
        }
    }
    return { sections, complete, lastStep };
}

/** What a line says about the script itself; undefined for a line of content. */
export function readMark(
    line: string,
    mark: string,
): { readonly what: "section" | "step" | "end"; readonly words: string } | undefined {
    const [first, what, ...words] = line.split(" ");
    return first === mark && (what === "section" || what === "step" || what === "end")
        ? { what, words: words.join(" ") }
        : undefined;
}
