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

/** How a command is run. */
export interface RunOptions {
    /** @default the checkout */
    readonly cwd?: string;
    /** @default this process's own */
    readonly env?: NodeJS.ProcessEnv;
    /** The command gets a SIGINT once this resolves. */
    readonly interruptOn?: Promise<unknown> | undefined;
}

/** Runs a command; never throws. `input` goes to its standard input. */
export function run(
    command: string,
    args: readonly string[],
    input = "",
    { interruptOn, ...options }: RunOptions = {},
): Promise<Result> {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, { cwd: root, ...options });
        interruptOn?.then(() => child.kill("SIGINT"), reject);
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
