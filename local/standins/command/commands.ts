import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Host } from "../provider";
import { asText, at, isObject, Json, listAt, Properties, textAt } from "../values";
import { failureOf, Outcome, Run, runProcess } from "./process";
import { neverConnected, sshFiles, TARGET } from "./ssh";

const FIRST_RETRY_MILLISECONDS = 100;
const LONGEST_RETRY_MILLISECONDS = 5000;

/** What a command printed, without its last line break. */
export interface Printed {
    readonly stdout: string;
    readonly stderr: string;
}

/** Environment of a command: its own, and what the last run printed. */
export function environmentOf(inputs: Properties, last: Partial<Printed>): Readonly<Record<string, string>> {
    const own = at(inputs, "environment");
    const carried = at(inputs, "addPreviousOutputInEnv") !== false;
    return {
        ...(isObject(own) ? Object.fromEntries(Object.entries(own).map(([key, value]) => [key, asText(value)])) : {}),
        ...(carried && last.stdout ? { PULUMI_COMMAND_STDOUT: last.stdout } : {}),
        ...(carried && last.stderr ? { PULUMI_COMMAND_STDERR: last.stderr } : {}),
    };
}

/** Whether a stream is shown to the user while the command runs. Both are, unless `logging` says otherwise. */
export function isShown(logging: Json | undefined, stream: "stdout" | "stderr"): boolean {
    return logging === undefined || logging === "stdoutAndStderr" || logging === stream;
}

/** Runs the commands of resources, here or over SSH. */
export class Commands {
    private shown: Promise<void> = Promise.resolve();

    constructor(private readonly host: Host) {}

    /** Runs `command` on this machine. @throws with the command and all it printed */
    async local(urn: string, inputs: Properties, command: string, last: Partial<Printed>): Promise<Printed> {
        for (const field of ["assetPaths", "archivePaths"]) {
            if (listAt(inputs, field).length > 0) {
                throw new Error(`${field} is not part of this stand-in: see local/standins/README.md`);
            }
        }
        const interpreter = listAt(inputs, "interpreter").map(String);
        const [file = "/bin/sh", ...rest] = interpreter.length > 0 ? interpreter : ["/bin/sh", "-c"];
        const outcome = await runProcess({
            ...this.common(urn, inputs),
            file,
            arguments: [...rest, command],
            directory: textAt(inputs, "dir") || undefined,
            environment: environmentOf(inputs, last),
        });
        return await this.printed(outcome, command);
    }

    /** Runs `command` on the host of `inputs.connection`. @throws with the command and all it printed */
    async remote(urn: string, inputs: Properties, command: string, last: Partial<Printed>): Promise<Printed> {
        const folder = await mkdtemp(join(tmpdir(), "seamount-ssh-"));
        try {
            const { files, attempts } = sshFiles(at(inputs, "connection") ?? null, folder);
            await Promise.all(
                files.map(({ name, content }) => writeFile(join(folder, name), content, { mode: 0o600 })),
            );
            const environment = environmentOf(inputs, last);
            const send = Object.keys(environment).flatMap(name => ["-o", `SendEnv=${name}`]);
            const run: Run = {
                ...this.common(urn, inputs),
                file: "ssh",
                arguments: ["-F", join(folder, "config"), ...send, TARGET, "--", command],
                environment,
            };
            return await this.printed(await this.dial(run, attempts), command);
        } finally {
            await rm(folder, { recursive: true, force: true });
        }
    }

    private async dial(run: Run, attempts: number): Promise<Outcome> {
        let wait = FIRST_RETRY_MILLISECONDS;
        for (let attempt = 1; ; attempt++) {
            const outcome = await runProcess(run);
            const givenUp = (attempts >= 0 && attempt >= attempts) || this.host.cancelled.aborted;
            if (givenUp || !neverConnected(outcome.exitCode, outcome.stderr)) {
                return outcome;
            }
            await sleep(wait);
            wait = Math.min(wait * 1.5, LONGEST_RETRY_MILLISECONDS);
        }
    }

    private common(urn: string, inputs: Properties): Pick<Run, "stdin" | "onLine" | "cancelled"> {
        const logging = at(inputs, "logging");
        return {
            stdin: textAt(inputs, "stdin"),
            cancelled: this.host.cancelled,
            onLine: (stream, line) => {
                if (isShown(logging, stream)) {
                    this.shown = this.host.log("info", urn, line);
                }
            },
        };
    }

    private async printed(outcome: Outcome, command: string): Promise<Printed> {
        await this.shown;
        const failure = failureOf(outcome, command, this.host.cancelled.aborted);
        if (failure !== undefined) {
            throw new Error(failure);
        }
        return { stdout: outcome.stdout.replace(/\n$/, ""), stderr: outcome.stderr.replace(/\n$/, "") };
    }
}
