import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ConnectionError } from "./transport";

/**
 * Starts an SSH agent in a folder of its own and gives it one key, over standard input. Answers with its socket.
 * Throws a `ConnectionError` where the key is none, or has a passphrase.
 */
export async function startAgent(folder: string, privateKey: string): Promise<string> {
    mkdirSync(folder, { mode: 0o700, recursive: true });
    const socket = join(folder, "s");
    const script = 'eval "$(ssh-agent -s -a "$1")" >/dev/null && echo "$SSH_AGENT_PID" >"$2" && exec ssh-add -q -';
    const child = spawn("sh", ["-c", script, "sh", socket, join(folder, "agent.pid")], {
        stdio: ["pipe", "ignore", "pipe"],
        env: { ...process.env, SSH_ASKPASS_REQUIRE: "never", DISPLAY: "" },
    });
    const err: string[] = [];
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => void err.push(chunk));
    child.stdin.on("error", () => undefined);
    child.stdin.end(privateKey.endsWith("\n") ? privateKey : `${privateKey}\n`);
    const status = await new Promise(resolve => child.on("exit", resolve).on("error", resolve));
    if (status !== 0) {
        const reason = /passphrase/i.test(err.join(""))
            ? "it has a passphrase: use an agent"
            : "it is not a private key";
        throw new ConnectionError("refused-login", `the configured private key cannot be used: ${reason}`);
    }
    return socket;
}
