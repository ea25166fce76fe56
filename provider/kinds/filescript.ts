import { createHash } from "node:crypto";
import type { FileItem } from "../items";
import { shellQuote, shellWords } from "../shell";
import { brief } from "./kind";
import { HOST_STATE } from "./prelude";

/** Files larger than this in bytes are not recorded, and so cannot be put back. */
export const RECORDED_BYTES = 65_536;

/** What was seen of a file. */
export interface SeenFile {
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
    /** It was written, and its check or what follows a change did not come to an end. */
    readonly pending?: boolean;
}

/** A folder for each file whose check, or what follows, is not done yet: it holds what was there before. */
const PENDING = `${HOST_STATE}/pending`;
/** The command that follows a change of each file, for when it is put back. */
const AFTER = `${HOST_STATE}/after`;
const nameOf = (key: string) => createHash("sha256").update(key, "utf8").digest("hex").slice(0, 12);
const encode = (content: string) => Buffer.from(content, "utf8").toString("base64");

/** An octal mode as `stat` prints it. */
export const octal = (mode = "0644"): string => Number.parseInt(mode, 8).toString(8);

/** Shell that prints what there is of each file, a line each. */
export function observeFiles(keys: readonly string[], withContent: ReadonlySet<string>): string {
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
        `if [ -d ${PENDING} ]; then`,
        ...keys.map(key => `    [ ! -d ${PENDING}/${nameOf(key)} ] || printf 'pending\\t%s\\n' ${shellQuote(key)}`),
        "fi",
    ].join("\n");
}

/**
 * Shell that writes a file. One that has a check is tried in its place, and what was there before comes back where it
 * fails. A folder says that check and what follows are not done, until they are: an interrupted change is gone through
 * again as a whole, with what was there before the first time.
 */
export function writeFile(key: string, item: FileItem, secret: boolean): string {
    const target = [key, item.mode ?? "0644", item.owner ?? "root", item.group ?? "root"];
    const write = `printf %s ${shellQuote(encode(item.content))} | base64 -d | put_file ${shellWords(target)}`;
    const { check, afterChange } = item;
    if (check === undefined && afterChange === undefined) {
        return write;
    }
    const [name, pending] = [shellQuote(key), `${PENDING}/${nameOf(key)}`];
    const done = [`rm -rf ${pending}`, `rmdir ${PENDING} 2>/dev/null || :`];
    const said = (variable: string) => (secret ? [] : [`    printf '%s\\n' "$${variable}" >&2`]);
    return [
        `if [ ! -d ${pending} ]; then`,
        `    rm -rf ${pending}.new`,
        `    mkdir -pm 0700 ${pending}.new`,
        `    if [ -e ${name} ] || [ -L ${name} ]; then cp -a ${name} ${pending}.new/file; fi`,
        `    mv -T ${pending}.new ${pending}`,
        "fi",
        write,
        ...(check === undefined
            ? []
            : [
                  `checked=$(${shellWords(check)} 2>&1) || {`,
                  `    if [ -e ${pending}/file ] || [ -L ${pending}/file ]; then`,
                  `        cp -a --remove-destination ${pending}/file ${name}`,
                  "    else",
                  `        rm -f ${name}`,
                  "    fi",
                  ...done.map(line => `    ${line}`),
                  ...said("checked"),
                  `    refuse ${shellQuote(`${brief(check.join(" "))} refuses ${key}; what was there before was put back`)}`,
                  "}",
              ]),
        ...(afterChange === undefined
            ? []
            : [
                  `mkdir -pm 0700 ${AFTER}`,
                  `printf '%s\\n' ${shellQuote(shellWords(afterChange))} | put_file ${AFTER}/${nameOf(key)} 0600 root root`,
                  `after=$(${shellWords(afterChange)} 2>&1) || {`,
                  ...said("after"),
                  `    refuse ${shellQuote(`${key} was written, and ${brief(afterChange.join(" "))} failed`)}`,
                  "}",
              ]),
        ...done,
    ].join("\n");
}

/** Shell that puts a file back as it was found. */
export function putBack(key: string, seen: SeenFile): string {
    const after = `${AFTER}/${nameOf(key)}`;
    const failed = shellQuote(`${key} was put back, and what follows a change of it failed`);
    return [
        contentBack(key, seen),
        `rm -rf ${PENDING}/${nameOf(key)}`,
        `if [ -e ${after} ]; then`,
        `    after=$(sh ${after} 2>&1) || note ${failed}`,
        `    rm -f ${after}`,
        `    rmdir ${AFTER} 2>/dev/null || :`,
        "fi",
    ].join("\n");
}

function contentBack(key: string, seen: SeenFile): string {
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
