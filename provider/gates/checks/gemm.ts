import type { Check, Finding } from "../check";
import { byGpu, perGpuReading } from "../perGpu";
import { gpuName, type Line, needPython, numberIn, readProgram, runProgram } from "../programs";
import { specProblems, numberSetting } from "../settings";

/** Sides of the square matrices. */
const SIZES = [4096, 8192];
const BURSTS = SIZES.flatMap(size => [`bf16Tflops${size}`, `fp8Tflops${size}`]);

/** Reasons why a GPU lowers its clocks that nothing but a fault explains; bits of `clocks_throttle_reasons.active`. */
const FAULTY_REASONS: readonly (readonly [bit: number, words: string, causes: readonly string[]])[] = [
    [
        0x20,
        "software thermal slowdown: warmer than its operating limit",
        ["fans or coolant flow", "blocked air", "thermal paste or a heat sink that is loose"],
    ],
    [0x40, "hardware thermal slowdown", ["fans or coolant flow", "blocked air", "a heat sink that is loose"]],
    [
        0x80,
        "hardware power brake: the power supply asked it to slow down",
        ["a power supply has failed or has no redundancy", "a power cable of the GPU board", "the rack's power cap"],
    ],
];

/**
 * Square matrix products of every GPU, all at the same time. Bursts, TFLOP/s: `bf16Tflops4096`, `fp8Tflops8192` …
 * (no FP8 where the chip has none). `bf16SustainedTflops`: the largest product repeated, with power and cooling as
 * limits. `temperatureCelsius`: the warmest GPU meanwhile.
 * Settings: `gpus`, `python`, `seconds` (of the sustained part, default 8).
 */
export const gemm: Check = {
    name: "gemm",
    words: "matrix products of each GPU, in bursts and sustained",
    check: spec =>
        specProblems(spec, { gpus: "number", python: "text", seconds: "number" }, [
            ...BURSTS,
            "bf16SustainedTflops",
            "temperatureCelsius",
        ]),
    script: spec =>
        [needPython(spec), runProgram("gemm", spec, { sizes: SIZES, seconds: numberSetting(spec, "seconds", 8) })].join(
            "\n",
        ),
    limitSeconds: spec => 180 + numberSetting(spec, "seconds", 8),
    parse: (lines, spec) => {
        const answer = readProgram(lines);
        const bursts = answer.lines.map(line => ({ ...line, [burstName(line)]: line.tflops }));
        const sustained = answer.lines.map(line => ({ ...line, bf16SustainedTflops: line.sustainedTflops }));
        const series = { ...byGpu(bursts, BURSTS), ...byGpu(sustained, ["bf16SustainedTflops"]) };
        const reading = perGpuReading(answer, series, spec);
        const loads = answer.lines.flatMap(loadOf);
        const celsius = byGpu(loads, ["celsius"]).celsius;
        return {
            ...reading,
            figures: {
                ...reading.figures,
                ...(celsius === undefined ? {} : { temperatureCelsius: Math.max(...Object.values(celsius)) }),
            },
            series: {
                ...reading.series,
                ...(celsius === undefined ? {} : { temperatureCelsius: celsius }),
                ...renamed(byGpu(loads, ["watts"]).watts, "powerWatts"),
            },
            findings: [...reading.findings, ...loads.flatMap(throttleFindings)],
        };
    },
    causes: figure =>
        figure === "temperatureCelsius"
            ? ["fans or coolant flow", "blocked air, or a blanking panel that is missing", "the room is too warm"]
            : [
                  "another process uses the GPU (nvidia-smi)",
                  "the power limit is below its default (nvidia-smi -q -d POWER)",
                  "heat or the power supply holds the clocks down (nvidia-smi -q -d PERFORMANCE)",
                  "application clocks are set (nvidia-smi -rac resets them)",
                  "PyTorch or its cuBLAS is older than the chip",
              ],
};

const burstName = (line: Line): string => `${String(line.format)}Tflops${String(line.size)}`;

/** What a GPU said of itself while it worked, as a line of that GPU. */
export function loadOf(line: Line): Line[] {
    const { load } = line;
    return typeof load === "object" && load !== null ? [{ ...(load as Line), gpu: line.gpu }] : [];
}

/** Reasons for low clocks that are faults; a power limit that is reached under full load is none. */
export function throttleFindings(load: Line): Finding[] {
    const reasons = numberIn(load, "throttle") ?? 0;
    return FAULTY_REASONS.flatMap(([bit, words, causes]) =>
        (reasons & bit) === 0
            ? []
            : [
                  {
                      what: gpuName(load) ?? "GPU",
                      found: words,
                      wanted: "clocks that only the power limit lowers",
                      causes,
                  },
              ],
    );
}

const renamed = (
    points: Readonly<Record<string, number>> | undefined,
    name: string,
): Record<string, Readonly<Record<string, number>>> => (points === undefined ? {} : { [name]: points });
