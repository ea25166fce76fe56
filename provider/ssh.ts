import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startAgent } from "./agent";
import type { HostConnection } from "./items";
import { PrivateFolder } from "./private";
import { assemble, readMark, type Script } from "./shell";
import { JUMP, knownHostsText, sshConfigText, TARGET, understand } from "./sshconfig";
import { ConnectionError, type Result, type RunOptions, type Transport } from "./transport";

/** OpenSSH's own client. One connection a host is shared by all its sessions; each session is counted. */
export class OpenSsh implements Transport {
    /** Sessions begun since this object was made. */
    sessions = 0;
    private readonly configs = new Map<string, string>();
    private readonly agents = new Map<string, Promise<string>>();
    private readonly running = new Set<ChildProcess>();
    private cancelled = false;

    /** `folder`: where configurations, sockets and agents lie; it is closed with this object. */
    constructor(private readonly folder = new PrivateFolder()) {}

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
        const own = options.ownConnection === true ? ["-o", "ControlPath=none"] : [];
        const child = spawn("ssh", ["-F", config, ...own, "-T", end, shell], { stdio: ["pipe", "pipe", "pipe"] });
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

    async hangUp(connection: HostConnection): Promise<void> {
        const config = await this.configure(connection);
        const child = spawn("ssh", ["-F", config, "-O", "exit", TARGET], { stdio: "ignore" });
        await new Promise(resolve => child.on("close", resolve).on("error", resolve));
    }

    cancel(): void {
        this.cancelled = true;
        this.running.forEach(stop);
    }

    close(): void {
        this.cancel();
        this.folder.close();
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
        const folder = join(this.folder.path(), id);
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
        const started = this.agents.get(id) ?? startAgent(join(this.folder.path(), `agent-${id}`), privateKey);
        this.agents.set(id, started);
        return started;
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
