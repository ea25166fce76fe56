import { spawn } from "node:child_process";
import type { HostConnection } from "../../provider/items";
import { EngineLog, type Log, type Severity } from "../../provider/log";
import type { Script } from "../../provider/shell";
import { ConnectionError, type Result, type Transport } from "../../provider/transport";

/** Public key of the host that tests speak of. */
export const HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGy2JP0RJGtvpzo/emSz9OBvNzph6mNBIH6i53ECLSwN";
/** How it is reached. The address is one for documents: nothing answers there. */
export const connection: HostConnection = { address: "192.0.2.7", hostKey: HOST_KEY };
/** Its name to the engine. */
export const urn = "urn:pulumi:test::seamount::metal:index:Host::metal-1";

/** Runs a script in a shell of this machine. */
export async function runHere(text: string, onStdout?: (chunk: string) => void): Promise<Result> {
    const child = spawn("sh", ["-s"], { stdio: ["pipe", "pipe", "pipe"] });
    const [out, err]: [string[], string[]] = [[], []];
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        out.push(chunk);
        onStdout?.(chunk);
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => void err.push(chunk));
    child.stdin.end(text);
    const status = await new Promise<number>(resolve => child.on("close", code => resolve(code ?? 255)));
    return { stdout: out.join(""), stderr: err.join(""), status };
}

/** A host in memory that knows sysctls only, and takes the scripts of the provider at their word. */
export class SysctlHost implements Transport {
    /** Sessions begun. */
    sessions = 0;
    /** A change breaks off before it does anything. */
    breaks = false;
    readonly boot = new Map<string, string>();

    constructor(readonly values: Map<string, string>) {}

    run(_connection: HostConnection, { text, mark }: Script): Promise<Result> {
        this.sessions += 1;
        const isChange = text.includes("put_file()");
        if (isChange && this.breaks) {
            return Promise.reject(new ConnectionError("lost", "it broke off"));
        }
        for (const [, value = "", path = ""] of text.matchAll(/^printf '%s\\n' '(.*)' >'\/proc\/sys\/(\S+)'/gm)) {
            this.values.set(path.replaceAll("/", "."), value);
        }
        for (const [, key = "", line] of text.matchAll(/^set_lines \S+ 1 '(\S+)'(?: '(.*)')?$/gm)) {
            if (line === undefined) {
                this.boot.delete(key);
            } else {
                this.boot.set(key, line);
            }
        }
        const lines = [
            `${mark} section facts`,
            "metal-1",
            "b007",
            `${mark} section seen/sysctls`,
            ...[...this.values].map(([key, value]) => `/proc/sys/${key.replaceAll(".", "/")}\t${value}`),
            ...[...this.boot.values()].map(line => `\t${line}`),
            `${mark} end -`,
            "",
        ];
        return Promise.resolve({ stdout: lines.join("\n"), stderr: "", status: 0 });
    }

    cancel(): void {}

    close(): void {}
}

/** Hosts that fail as they are told to. */
export class FailingTransport implements Transport {
    /** Seconds that each session was given to begin. */
    readonly timeouts: (number | undefined)[] = [];

    constructor(private readonly error: ConnectionError) {}

    run({ connectTimeoutSeconds }: HostConnection): Promise<Result> {
        this.timeouts.push(connectTimeoutSeconds);
        return Promise.reject(this.error);
    }

    cancel(): void {}

    close(): void {}
}

/** One message for people. */
export interface Said {
    readonly severity: Severity | "status";
    readonly urn: string;
    readonly message: string;
}

/** Keeps what was said. */
export class ListLog extends EngineLog implements Log {
    readonly said: Said[] = [];

    override connect(): void {}

    override say(severity: Severity, about: string, message: string): void {
        this.said.push({ severity, urn: about, message });
    }

    override status(about: string, message: string): void {
        this.said.push({ severity: "status", urn: about, message });
    }

    of(severity: Severity): string[] {
        return this.said.filter(entry => entry.severity === severity).map(({ message }) => message);
    }
}
