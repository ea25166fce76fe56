import { WEIGHTS_PATH } from "./engines/engine";

/** One line of a checksum manifest. */
export interface ChecksumLine {
    /** SHA-256 of the file, 64 hexadecimal digits. */
    readonly digest: string;
    /** Path relative to the folder of the weights. */
    readonly path: string;
}

/**
 * Reads the lines of `sha256sum`.
 * @throws Error that lists every line that is not one, or that points outside the folder
 */
export function checksumLines(manifest: string): readonly ChecksumLine[] {
    const problems: string[] = [];
    const lines = manifest
        .split("\n")
        .map((text, index) => ({ text: text.replace(/\r$/, ""), number: index + 1 }))
        .filter(line => line.text.trim() !== "")
        .map(({ text, number }) => {
            const [, digest = "", path = ""] = /^([0-9a-f]{64}) [ *](.+)$/.exec(text) ?? [];
            if (digest === "") {
                problems.push(`line ${number}: ${JSON.stringify(text)} is not "<64 hexadecimal digits>  <path>"`);
            } else if (path.startsWith("/") || path.split("/").includes("..")) {
                problems.push(
                    `line ${number}: ${JSON.stringify(path)} must be a path inside the folder of the weights`,
                );
            }
            return { digest, path };
        });
    if (lines.length === 0) {
        problems.push("it is empty: make it with `sha256sum` in the folder of the weights");
    }
    if (problems.length > 0) {
        throw new Error(`checksum manifest: ${problems.join("; ")}`);
    }
    return lines;
}

/** The manifest as `sha256sum --check` wants it: one line a file, a newline at the end of each. */
export function checksumManifest(manifest: string): string {
    return checksumLines(manifest)
        .map(({ digest, path }) => `${digest}  ${path}\n`)
        .join("");
}

/** Where the checksum manifest is mounted. */
export const MANIFEST_PATH = "/etc/seamount/checksums";
/** Its name in the ConfigMap. */
export const MANIFEST_KEY = "SHA256SUMS";

/**
 * The init step: reads every file once and compares, several files at a time, one line of progress a file. Needs only
 * a POSIX shell and coreutils, which the images of all engines have. Fails with a line that says what to do.
 * @param jobs files that are read at the same time
 */
export function verifyScript(jobs: number): string {
    return `set -eu
manifest=${MANIFEST_PATH}/${MANIFEST_KEY}
total=$(wc -l < "$manifest")
echo "verify-weights: $total files, ${jobs} at a time"
split --elide-empty-files --number=r/${jobs} "$manifest" /tmp/part.
cd ${WEIGHTS_PATH}
checks=
for part in /tmp/part.*; do
    sha256sum --check --strict "$part" &
    checks="$checks $!"
done
failed=0
for check in $checks; do
    wait "$check" || failed=1
done
if [ "$failed" != 0 ]; then
    echo "verify-weights: the weights are not what weights.sha256sums says. Copy the files named above to the host again, readable for every user, or correct the manifest." >&2
    exit 1
fi
echo "verify-weights: all $total files are what the manifest says"
`;
}
