import { createHash } from "node:crypto";
import type { FileItem } from "../items";
import { observeFiles, octal, putBack, type SeenFile, writeFile } from "./filescript";
import { KERNEL_ARGUMENT_FILES } from "./kernelArguments";
import { type Difference, type Kind, sortedEntries, wrongFields } from "./kind";
import { keepsLinkFile } from "./linkScript";
import { MODULE_FILES } from "./modules";
import { PCI_FILES } from "./pciscript";
import { keepsRepositoryFile } from "./repositoryFiles";
import { ROCE_FILES } from "./roceScript";
import { SYSCTL_FILE } from "./sysctls";
import { SYSFS_FILES } from "./sysfs";

const sha256 = (content: string) => createHash("sha256").update(content, "utf8").digest("hex");
const FIELDS = {
    content: "string",
    mode: "string",
    owner: "string",
    group: "string",
    check: "array",
    afterChange: "array",
} as const;
/** Files that other kinds keep line by line, and what they need at boot. */
const KEPT: readonly string[] = [
    ...MODULE_FILES,
    SYSCTL_FILE,
    ...SYSFS_FILES,
    ...PCI_FILES,
    ...KERNEL_ARGUMENT_FILES,
    ...Object.values(ROCE_FILES),
];

/** Regular files: content, mode, owner and group. Written beside and renamed, so that nobody ever reads half a file. */
export const files: Kind<FileItem, SeenFile> = {
    name: "files",
    noun: "file",

    check(key, item) {
        const problems = wrongFields(item, FIELDS);
        if (!key.startsWith("/") || /[\x00-\x1f\x7f]|\/\/|\/\.{0,2}(\/|$)/.test(key)) {
            problems.push("is not the absolute path of a file without //, . or ..");
        }
        if (KEPT.includes(key) || keepsRepositoryFile(key) || keepsLinkFile(key)) {
            problems.push("is kept by Seamount itself, for items of another kind: state it as one of those");
        }
        if (item.content === undefined) {
            problems.push("has no content");
        }
        if (item.check?.length === 0) {
            problems.push("has a check without a command");
        }
        if (item.afterChange?.length === 0) {
            problems.push("has an afterChange without a command");
        }
        if (item.mode !== undefined && !/^[0-7]{3,4}$/.test(item.mode)) {
            problems.push(`mode "${item.mode}" is not octal, such as "0644"`);
        }
        for (const name of [item.owner, item.group]) {
            if (name !== undefined && !/^[a-z_][a-z0-9_-]*$/.test(name)) {
                problems.push(`"${name}" is not the name of a user or group`);
            }
        }
        return problems;
    },

    observe: observeFiles,

    parse(lines, keys) {
        const seen = new Map<string, SeenFile>();
        const pending = lines.filter(line => line.startsWith("pending\t")).map(line => line.slice("pending\t".length));
        for (const line of lines) {
            const [key = "", sum = "", content = "", type = "absent", mode, owner, group, size] = line.split("\t");
            const regular = type.startsWith("regular");
            seen.set(key, {
                type: regular ? "regular file" : type,
                ...(type === "absent" ? {} : { mode, owner, group }),
                ...(regular ? { sha256: sum } : {}),
                ...(regular && (content !== "" || size === "0") ? { content } : {}),
                ...(type === "symbolic link" ? { target: content } : {}),
                ...(type === "absent" && content !== "" ? { missingFolder: content } : {}),
                ...(pending.includes(key) ? { pending: true } : {}),
            });
        }
        return Object.fromEntries(keys.map(key => [key, seen.get(key) ?? { type: "absent" }]));
    },

    diff(key, item, seen, secret): Difference[] {
        const about = (field: string, found: string, wanted: string, words: string): Difference => ({
            field,
            found,
            wanted,
            words: `file ${key} ${words}`,
        });
        if (seen.type === "absent") {
            return [about("content", "missing", "present", "is missing")];
        }
        if (seen.type !== "regular file") {
            return [about("content", seen.type, "regular file", `is a ${seen.type}, should be a regular file`)];
        }
        const differences: Difference[] = [];
        const hash = sha256(item.content);
        if (seen.sha256 !== hash) {
            const [found, wanted] = secret
                ? ["[secret]", "[secret]"]
                : [`sha256 ${seen.sha256?.slice(0, 12) ?? "unknown"}`, `sha256 ${hash.slice(0, 12)}`];
            const hashes = secret ? "" : ` (${found}, should be ${wanted})`;
            differences.push(about("content", found, wanted, `has other content${hashes}`));
        }
        const mode = octal(item.mode);
        if (octal(seen.mode) !== mode) {
            differences.push(about("mode", seen.mode ?? "", mode, `has mode ${seen.mode}, should be ${mode}`));
        }
        const [found, wanted] = [`${seen.owner}:${seen.group}`, `${item.owner ?? "root"}:${item.group ?? "root"}`];
        if (found !== wanted) {
            differences.push(about("owner", found, wanted, `belongs to ${found}, should be ${wanted}`));
        }
        if (differences.length === 0 && seen.pending && (item.check ?? item.afterChange) !== undefined) {
            differences.push(about("pending", "written", "in use", "was written, and what follows was not done yet"));
        }
        return differences;
    },

    wanted(_key, item) {
        return {
            type: "regular file",
            sha256: sha256(item.content),
            mode: octal(item.mode),
            owner: item.owner ?? "root",
            group: item.group ?? "root",
        };
    },

    describe(_key, item, seen) {
        if (seen.type === "absent") {
            return undefined;
        }
        const same = seen.sha256 === sha256(item.content);
        return {
            ...item,
            content: same ? item.content : `(${seen.type}, sha256 ${seen.sha256 ?? "none"})`,
            ...(octal(seen.mode) === octal(item.mode) ? {} : { mode: seen.mode }),
            ...((seen.owner ?? "root") === (item.owner ?? "root") ? {} : { owner: seen.owner }),
            ...((seen.group ?? "root") === (item.group ?? "root") ? {} : { group: seen.group }),
        };
    },

    firstSeen(key, seen, recorded) {
        // A folder that another item's file has brought is there by now, and yet it is to go with the last such file.
        const [folder] = Object.values(recorded)
            .flatMap(({ missingFolder }) => missingFolder ?? [])
            .filter(path => key.startsWith(`${path}/`))
            .sort((a, b) => a.length - b.length);
        return seen.type === "absent" && folder !== undefined ? { ...seen, missingFolder: folder } : seen;
    },

    change(changes) {
        return changes.map(({ key, item, secret }) => ({
            words: `writing ${key}`,
            script: writeFile(key, item, secret),
        }));
    },

    restore(recorded) {
        return sortedEntries(recorded).map(([key, seen]) => ({
            words: `putting back ${key}`,
            script: putBack(key, seen),
        }));
    },
};
