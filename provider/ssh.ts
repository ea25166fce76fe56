import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAgent } from "./agent";
import type { HostConnection } from "./items";
import { assemble, readMark, type Script } from "./shell";
import { JUMP, knownHostsText, sshConfigText, TARGET, understand } from "./sshconfig";
import { ConnectionError, type Result, type RunOptions, type Transport } from "./transport";

/**
 * Ends with this process, however it ends: its standard input closes. Then it stops the agents and the shared
 * connections that are left, and removes their folder.
 */
const KEEPER = `
cat >/dev/null
for config in "$1"/*/config; do [ -e "$config" ] && ssh -F "$config" -O exit ${TARGET} 2>/dev/null; done
for pid in "$1"/*/agent.pid; do [ -e "$pid" ] && kill "$(cat "$pid")" 2>/dev/null; done
rm -rf "$1"
`;

/** OpenSSH's own client. One connection a host is shared by all its sessions; each session is counted. */
export class OpenSsh implements Transport {
    /** Sessions begun since this object was made. */
    sessions = 0;
    private folder: string | undefined;
    private keeper: ChildProcess | undefined;
    private readonly configs = new Map<string, string>();
    private readonly agents = new Map<string, Promise<string>>();
    private readonly running = new Set<ChildProcess>();
    private cancelled = false;

    async run(connection: HostConnection, script: Script, options: RunOptions): Promise<Result> {
        const config = await this.configure(connection);
        this.sessions += 1;
        const shell = (connection.user ?? "root") === "root" ? "exec sh -s" : "exec sudo -n sh -s";
        try {
            return await this.converse(config, TARGET, shell, script, options);
        } catch (error) {
            if (
                error instanceof ConnectionError &&
                error.trouble === "unreachable" &&
                connection.jumpHost !== undefined
            ) {
                await this.tryJumpHost(config, options);
            }
            throw error;
        }
    }

    /** What fails on the way to a jump host is not said by an ssh that goes through it: ask again, without the rest. */
    private async tryJumpHost(config: string, options: RunOptions): Promise<void> {
        try {
            await this.converse(config, JUMP, "exit 0", assemble([]), options);
        } catch (error) {
            throw error instanceof ConnectionError && error.trouble !== "lost"
                ? new ConnectionError(error.trouble, error.reason, error.shownFingerprint, true)
                : error;
        }
    }

    private async converse(
        config: string,
        end: string,
        shell: string,
        script: Script,
        options: RunOptions,
    ): Promise<Result> {
        const child = spawn("ssh", ["-F", config, "-T", end, shell], { stdio: ["pipe", "pipe", "pipe"] });
        this.running.add(child);
        try {
            return await listen(child, script, options);
        } catch (error) {
            // What ssh says when it is told to end is no news: the user knows who told it.
            throw this.cancelled ? new ConnectionError("lost", "cancelled") : error;
        } finally {
            this.running.delete(child);
        }
    }

    cancel(): void {
        this.cancelled = true;
        this.running.forEach(stop);
    }

    close(): void {
        this.cancel();
        this.keeper?.stdin?.end();
        this.folder = undefined;
        this.keeper = undefined;
        this.configs.clear();
        this.agents.clear();
    }

    /** Writes the client's configuration for one connection, once, and says where. */
    private async configure(connection: HostConnection): Promise<string> {
        const id = createHash("sha256").update(JSON.stringify(connection)).digest("hex").slice(0, 12);
        const known = this.configs.get(id);
        if (known !== undefined) {
            return known;
        }
        const agentSocket = connection.privateKey === undefined ? undefined : await this.agent(connection.privateKey);
        const folder = join(this.root(), id);
        mkdirSync(folder, { mode: 0o700, recursive: true });
        const [config, knownHosts] = [join(folder, "config"), join(folder, "known_hosts")];
        const files = { knownHosts, controlPath: join(folder, "m"), ...(agentSocket ? { agentSocket } : {}) };
        writeFileSync(knownHosts, knownHostsText(connection), { mode: 0o600 });
        writeFileSync(config, sshConfigText(connection, files), { mode: 0o600 });
        this.configs.set(id, config);
        return config;
    }

    /** The socket of an agent that holds this key and no other. The key itself never touches a disk. */
    private agent(privateKey: string): Promise<string> {
        const id = createHash("sha256").update(privateKey).digest("hex").slice(0, 12);
        const started = this.agents.get(id) ?? startAgent(join(this.root(), `agent-${id}`), privateKey);
        this.agents.set(id, started);
        return started;
    }

    /** This process's own folder, for this user's eyes only; in memory where there is such a place. */
    private root(): string {
        if (this.folder === undefined) {
            this.folder = mkdtempSync(join(writable("/dev/shm") ? "/dev/shm" : tmpdir(), "metal-"));
            this.keeper = spawn("sh", ["-c", KEEPER, "sh", this.folder], {
                stdio: ["pipe", "ignore", "ignore"],
                detached: true,
            });
            this.keeper.unref();
        }
        return this.folder;
    }
}

/** Sends the script, collects the answer, and understands how it ended. */
function listen(child: ChildProcess, script: Script, options: RunOptions): Promise<Result> {
    return new Promise((resolve, reject) => {
        const out: string[] = [];
        const err: string[] = [];
        let timedOut = false;
        const timer = setTimeout(() => {
            timedOut = true;
            stop(child);
        }, options.timeoutSeconds * 1000);
        child.stdout?.setEncoding("utf8").on("data", onLines(out, script.mark, options));
        child.stderr?.setEncoding("utf8").on("data", (chunk: string) => void err.push(chunk));
        // A host that hangs up before it has read everything is no error of its own: the exit status says more.
        child.stdin?.on("error", () => undefined);
        child.stdin?.end(script.text);
        child.on("error", error => {
            clearTimeout(timer);
            reject(new ConnectionError("unreachable", `OpenSSH's client cannot be started: ${error.message}`));
        });
        child.on("close", code => {
            clearTimeout(timer);
            const [stdout, stderr] = [out.join(""), err.join("")];
            if (timedOut) {
                reject(new ConnectionError("lost", `no end after ${options.timeoutSeconds} s`));
            } else if (code === 255 || code === null) {
                const { trouble, words, shownFingerprint } = understand(stderr, stdout.includes(script.mark));
                reject(new ConnectionError(trouble, words, shownFingerprint));
            } else {
                resolve({ stdout, stderr, status: code });
            }
        });
    });
}

function onLines(out: string[], mark: string, { onStep }: RunOptions): (chunk: string) => void {
    let rest = "";
    return chunk => {
        out.push(chunk);
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
            const told = line.startsWith(mark) ? readMark(line, mark) : undefined;
            if (told?.what === "step") {
                onStep?.(told.words);
            }
        }
    };
}

/** Ends a session now. The shared connection holds the session's output open until the host is done: not waited for. */
function stop(child: ChildProcess): void {
    child.kill("SIGTERM");
    child.stdout?.destroy();
    child.stderr?.destroy();
}

function writable(folder: string): boolean {
    try {
        accessSync(folder, constants.W_OK | constants.X_OK);
        return true;
    } catch {
        return false;
    }
}
