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
}

/** What was there before a file that is being checked. */
const BEFORE = `${HOST_STATE}/before`;
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
    return [...lines, ...keys.map(key => `see_file ${withContent.has(key) ? "yes" : "no"} ${shellQuote(key)}`)].join(
        "\n",
    );
}

/** Shell that writes a file. One that has a check is tried in its place, and what was there before comes back where it fails. */
export function writeFile(key: string, item: FileItem, secret: boolean): string {
    const target = [key, item.mode ?? "0644", item.owner ?? "root", item.group ?? "root"];
    const write = `printf %s ${shellQuote(encode(item.content))} | base64 -d | put_file ${shellWords(target)}`;
    if (item.check === undefined) {
        return write;
    }
    const name = shellQuote(key);
    const failed = `${brief(item.check.join(" "))} refuses ${key}; what was there before was put back`;
    return [
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
    ].join("\n");
}

/** Shell that puts a file back as it was found. */
export function putBack(key: string, seen: SeenFile): string {
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
