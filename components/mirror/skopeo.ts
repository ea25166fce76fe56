import { spawn } from "node:child_process";

/** How skopeo reaches registries. It has credentials from its auth file alone. */
export interface SkopeoSettings {
    /** The program. @default "skopeo" */
    readonly program?: string;
    /** File that `skopeo login` wrote. Unset: skopeo's own default. */
    readonly authFile?: string;
    /** Folder with certificates (`*.crt`) of authorities that registries' certificates are of. */
    readonly certDirectory?: string;
}

/** What a program that is run prints, and how it may be told to stop. */
export type Run = (program: string, args: readonly string[]) => Promise<Buffer>;

/**
 * Runs a program to its end and returns its standard output.
 *
 * @throws Error with the last line of its standard error where it fails, or with what to install where it is missing
 */
export const runProgram: Run = (program, args) =>
    new Promise((resolve, reject) => {
        const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
        const output: Buffer[] = [];
        let errors = "";
        child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
        child.stderr.on("data", (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4000)));
        child.on("error", error => {
            const missing = "code" in error && error.code === "ENOENT";
            reject(
                new Error(
                    missing ? `${program} is not on the PATH: install it, e.g. apt install ${program}` : error.message,
                ),
            );
        });
        child.on("close", (status, signal) => {
            if (status === 0) {
                resolve(Buffer.concat(output));
            } else {
                reject(new Error(reason(errors) ?? `${program} ended with ${signal ?? status}`));
            }
        });
    });

/** The sentence in the last line of what a program complained of: skopeo writes `time="…" level=fatal msg="…"`. */
function reason(errors: string): string | undefined {
    const last = errors.trim().split("\n").at(-1);
    const message = /msg="((?:[^"\\]|\\.)*)"/.exec(last ?? "")?.[1];
    return message?.replace(/\\(.)/g, "$1") ?? (last === "" ? undefined : last);
}

/** skopeo with one way of reaching registries. */
export class Skopeo {
    private readonly program: string;

    constructor(
        private readonly settings: SkopeoSettings = {},
        private readonly run: Run = runProgram,
    ) {
        this.program = settings.program ?? "skopeo";
    }

    /** The manifest that a reference names (`registry/path:tag`, `registry/path@sha256:…`), as the registry has it. */
    manifest(reference: string): Promise<Buffer> {
        return this.run(this.program, ["inspect", ...this.access(""), "--raw", `docker://${reference}`]);
    }

    /** The configuration of the one image that a reference names, as the registry has it. */
    config(reference: string): Promise<Buffer> {
        return this.run(this.program, ["inspect", ...this.access(""), "--raw", "--config", `docker://${reference}`]);
    }

    /** Copies an image from a registry into a layout whose blobs are in a folder for many. */
    async pull(reference: string, layout: string, blobs: string, keepDigests: boolean): Promise<void> {
        const keep = keepDigests ? ["--preserve-digests"] : [];
        const into = ["--dest-oci-accept-uncompressed-layers", "--dest-shared-blob-dir", blobs];
        const from = `docker://${reference}`;
        await this.copy([...keep, ...into, ...this.access("src-"), from, `oci:${layout}:pulled`]);
    }

    /** Copies the only image of such a layout to a registry, digest for digest. */
    async push(layout: string, blobs: string, reference: string): Promise<void> {
        const from = ["--preserve-digests", "--src-shared-blob-dir", blobs];
        await this.copy([...from, ...this.access("dest-"), `oci:${layout}`, `docker://${reference}`]);
    }

    private async copy(args: readonly string[]): Promise<void> {
        await this.run(this.program, ["copy", "--all", "--quiet", "--retry-times", "2", ...args]);
    }

    private access(side: "" | "src-" | "dest-"): readonly string[] {
        const { authFile, certDirectory } = this.settings;
        return [
            ...(authFile === undefined ? [] : [`--${side}authfile`, authFile]),
            ...(certDirectory === undefined ? [] : [`--${side}cert-dir`, certDirectory]),
        ];
    }
}
