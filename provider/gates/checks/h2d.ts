import type { Check } from "../check";
import { byGpu, perGpuReading } from "../perGpu";
import { needPython, readProgram, runProgram } from "../programs";
import { numberSetting, specProblems } from "../settings";

const FIGURES = ["h2dGBps", "d2hGBps"];

/**
 * Copies from pinned main memory to each GPU and back, GB/s, one GPU after the other, from the CPUs of its NUMA node.
 * Settings: `gpus`, `python`, `mib` (size of one copy, default 1024).
 */
export const h2d: Check = {
    name: "h2d",
    words: "copies between main memory and each GPU",
    check: spec => specProblems(spec, { gpus: "number", python: "text", mib: "number" }, FIGURES),
    script: spec => `${needPython(spec)}\n${runProgram("h2d", spec, { mib: numberSetting(spec, "mib", 1024) })}`,
    limitSeconds: () => 300,
    parse: (lines, spec) => {
        const answer = readProgram(lines);
        return perGpuReading(answer, byGpu(answer.lines, FIGURES), spec);
    },
    causes: () => [
        "the PCIe link runs at a lower generation or width (check gpuHealth; lspci -vv, LnkSta)",
        "IOMMU translates every access: boot with iommu=pt",
        "main memory is slow: memory channels are empty, or the CPU's clock is held down",
        "several GPUs share one PCIe switch whose upstream port is slower",
    ],
};
