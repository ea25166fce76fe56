import { readFileSync } from "node:fs";
import { gpuAcceptance } from "../../catalog";

/** One piece as `measure.py` writes it. Which of the sizes it has depends on the piece. */
export interface MeasuredPiece {
    readonly piece: string;
    /** What ran it. */
    readonly kernel: string;
    readonly seconds: number;
    readonly sequences?: number;
    readonly context?: number;
    readonly tokens?: number;
    readonly tensorParallel?: number;
    readonly ranks?: number;
    readonly expertParallel?: boolean;
    readonly bytes?: number;
}

/** A file of `measure.py`. */
export interface Measurements {
    readonly date: string;
    readonly gpu: string;
    readonly gpus: number;
    readonly conditions: Readonly<Record<string, string>>;
    readonly software: Readonly<Record<string, string>>;
    /** Relative errors of the kernels against 64-bit arithmetic. */
    readonly errors: Readonly<Record<string, number>>;
    readonly limits: Readonly<Record<string, number>>;
    readonly pieces: readonly MeasuredPiece[];
}

/** Reads such a file. Throws with its path where it is none. */
export function readMeasurements(path: string): Measurements {
    const found: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (!isMeasurements(found)) {
        throw new Error(`${path} is not a file of bench/planner/measure.py: it has no \`gpu\` or no \`pieces\`.`);
    }
    return found;
}

function isMeasurements(value: unknown): value is Measurements {
    return (
        typeof value === "object" &&
        value !== null &&
        "gpu" in value &&
        typeof value.gpu === "string" &&
        "pieces" in value &&
        Array.isArray(value.pieces)
    );
}

/** All-reduces among more GPUs than were measured here: those that acceptance judges hosts by. */
export function ringPieces(gpu: string): readonly MeasuredPiece[] {
    const ring = gpuAcceptance[gpu]?.ringTimes;
    return (ring?.points ?? []).map(({ bytes, microseconds }) => ({
        piece: "all-reduce",
        kernel: "NCCL (catalog/acceptance.ts)",
        ranks: ring?.gpus ?? 0,
        bytes,
        seconds: microseconds * 1e-6,
    }));
}
