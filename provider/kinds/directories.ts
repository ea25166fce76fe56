import type { DirectoryItem } from "../items";
import { shellQuote } from "../shell";
import { files } from "./files";
import { observeFiles, octal, type SeenFile } from "./filescript";
import { type Difference, type Kind, sortedEntries, wrongFields } from "./kind";

const MODE = "0755";
const ownership = ({ owner = "root", group = "root" }: Pick<DirectoryItem, "owner" | "group">) => `${owner}:${group}`;
/** Five digits: with fewer, chmod would leave the set-group-ID bit of a directory as it is. */
const fullMode = (mode = MODE) => octal(mode).padStart(5, "0");

/** Directories: there, with mode, owner and group. What is in them is not touched. */
export const directories: Kind<DirectoryItem, SeenFile> = {
    name: "directories",
    noun: "directory",

    check(key, item) {
        const problems = wrongFields(item, { mode: "string", owner: "string", group: "string" });
        if (!key.startsWith("/") || /[\x00-\x1f\x7f]|\/\/|\/\.{0,2}(\/|$)/.test(key)) {
            problems.push("is not the absolute path of a directory without //, . or .., and without / at its end");
        }
        if (item.mode !== undefined && !/^[0-7]{3,4}$/.test(item.mode)) {
            problems.push(`mode "${item.mode}" is not octal, such as "${MODE}"`);
        }
        for (const name of [item.owner, item.group]) {
            if (name !== undefined && !/^[a-z_][a-z0-9_-]*$/.test(name)) {
                problems.push(`"${name}" is not the name of a user or group`);
            }
        }
        return problems;
    },

    observe: keys => observeFiles(keys, new Set()),

    parse: (lines, keys) => files.parse(lines, keys),

    diff(key, item, seen): Difference[] {
        const about = (field: string, found: string, wanted: string, words: string): Difference => ({
            field,
            found,
            wanted,
            words: `directory ${key} ${words}`,
        });
        if (seen.type === "absent") {
            return [about("type", "missing", "directory", "is missing")];
        }
        if (seen.type !== "directory") {
            return [about("type", seen.type, "directory", `is a ${seen.type}, should be a directory`)];
        }
        const differences: Difference[] = [];
        const mode = octal(item.mode ?? MODE);
        if (octal(seen.mode) !== mode) {
            differences.push(about("mode", seen.mode ?? "", mode, `has mode ${seen.mode}, should be ${mode}`));
        }
        const [found, wanted] = [ownership(seen), ownership(item)];
        if (found !== wanted) {
            differences.push(about("owner", found, wanted, `belongs to ${found}, should be ${wanted}`));
        }
        return differences;
    },

    wanted(_key, item) {
        const { mode = MODE, owner = "root", group = "root" } = item;
        return { type: "directory", mode: octal(mode), owner, group };
    },

    describe(_key, item, seen) {
        if (seen.type !== "directory") {
            return undefined;
        }
        return {
            ...item,
            ...(octal(seen.mode) === octal(item.mode ?? MODE) ? {} : { mode: seen.mode }),
            ...((seen.owner ?? "root") === (item.owner ?? "root") ? {} : { owner: seen.owner }),
            ...((seen.group ?? "root") === (item.group ?? "root") ? {} : { group: seen.group }),
        };
    },

    firstSeen: (key, seen, recorded) => files.firstSeen?.(key, seen, recorded) ?? seen,

    change(changes) {
        return changes.map(({ key, item }) => {
            const name = shellQuote(key);
            const lines = [
                `if [ -L ${name} ] || { [ -e ${name} ] && [ ! -d ${name} ]; }; then`,
                `    refuse ${shellQuote(`${key} is there and is no directory: move it away first`)}`,
                "fi",
                `mkdir -p ${name}`,
                `chown ${shellQuote(ownership(item))} ${name}`,
                `chmod ${fullMode(item.mode)} ${name}`,
            ];
            return { words: `making directory ${key}`, script: lines.join("\n") };
        });
    },

    restore() {
        return [];
    },

    conclude(recorded) {
        // The deepest first: what is in them is put back by now.
        return sortedEntries(recorded)
            .reverse()
            .map(([key, seen]) => ({ words: `putting back directory ${key}`, script: putBack(key, seen) }));
    },
};

function putBack(key: string, seen: SeenFile): string {
    const name = shellQuote(key);
    if (seen.type === "absent") {
        const stays = shellQuote(`directory ${key} stays: it is not empty`);
        const folder = seen.missingFolder;
        return [
            `[ ! -d ${name} ] || rmdir ${name} 2>/dev/null || note ${stays}`,
            ...(folder ? [`find ${shellQuote(folder)} -depth -type d -empty -delete 2>/dev/null || :`] : []),
        ].join("\n");
    }
    // What is gone since, or was no directory, has no mode to go back to.
    return seen.type === "directory"
        ? [
              `if [ -d ${name} ] && [ ! -L ${name} ]; then`,
              `    chown ${shellQuote(ownership(seen))} ${name}`,
              `    chmod ${fullMode(seen.mode)} ${name}`,
              "fi",
          ].join("\n")
        : ":";
}
