import { shellQuote, shellWords } from "../../shell";
import { allReduceReading } from "../allReduce";
import type { Check, CheckSpec } from "../check";
import { gpuPath, needPython, runProgram } from "../programs";
import { listSetting, numberSetting, type SettingType, specProblems } from "../settings";

const MIB = 2 ** 20;
/** Port of the rendezvous of two hosts where `port` says no other. */
const PORT = 29431;
const SETTINGS: Readonly<Record<string, SettingType>> = {
    gpus: "number",
    python: "text",
    largestMiB: "number",
    environment: "list",
};
const FIGURES = ["busGBps", "microseconds"];

/** Sizes from 1 MiB to `largestMiB` (default 1024), four times larger each, and that size itself. */
export function allReduceBytes(spec: CheckSpec): number[] {
    const largest = numberSetting(spec, "largestMiB", 1024) * MIB;
    const sizes: number[] = [];
    for (let bytes = MIB; bytes < largest; bytes *= 4) {
        sizes.push(bytes);
    }
    return [...sizes, largest];
}

/**
 * All-reduce over all GPUs of the host: `busGBps`, bus bandwidth at the largest size, and `microseconds` at 1 MiB;
 * both by size as series. all_reduce_perf of nccl-tests where it is on the path, else PyTorch's NCCL.
 * Settings: `gpus`, `python`, `largestMiB`, `environment` (`NAME=value` for NCCL, e.g. `NCCL_NVLS_ENABLE=0`).
 */
export const nccl: Check = {
    name: "nccl",
    words: "all-reduce over the GPUs of the host",
    check: spec => specProblems(spec, SETTINGS, FIGURES),
    script: spec => {
        const largest = Math.max(...allReduceBytes(spec)) / MIB;
        const tests = `-b 1M -e ${largest}M -f 2 -w 5 -n 20 -g "$gpus"`;
        return [
            gpuPath,
            // Without nvidia-smi the count is 0, and PyTorch has to count for itself.
            "gpus=$(nvidia-smi -L 2>/dev/null | grep -c '^GPU ')",
            'if [ "$gpus" -gt 1 ] && command -v all_reduce_perf >/dev/null 2>&1; then',
            `env ${shellWords(listSetting(spec, "environment"))} all_reduce_perf ${tests} 2>&1`,
            "else",
            needPython(spec),
            runProgram(
                "nccl",
                spec,
                { hosts: 1, host: 0, bytes: allReduceBytes(spec), seconds: 240 },
                environment(spec),
            ),
            "fi",
        ].join("\n");
    },
    limitSeconds: () => 300,
    parse: allReduceReading,
    causes: () => [
        "a pair of GPUs talks through PCIe or main memory instead of NVLink (check topology)",
        "NVLinks are down or retrain (nvidia-smi nvlink -s, nvidia-smi nvlink -e)",
        "the fabric manager is not running, or not of the driver's version",
        "NVLink multicast is off in NCCL (NCCL_NVLS_ENABLE=0), and the threshold expects it",
        "one GPU is slow (checks hbm and gemm): all wait for it",
    ],
};

/**
 * All-reduce over the GPUs of the host and its peer, which must have as many. Figures as in `nccl`.
 * Settings: those of `nccl`, and `port` of the rendezvous, which the host listens on.
 */
export const ncclPair: Check = {
    name: "ncclPair",
    words: "all-reduce over the GPUs of the host and its peer",
    needsPeer: true,
    check: spec => specProblems(spec, { ...SETTINGS, port: "number" }, FIGURES),
    script: spec => pairScript(spec, 0, 240),
    // It has begun before the gate's other checks, and waits for them.
    peerScript: spec => pairScript(spec, 1, 3600),
    limitSeconds: () => 300,
    parse: allReduceReading,
    causes: () => [
        "NCCL talks over TCP: about 14 GB/s is typical of it (NCCL_DEBUG=INFO shows NET/Socket instead of NET/IB)",
        "GPUDirect RDMA is off: nvidia_peermem is not loaded, or the driver has no DMA-BUF (NCCL_DEBUG=INFO shows no GDRDMA)",
        "PCIe access control is on: turn ACS off on the bridges (lspci -vvv, ACSCtl)",
        "a rail is down or slow (check rdma), or NCCL_IB_HCA leaves some out",
        "RoCE without PFC or ECN end to end: drops and pauses (ethtool -S)",
    ],
};

function pairScript(spec: CheckSpec, host: 0 | 1, seconds: number): string {
    const rendezvous = `"RENDEZVOUS=$GATE_HOST:${numberSetting(spec, "port", PORT)}"`;
    const settings = { hosts: 2, host, bytes: allReduceBytes(spec), seconds };
    return `${needPython(spec)}\n${runProgram("nccl", spec, settings, [rendezvous, ...environment(spec)])}`;
}

const environment = (spec: CheckSpec): string[] => listSetting(spec, "environment").map(shellQuote);
