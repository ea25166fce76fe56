import { spawn } from "node:child_process";
import { join } from "node:path";

/** The checkout that is tested. */
export const root = join(__dirname, "..", "..");

/** What a user's mistake must never give. */
export const stackTrace = /\n\s+at .*\.(ts|js):\d+/;

/** How a command ended, and what it printed. */
export interface Result {
    readonly status: number;
    readonly stdout: string;
    readonly stderr: string;
}

/** All that any command printed so far, for the search for secrets at the end. */
export const transcript: string[] = [];

/** Runs a command, in the checkout unless told otherwise; never throws. `input` goes to its standard input. */
export function run(
    command: string,
    args: readonly string[],
    input = "",
    options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Result> {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, { cwd: root, ...options });
        let stdout = "";
        let stderr = "";
        child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
        child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
        child.on("error", reject);
        child.on("close", code => resolve({ status: code ?? 1, stdout, stderr }));
        // A command that does not read its input may be gone before it is written.
        child.stdin.on("error", () => undefined);
        child.stdin.end(input);
    });
}

/** Runs a command that must succeed, and returns what it printed. */
export async function must(command: string, args: readonly string[], input = ""): Promise<string> {
    const { status, stdout, stderr } = await run(command, args, input);
    if (status !== 0) {
        throw new Error(
            `${command} ${args.join(" ")} ended with ${status}:\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`,
        );
    }
    return stdout;
}

/** Runs a command inside a host, by its namespaces and not by SSH: another way than the provider's. */
export const onHost = async (host: string, script: string): Promise<string> =>
    (await must("local/bed/hosts.sh", ["exec", host, "sh", "-c", script])).trim();

/** Runs kubectl against the bed's cluster. */
export const kubectl = (...args: string[]): Promise<string> => must("local/bed/kubernetes.sh", ["kubectl", ...args]);
