import type { CheckSpec, Finding, Reading } from "./check";
import { gpuName, type Line, numberIn, type ProgramAnswer } from "./programs";
import { numberSetting } from "./settings";

/**
 * A GPU below this share of the median of the host's other GPUs is named as slow. Chips of one kind differ by a few
 * percent under the same load: bursts of matrix products ran at 769 to 798 TFLOP/s on H200s.
 */
export const ALIKE_FRACTION = 0.9;

/** Figures of a check by name, then by GPU. */
export type ByGpu = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Collects the fields of these names from the lines of GPUs. */
export function byGpu(lines: readonly Line[], names: readonly string[]): ByGpu {
    return Object.fromEntries(
        names.flatMap(name => {
            const points = lines.flatMap(line => {
                const gpu = gpuName(line);
                const value = numberIn(line, name);
                return gpu === undefined || value === undefined ? [] : [[gpu, value] as const];
            });
            return points.length === 0 ? [] : [[name, Object.fromEntries(points)]];
        }),
    );
}

/** The reading of figures by GPU: the worst GPU is the figure, all of them are the series. */
export function perGpuReading(answer: ProgramAnswer, series: ByGpu, spec: CheckSpec): Reading {
    if (answer.missing !== undefined) {
        return { figures: {}, findings: [], missing: answer.missing };
    }
    const figures = Object.fromEntries(
        Object.entries(series).map(([name, points]) => [name, Math.min(...Object.values(points))]),
    );
    const findings = [...answer.findings, ...countFindings(answer, spec), ...slowFindings(series)];
    return { figures, series, findings };
}

/** The number of GPUs that a program saw, where it is not the setting `gpus`. */
function countFindings({ lines }: ProgramAnswer, spec: CheckSpec): Finding[] {
    const seen = lines.map(line => numberIn(line, "gpus")).find(count => count !== undefined);
    const wanted = numberSetting(spec, "gpus", 0);
    return seen === undefined || wanted === 0 || seen === wanted ? [] : [countFinding(seen, wanted)];
}

/** Says that the host shows another number of GPUs than it has. */
export function countFinding(found: number, wanted: number): Finding {
    return {
        what: "GPUs",
        found: String(found),
        wanted: String(wanted),
        causes: [
            "a GPU has fallen off the bus (dmesg, XID 79); a cold start of the host brings it back, or shows that it is dead",
            "a GPU is bound to another driver (lspci -k -d 10de:)",
            "CUDA_VISIBLE_DEVICES hides GPUs",
        ],
    };
}

/** GPUs that are slower than the others of the same host, one finding each. */
export function slowFindings(series: ByGpu): Finding[] {
    const slow = new Map<string, string[]>();
    for (const [name, points] of Object.entries(series)) {
        for (const [gpu, value] of Object.entries(points)) {
            const others = median(Object.entries(points).flatMap(([other, figure]) => (other === gpu ? [] : figure)));
            if (others !== undefined && value < others * ALIKE_FRACTION) {
                const below = Math.round((1 - value / others) * 100);
                const words = `${name} ${value.toPrecision(4)}, ${below} % below ${others.toPrecision(4)}`;
                slow.set(gpu, [...(slow.get(gpu) ?? []), words]);
            }
        }
    }
    return [...slow].map(([what, words]) => ({
        what,
        found: words.join("; "),
        wanted: `at least ${ALIKE_FRACTION * 100} % of the median of the host's other GPUs`,
        causes: [
            `something else runs on ${what} (nvidia-smi)`,
            "its clocks are held down by heat or power (nvidia-smi -q -d PERFORMANCE)",
            "its PCIe link is narrower or slower than the others' (nvidia-smi -q, GPU Link Info)",
            "the chip or its memory is failing: move it to another slot, and see whether the figure moves with it",
        ],
    }));
}

function median(values: readonly number[]): number | undefined {
    const sorted = [...values].sort((one, other) => one - other);
    const middle = sorted.length / 2;
    const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
    return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
