import type { CheckSpec, Finding, Reading } from "./check";
import { type Line, numberIn, type ProgramAnswer, readProgram } from "./programs";
import { numberSetting } from "./settings";

/** One size of an all-reduce. */
export interface AllReducePoint {
    readonly bytes: number;
    readonly microseconds: number;
    readonly busGBps: number;
    /** Whether the sums were right. */
    readonly right: boolean;
}

/** Reads the table of nccl-tests' all_reduce_perf: the better of out-of-place and in-place by size. */
export function readNcclTests(lines: readonly string[]): AllReducePoint[] {
    return lines.flatMap(line => {
        const [bytes, , type, ...rest] = line.trim().split(/\s+/);
        if (bytes === undefined || !/^\d+$/.test(bytes) || type === undefined || !/^[a-z]/.test(type)) {
            return [];
        }
        // After the type: operation, root, then time, algbw, busbw and wrong values, twice.
        const [time, , bus, wrong, inTime, , inBus, inWrong] = rest.slice(-8).map(Number);
        if (time === undefined || bus === undefined || inTime === undefined || inBus === undefined) {
            return [];
        }
        const [microseconds, busGBps] = inBus > bus ? [inTime, inBus] : [time, bus];
        // Validation that is off prints N/A.
        const right = (Number.isNaN(wrong) || wrong === 0) && (Number.isNaN(inWrong) || inWrong === 0);
        return Number.isFinite(busGBps) ? [{ bytes: Number(bytes), microseconds, busGBps, right }] : [];
    });
}

/** Reads the lines of Seamount's own program. */
export function readAllReduce(lines: readonly Line[]): AllReducePoint[] {
    return lines.flatMap(line => {
        const [bytes, microseconds, busGBps] = ["bytes", "microseconds", "busGBps"].map(name => numberIn(line, name));
        return bytes === undefined || microseconds === undefined || busGBps === undefined
            ? []
            : [{ bytes, microseconds, busGBps, right: line.right !== false }];
    });
}

/**
 * The reading of an all-reduce: `busGBps` at the largest size, `microseconds` at the smallest, and both by size.
 * What neither table nor program printed is a finding with the last words.
 */
export function allReduceReading(printed: readonly string[], spec: CheckSpec): Reading {
    const tested = readNcclTests(printed);
    const answer = tested.length > 0 ? { lines: [], findings: [] } : (failedTests(printed) ?? readProgram(printed));
    if (answer.missing !== undefined) {
        return { figures: {}, findings: [], missing: answer.missing };
    }
    const own = readAllReduce(answer.lines);
    const points = [...(tested.length > 0 ? tested : own)].sort((one, other) => one.bytes - other.bytes);
    const [first, last] = [points[0], points.at(-1)];
    const wrong = points.filter(({ right }) => !right).map(({ bytes }) => sizeWords(bytes));
    return {
        figures:
            first === undefined || last === undefined
                ? {}
                : { busGBps: last.busGBps, microseconds: first.microseconds },
        series: {
            busGBps: Object.fromEntries(points.map(({ bytes, busGBps }) => [sizeWords(bytes), busGBps])),
            microseconds: Object.fromEntries(points.map(({ bytes, microseconds }) => [sizeWords(bytes), microseconds])),
        },
        findings: [
            ...answer.findings,
            ...aloneFindings(answer, spec),
            ...(wrong.length === 0 ? [] : [wrongFinding(wrong)]),
        ],
    };
}

/** What nccl-tests said where they ended without a table; undefined where they did not run. */
function failedTests(printed: readonly string[]): ProgramAnswer | undefined {
    if (!printed.some(line => /^# (nccl-tests|nThread|Collective test)/.test(line))) {
        return undefined;
    }
    const found = printed.filter(line => line.trim() !== "" && !line.startsWith("#")).join("; ");
    const causes = [
        "the GPUs or their fabric have failed (checks topology and gpuHealth)",
        "another process holds the memory of a GPU (nvidia-smi)",
        "nccl-tests were built for another release of NCCL or CUDA",
    ];
    return { lines: [], findings: [{ what: "all_reduce_perf", found, wanted: "a table by size", causes }] };
}

/** `256 MiB`. */
export function sizeWords(bytes: number): string {
    const units = ["B", "KiB", "MiB", "GiB"];
    const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
    return `${Number((bytes / 1024 ** power).toFixed(1))} ${units[power] ?? "B"}`;
}

/** One GPU has nobody to reduce with: wrong only where there should be more. */
function aloneFindings({ lines }: ProgramAnswer, spec: CheckSpec): Finding[] {
    const wanted = numberSetting(spec, "gpus", 0);
    return wanted <= 1 || !lines.some(line => line.alone === true)
        ? []
        : [
              {
                  what: "GPUs",
                  found: "at most 1",
                  wanted: String(wanted),
                  causes: ["GPUs have fallen off the bus (dmesg, XID 79)", "CUDA_VISIBLE_DEVICES hides GPUs"],
              },
          ];
}

function wrongFinding(sizes: readonly string[]): Finding {
    return {
        what: "sums",
        found: `wrong at ${sizes.join(", ")}`,
        wanted: "the sum of all ranks",
        causes: [
            "a GPU or its NVLink corrupts data (nvidia-smi nvlink -e; dcgmi diag -r 3)",
            "PCIe access control sends GPU traffic through the IOMMU: turn ACS off, or boot with iommu=pt",
        ],
    };
}
