import { readFileSync } from "node:fs";
import { join } from "node:path";
import { shellQuote, shellWords } from "../shell";
import type { CheckSpec, Finding, Reading } from "./check";
import { textSetting } from "./settings";

/** Programs of Seamount's own that measure GPUs through PyTorch. */
export type ProgramName = "hbm" | "gemm" | "h2d" | "link" | "nccl";

/** One line of JSON that a program has printed. */
export type Line = Readonly<Record<string, unknown>>;

/** What a program has printed, sorted. */
export interface ProgramAnswer {
    /** Lines with facts. */
    readonly lines: readonly Line[];
    /** What went wrong in it. */
    readonly findings: readonly Finding[];
    readonly missing?: Reading["missing"];
}

/** Shell that adds to the path where drivers, containers and test suites put their tools. */
export const gpuPath =
    'PATH="$PATH:/usr/local/nvidia/bin:/run/nvidia/driver/usr/bin:/opt/rocm/bin:/usr/local/cuda/bin:/opt/nccl-tests/build"';

/** Shell that ends the script as missing where nvidia-smi is not there. */
export const needNvidiaSmi = [
    gpuPath,
    `need nvidia-smi ${shellQuote("nvidia-utils-<branch>-server (Ubuntu), nvidia-smi (Debian), nvidia-driver-cuda (RHEL)")}`,
].join("\n");

const PYTORCH = "the wheel torch in a virtual environment, whose interpreter the setting python names";

/** The interpreter that a check uses: its setting `python`. */
export function interpreter(spec: CheckSpec): string {
    return textSetting(spec, "python", "python3");
}

/** Shell that ends the script as missing where the interpreter is not there. */
export function needPython(spec: CheckSpec): string {
    return `${gpuPath}\nneed ${shellWords([interpreter(spec), `python3, and ${PYTORCH}`])}`;
}

/**
 * Shell that runs a program with the host's Python and lets it print its lines. The program is read from standard
 * input: nothing is written. `environment` are words of shell, `NAME=value`, quoted by the caller.
 */
export function runProgram(
    name: ProgramName,
    spec: CheckSpec,
    settings: Readonly<Record<string, unknown>>,
    environment: readonly string[] = [],
): string {
    const python = shellQuote(interpreter(spec));
    return [
        `${["env", ...environment, python].join(" ")} -W ignore - ${shellQuote(JSON.stringify(settings))} 2>&1 <<'END_OF_PROGRAM'`,
        `${source("every_gpu")}\n\n${source(name)}END_OF_PROGRAM`,
    ].join("\n");
}

/** Sorts what a program has printed. Text that is no JSON counts only where nothing was measured: it says why. */
export function readProgram(printed: readonly string[]): ProgramAnswer {
    const lines: Line[] = [];
    const findings: Finding[] = [];
    const words: string[] = [];
    for (const text of printed) {
        const line = readLine(text);
        if (line === undefined) {
            words.push(text);
        } else if (line.missing !== undefined) {
            return { lines: [], findings: [], missing: { tool: "PyTorch", package: PYTORCH } };
        } else if (typeof line.problem === "string") {
            findings.push(programFinding(gpuName(line) ?? "program", line.problem));
        } else {
            lines.push(line);
        }
    }
    if (findings.length === 0 && !lines.some(line => line.gpus === undefined && line.nccl === undefined)) {
        const last = words.findLast(word => word.trim() !== "") ?? "nothing was printed";
        findings.push(programFinding("program", last));
    }
    return { lines, findings };
}

/** `GPU 3`, where a line is about one GPU. */
export function gpuName({ gpu }: Line): string | undefined {
    return typeof gpu === "number" ? `GPU ${gpu}` : undefined;
}

/** The number of that name in a line; undefined where it is none. */
export function numberIn(line: Line, name: string): number | undefined {
    const value = line[name];
    return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function programFinding(what: string, found: string): Finding {
    return {
        what,
        found,
        wanted: "a measurement",
        causes: [
            "another process holds the GPU or its memory (nvidia-smi)",
            "PyTorch was built for another driver (python3 -c 'import torch; torch.cuda.init()')",
            "the fabric manager is not running, or not of the driver's version",
            "the GPU has fallen off the bus (dmesg, XID 79)",
        ],
    };
}

const source = (name: string): string => readFileSync(join(__dirname, "programs", `${name}.py`), "utf8");

function readLine(text: string): Line | undefined {
    if (!text.startsWith("{")) {
        return undefined;
    }
    try {
        const value: unknown = JSON.parse(text);
        return typeof value === "object" && value !== null ? (value as Line) : undefined;
    } catch {
        return undefined;
    }
}
