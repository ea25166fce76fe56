import { ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";

const GRACE_MILLISECONDS = 5000;
const children = new Set<ChildProcess>();

process.on("exit", () => children.forEach(child => child.kill("SIGTERM")));

/** A child process to start, and where its output goes. */
export interface Start {
    readonly file: string;
    readonly arguments: readonly string[];
    readonly cwd: string;
    readonly environment: Readonly<Record<string, string | undefined>>;
    /** Receives the output. Unset: it goes where this process's own output goes. */
    readonly onOutput?: (stream: "stdout" | "stderr", bytes: Buffer) => void;
}

/** A started child process. */
export interface Started {
    readonly ended: Promise<{ readonly exitCode: number | null; readonly signal: string | null }>;
    /** Asks it to end, and insists after five seconds. */
    stop(): void;
}

/** Starts a child process that ends with this one at the latest. */
export function start({ file, arguments: words, cwd, environment, onOutput }: Start): Started {
    const output = onOutput === undefined ? "inherit" : "pipe";
    const child = spawn(file, [...words], { cwd, env: { ...environment }, stdio: ["ignore", output, output] });
    children.add(child);
    child.stdout?.on("data", (bytes: Buffer) => onOutput?.("stdout", bytes));
    child.stderr?.on("data", (bytes: Buffer) => onOutput?.("stderr", bytes));
    const ended = new Promise<{ exitCode: number | null; signal: string | null }>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (exitCode, signal) => resolve({ exitCode, signal }));
    }).finally(() => children.delete(child));
    return {
        ended,
        stop: () => {
            child.kill("SIGINT");
            setTimeout(() => child.kill("SIGKILL"), GRACE_MILLISECONDS).unref();
        },
    };
}

/** Finds a module as a program in `folder` would. @throws with the way to install it */
export function locate(module: string, folder: string): string {
    try {
        return createRequire(join(folder, "index.js")).resolve(module);
    } catch {
        throw new Error(`${module} is not installed in ${folder}: run npm ci where its package.json is`);
    }
}
