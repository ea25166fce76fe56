import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { HostConnection } from "../provider/items";

/** The checkout. */
export const root = join(__dirname, "..");
/** State of the bed. */
export const bed = join(process.env.XDG_STATE_HOME ?? join(homedir(), ".local/state"), "seamount", "bed");
/** The client's view of the bed's hosts, for OpenSSH's `-F`. */
export const sshConfig = join(bed, "ssh_config");
/** How the provider logs in. */
const access = { identityFile: join(bed, "id_ed25519"), connectTimeoutSeconds: 30 };

/** Runs a command that must succeed, and returns what it printed. `input` goes to its standard input. */
export function must(
    command: string,
    args: readonly string[],
    options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly input?: string | Buffer } = {},
): Promise<string> {
    const { input = "", ...rest } = options;
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, { cwd: root, ...rest });
        const [out, all]: [string[], string[]] = [[], []];
        child.stdout.setEncoding("utf8").on("data", (chunk: string) => void (out.push(chunk), all.push(chunk)));
        child.stderr.setEncoding("utf8").on("data", (chunk: string) => void all.push(chunk));
        child.on("error", reject);
        child.on("close", code =>
            code === 0
                ? resolve(out.join(""))
                : reject(new Error(`${command} ${args[0] ?? ""} ended with ${code}:\n${all.join("").slice(-4000)}`)),
        );
        // A command that does not read its input may be gone before it is written.
        child.stdin.on("error", () => undefined);
        child.stdin.end(input);
    });
}

/** Runs a script in a host, by its namespaces: no SSH connection is made. */
export async function inside(host: string, script: string, input: string | Buffer = ""): Promise<string> {
    return (await must("local/bed/hosts.sh", ["exec", host, "sh", "-c", script], { input })).trim();
}

/** How the named hosts of the bed are reached. Throws where the bed has no such host. */
export function connections(names: readonly string[]): HostConnection[] {
    const known = readFileSync(join(bed, "known_hosts"), "utf8").split("\n");
    return names.map(name => {
        const line = known.find(entry => entry.startsWith(`${name},`));
        const [, address, hostKey] = /^[^,]+,(\S+) (.+)$/.exec(line ?? "") ?? [];
        if (address === undefined || hostKey === undefined) {
            throw new Error(`${name} is not in ${bed}/known_hosts: local/bed/hosts.sh up ${name} starts it`);
        }
        return { name, address, hostKey, ...access };
    });
}
