import { spawn } from "node:child_process";

/** A process to run. */
export interface Run {
    readonly file: string;
    readonly arguments: readonly string[];
    readonly directory?: string;
    readonly environment?: Readonly<Record<string, string>>;
    readonly stdin?: string;
    /** Receives whole lines as they come. */
    readonly onLine?: (stream: "stdout" | "stderr", line: string) => void;
    readonly cancelled: AbortSignal;
}

/** What a process left behind. */
export interface Outcome {
    readonly exitCode: number | null;
    /** Set when a signal ended it. */
    readonly signal: string | null;
    readonly stdout: string;
    readonly stderr: string;
    /** Both streams as they came, for error messages. */
    readonly output: string;
}

/** Cuts a stream into lines; the last one may lack its line break. */
export function lineSplitter(onLine: (line: string) => void): { push(text: string): void; end(): void } {
    let rest = "";
    return {
        push(text) {
            const lines = (rest + text).split("\n");
            rest = lines.pop() ?? "";
            lines.forEach(onLine);
        },
        end() {
            if (rest !== "") {
                onLine(rest);
            }
            rest = "";
        },
    };
}

/** Runs a process to its end. @throws when it cannot be started */
export async function runProcess(run: Run): Promise<Outcome> {
    const child = spawn(run.file, [...run.arguments], {
        cwd: run.directory,
        env: { ...process.env, ...run.environment },
        stdio: ["pipe", "pipe", "pipe"],
        detached: true,
    });
    // The whole group: a shell's children would otherwise live on and hold the pipes.
    const stop = (): void => {
        if (child.pid !== undefined && child.exitCode === null) {
            process.kill(-child.pid, "SIGTERM");
        }
    };
    run.cancelled.addEventListener("abort", stop);
    const texts = { stdout: "", stderr: "" };
    let output = "";
    for (const stream of ["stdout", "stderr"] as const) {
        const lines = lineSplitter(line => run.onLine?.(stream, line));
        child[stream].setEncoding("utf8");
        child[stream].on("data", (text: string) => {
            texts[stream] += text;
            output += text;
            lines.push(text);
        });
        child[stream].on("end", () => lines.end());
    }
    // A process that reads no input closes the pipe; that is not a failure.
    child.stdin.on("error", () => undefined);
    child.stdin.end(run.stdin ?? "");
    try {
        return await new Promise<Outcome>((resolve, reject) => {
            child.on("error", reject);
            child.on("close", (exitCode, signal) => resolve({ exitCode, signal, ...texts, output }));
        });
    } finally {
        run.cancelled.removeEventListener("abort", stop);
    }
}

/** How a process failed, or undefined if it did not: `exit status 3: running "ls": …`. */
export function failureOf(outcome: Outcome, command: string, cancelled: boolean): string | undefined {
    if (outcome.exitCode === 0) {
        return undefined;
    }
    const how = outcome.signal === null ? `exit status ${outcome.exitCode}` : `ended by ${outcome.signal}`;
    return `${cancelled ? "cancelled, " : ""}${how}: running ${JSON.stringify(command)}:\n${outcome.output}`;
}
