import type { Check } from "../check";
import { byGpu, perGpuReading } from "../perGpu";
import { needPython, readProgram, runProgram } from "../programs";
import { numberSetting, specProblems } from "../settings";

const FIGURES = ["readTBps", "copyTBps"];

/**
 * Memory bandwidth of every GPU, all at the same time: TB/s read by a sum, and read and written by a copy.
 * Settings: `gpus` (how many there must be), `python`, `gib` (size of what is read, default 8).
 */
export const hbm: Check = {
    name: "hbm",
    words: "memory bandwidth of each GPU",
    check: spec => specProblems(spec, { gpus: "number", python: "text", gib: "number" }, FIGURES),
    script: spec => `${needPython(spec)}\n${runProgram("hbm", spec, { gib: numberSetting(spec, "gib", 8) })}`,
    limitSeconds: () => 180,
    parse: (lines, spec) => {
        const answer = readProgram(lines);
        const reading = perGpuReading(answer, byGpu(answer.lines, FIGURES), spec);
        const wrong = answer.lines.filter(line => line.same === false);
        return {
            ...reading,
            findings: [
                ...reading.findings,
                ...wrong.map(line => ({
                    what: `GPU ${String(line.gpu)}`,
                    found: "a copy in its memory differs from what was copied",
                    wanted: "the same bytes",
                    causes: ["its memory is failing (nvidia-smi -q -d ECC,ROW_REMAPPER); take it out of service"],
                })),
            ],
        };
    },
    causes: () => [
        "another process uses the GPU (nvidia-smi)",
        "the memory clock is held down (nvidia-smi -q -d CLOCK,PERFORMANCE)",
        "rows of the memory are remapped or wait for it (nvidia-smi -q -d ROW_REMAPPER)",
        "MIG is on, or ECC was switched (nvidia-smi -q -d ECC)",
    ],
};
