import { show } from "./problem";

/** Lines of `sha256sum` in one form, and what is wrong with them. */
export interface Checksums {
    /** `<64 hex>  <path>` and a line break for every file. */
    readonly text: string;
    readonly problems: readonly string[];
}

/**
 * Brings the output of `sha256sum` into one form: lower-case hashes, two spaces, no blank lines, no `#` comments. Paths
 * are relative to the folder of the weights and cannot leave it.
 */
export function normaliseChecksums(text: string): Checksums {
    const lines: string[] = [];
    const problems: string[] = [];
    const paths = new Set<string>();
    text.split(/\r?\n/).forEach((line, index) => {
        if (line.trim() === "" || line.trimStart().startsWith("#")) {
            return;
        }
        const [, hash, rawPath] = /^\s*([0-9a-f]{64}) [ *](.+?)\s*$/i.exec(line) ?? [];
        const path = rawPath?.replace(/^\.\//, "");
        const where = `line ${index + 1}`;
        if (hash === undefined || path === undefined) {
            problems.push(`${where}: ${show(line)} is not "<64 hex digits>  <path>", as sha256sum prints it`);
        } else if (path.startsWith("/") || path.startsWith("\\") || path.split("/").includes("..")) {
            problems.push(`${where}: ${show(path)} is not a path inside the folder of the weights`);
        } else if (paths.has(path)) {
            problems.push(`${where}: ${show(path)} is listed twice`);
        } else {
            paths.add(path);
            lines.push(`${hash.toLowerCase()}  ${path}\n`);
        }
    });
    if (lines.length === 0 && problems.length === 0) {
        problems.push(`holds no checksums; each line is "<64 hex digits>  <path>", as sha256sum prints it`);
    }
    return { text: lines.join(""), problems: problems.slice(0, 10) };
}
