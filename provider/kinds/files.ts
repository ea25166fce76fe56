import { createHash } from "node:crypto";
import type { FileItem } from "../items";
import { shellQuote, shellWords } from "../shell";
import { brief, type Difference, type Kind, sortedEntries, wrongFields } from "./kind";
import { HOST_STATE } from "./prelude";

/** Files larger than this in bytes are not recorded, and so cannot be put back. */
export const RECORDED_BYTES = 65_536;

interface SeenFile {
    /** `absent`, `regular file`, or what `stat` calls it. */
    readonly type: string;
    readonly sha256?: string;
    readonly mode?: string;
    readonly owner?: string;
    readonly group?: string;
    /** Base64; only where it was asked for and the file is small enough. */
    readonly content?: string;
    /** Where a symbolic link leads. */
    readonly target?: string;
    /** Of an absent file: the topmost folder of its path that is missing too. */
    readonly missingFolder?: string;
}

const sha256 = (content: string) => createHash("sha256").update(content, "utf8").digest("hex");
const octal = (mode = "0644") => Number.parseInt(mode, 8).toString(8);
const encode = (content: string) => Buffer.from(content, "utf8").toString("base64");
const FIELDS = { content: "string", mode: "string", owner: "string", group: "string", check: "array" } as const;
/** What was there before a file that is being checked. */
const BEFORE = `${HOST_STATE}/before`;
/** Files that other kinds keep line by line. */
const KEPT = [/^\/etc\/(sysctl|modules-load|modprobe)\.d\/90-seamount\.conf$/, /^\/etc\/seamount\/sysfs\.conf$/];

/** Regular files: content, mode, owner and group. Written beside and renamed, so that nobody ever reads half a file. */
export const files: Kind<FileItem, SeenFile> = {
    name: "files",
    noun: "file",

    check(key, item) {
        const problems = wrongFields(item, FIELDS);
        if (!key.startsWith("/") || /[\x00-\x1f\x7f]|\/\/|\/\.{0,2}(\/|$)/.test(key)) {
            problems.push("is not the absolute path of a file without //, . or ..");
        }
        if (KEPT.some(path => path.test(key))) {
            problems.push("is kept by Seamount itself: use sysctls, sysfs or modules");
        }
        if (item.content === undefined) {
            problems.push("has no content");
        }
        if (item.check?.length === 0) {
            problems.push("has a check without a command");
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

    observe(keys, withContent) {
        const lines = [
            "see_file() {",
            `    meta=$(stat --printf='%F\\t%a\\t%U\\t%G\\t%s' -- "$2" 2>/dev/null) || meta=absent`,
            "    sum= content=",
            `    case $meta in regular*)`,
            `        sum=$(sha256sum <"$2" || :)`,
            `        [ "$1" = no ] || [ "\${meta##*\t}" -gt ${RECORDED_BYTES} ] || content=$(base64 -w0 <"$2") ;;`,
            `    symbolic*) content=$(readlink -- "$2") ;;`,
            `    absent) folder=\${2%/*}; while [ ! -d "\${folder:-/}" ]; do content=$folder; folder=\${folder%/*}; done ;;`,
            "    esac",
            `    printf '%s\\t%s\\t%s\\t%s\\n' "$2" "\${sum%% *}" "$content" "$meta"`,
            "}",
        ];
        return [
            ...lines,
            ...keys.map(key => `see_file ${withContent.has(key) ? "yes" : "no"} ${shellQuote(key)}`),
        ].join("\n");
    },

    parse(lines, keys) {
        const seen = new Map<string, SeenFile>();
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

    change(changes) {
        return changes.map(({ key, item, secret }) => {
            const words = `writing ${key}`;
            const target = [key, item.mode ?? "0644", item.owner ?? "root", item.group ?? "root"];
            const put = (words: string[]) => `base64 -d | put_file ${shellWords(words)}`;
            const write = `printf %s ${shellQuote(encode(item.content))} | ${put(target)}`;
            if (item.check === undefined) {
                return { words, script: write };
            }
            const name = shellQuote(key);
            const failed = `${brief(item.check.join(" "))} refuses ${key}; what was there before was put back`;
            const lines = [
                `rm -rf ${BEFORE}`,
                `mkdir -pm 0700 ${BEFORE}`,
                `trap 'rm -rf ${BEFORE}' EXIT`,
                `if [ -e ${name} ] || [ -L ${name} ]; then cp -a ${name} ${BEFORE}/file; fi`,
                write,
                `checked=$(${shellWords(item.check)} 2>&1) || {`,
                `    if [ -e ${BEFORE}/file ] || [ -L ${BEFORE}/file ]; then`,
                `        cp -a --remove-destination ${BEFORE}/file ${name}`,
                `    else`,
                `        rm -f ${name}`,
                `    fi`,
                ...(secret ? [] : [`    printf '%s\\n' "$checked" >&2`]),
                `    refuse ${shellQuote(failed)}`,
                "}",
            ];
            return { words, script: lines.join("\n") };
        });
    },

    restore(recorded) {
        return sortedEntries(recorded).map(([key, seen]) => ({
            words: `putting back ${key}`,
            script: putBack(key, seen),
        }));
    },
};

function putBack(key: string, seen: SeenFile): string {
    const name = shellQuote(key);
    if (seen.type === "absent") {
        const folder = seen.missingFolder;
        return [
            `[ -d ${name} ] || dpkg-query -S ${name} >/dev/null 2>&1 || rm -f ${name}`,
            ...(folder ? [`find ${shellQuote(folder)} -depth -type d -empty -delete 2>/dev/null || :`] : []),
        ].join("\n");
    }
    if (seen.target !== undefined) {
        return `ln -sfn ${shellWords([seen.target, key])}`;
    }
    if (seen.content === undefined) {
        const reason = seen.type === "regular file" ? "was too large to record" : `was a ${seen.type}`;
        return `note ${shellQuote(`${key} ${reason} and stays as it is`)}`;
    }
    const target = [key, octal(seen.mode), seen.owner ?? "root", seen.group ?? "root"];
    return `printf %s ${shellQuote(seen.content)} | base64 -d | put_file ${shellWords(target)}`;
}
