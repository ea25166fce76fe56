import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { must, root } from "../shell";

/** Folder of Debian's registry and skopeo, unpacked by the bed. */
export const programsFolder = async (): Promise<string> =>
    (
        await must("bash", [
            "-euc",
            'here=$1/local/bed; . "$here/lib.sh"; . "$here/debian.sh"; . "$here/cluster/programs.sh"; ' +
                'find_registry_programs; echo "$registry_programs"',
            "bash",
            root,
        ])
    ).trim();

/** Writes a program `skopeo` into a folder that runs the bed's, with a policy that accepts every image. */
export function installSkopeo(programs: string, bin: string): string {
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "policy.json"), '{"default": [{"type": "insecureAcceptAnything"}]}');
    const path = join(bin, "skopeo");
    const libraries = `LD_LIBRARY_PATH='${programs}/usr/lib/x86_64-linux-gnu'`;
    const script = `#!/bin/sh\n${libraries} exec '${programs}/usr/bin/skopeo' --policy '${bin}/policy.json' "$@"\n`;
    writeFileSync(path, script, { mode: 0o755 });
    return path;
}

/** A certificate for 127.0.0.1 in a folder: ca.crt and key.pem. */
export async function makeCertificate(folder: string): Promise<void> {
    mkdirSync(folder, { recursive: true });
    const subject = ["-subj", "/CN=registry", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1", "-nodes"];
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", join(folder, "key.pem")];
    await must("openssl", ["req", "-x509", ...key, "-out", join(folder, "ca.crt"), ...subject]);
}

/** A real registry over TLS on the loopback. */
export class Registry {
    private child?: ChildProcess;
    readonly host: string;

    constructor(
        private readonly programs: string,
        private readonly folder: string,
        private readonly certificate: string,
        private readonly port: number,
    ) {
        this.host = `127.0.0.1:${port}`;
    }

    /** Starts it, and waits until it answers. */
    async start(): Promise<void> {
        mkdirSync(this.folder, { recursive: true });
        const tls = `{certificate: ${this.certificate}/ca.crt, key: ${this.certificate}/key.pem}`;
        const lines = [
            "version: 0.1",
            "log: {accesslog: {disabled: true}, level: error}",
            `storage: {filesystem: {rootdirectory: ${this.folder}/data}}`,
            `http: {addr: "${this.host}", tls: ${tls}}`,
        ];
        writeFileSync(join(this.folder, "config.yml"), `${lines.join("\n")}\n`);
        const program = join(this.programs, "usr/bin/docker-registry");
        this.child = spawn(program, ["serve", join(this.folder, "config.yml")], {
            stdio: "ignore",
            env: { ...process.env, LD_LIBRARY_PATH: join(this.programs, "usr/lib/x86_64-linux-gnu") },
        });
        for (let tries = 0; tries < 100 && !(await this.answers()); tries++) {
            await new Promise(resolve => setTimeout(resolve, 100));
        }
    }

    /** Ends it. */
    stop(): void {
        this.child?.kill("SIGKILL");
    }

    private answers(): Promise<boolean> {
        return new Promise(resolve => {
            const socket = connect(this.port, "127.0.0.1", () => resolve(true));
            socket.on("connect", () => socket.destroy()).on("error", () => resolve(false));
        });
    }
}
