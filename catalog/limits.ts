import type { GpuLimits, GpuLink, NativeFormat, Source } from "./types";

const h200Hosts: Source = {
    where: "measured on H200 SXM of virtual machines, driver 580.159.04, PyTorch 2.11; bench/planner/measured/h200.json",
    date: "2026-11-22",
};

/** What was measured on a GPU, by its name in the catalogue. The others are reckoned from their data sheet. */
export const gpuLimits: Readonly<Record<string, GpuLimits>> = {
    H200: {
        readTBps: 4.43,
        gemmTflops: { bf16: 791.5, fp16: 791.5, fp8: 1437.2 },
        allReduce: { latencyMicroseconds: 7, busGBps: 340 },
        source: h200Hosts,
    },
};

/** A share of a data sheet's figure that real programs reach, 0 to 1, and who measured it. */
export interface Share {
    readonly value: number;
    readonly source: Source;
}

const share = (value: number, where: string, date = "2026-11"): Share => ({ value, source: { where, date } });
const ofH200 = (value: number, what: string): Share => ({
    value,
    source: { where: `${what}, ${h200Hosts.where}`, date: h200Hosts.date },
});

/** Memory read by a long kernel. */
export const memoryShare: Share = ofH200(0.923, "4.43 of 4.8 TB/s: 4.38 and 4.48 on two hosts");

/** Large matrix products by format, at full clock. Formats that are absent reach what FP8 reaches. */
export const gemmShares: Readonly<Partial<Record<NativeFormat, Share>>> = {
    bf16: ofH200(0.8, "791.5 of 989 TFLOPS"),
    fp16: ofH200(0.8, "791.5 of 989 TFLOPS in BF16"),
    fp8: ofH200(0.726, "1,437 of 1,979 TFLOPS"),
};

/** Matrix products that go on for seconds: the power limit lowers the clock. Of the rate at full clock. */
export const sustainedShare: Share = ofH200(0.835, "662 of 791 TFLOPS in BF16, and 1,201 of 1,437 in FP8, at 700 W");

/** Decoding with latent attention, of the 16-bit rate. */
export const attentionDecodeShare: Share = ofH200(0.71, "FlashMLA, fitted with its latency to 12 sizes");

/** Causal attention over a prompt, of the 16-bit rate. */
export const attentionPrefillShare: Share = ofH200(0.574, "cuDNN, 568 of 989 TFLOPS with heads of 192 and 128");

/** Large all-reduces: bus bandwidth over one direction of the link, by its kind. */
export const allReduceShares: Readonly<Record<GpuLink["kind"], Share>> = {
    NVLink: ofH200(0.756, "340 of 450 GB/s on 2 and 4 GPUs"),
    xGMI: share(0.7, "Azure/azurehpc-health-checks, 8 × MI300X: 314 of 448 GB/s"),
    HCCS: share(0.7, "taken for xGMI's: nothing published"),
    "MLU-Link": share(0.7, "taken for xGMI's: nothing published"),
    PCIe: share(0.62, "H100 over PCIe 5: 35 to 45 of 64 GB/s"),
    none: share(1, "one GPU: nothing is sent"),
};

/** What an all-reduce costs before its first byte, µs, where GPUs read each other's memory. */
export const allReduceMicroseconds: Share = ofH200(7, "two-shot all-reduce on 2 GPUs, 14 kB to 29 MB within 9 %");

/** The same by NCCL, where they cannot: over PCIe. */
export const ringMicroseconds: Share = ofH200(38, "NCCL on 4 GPUs, 0.9 MB");

/** All-to-all of experts within a host, over one direction of the link. */
export const allToAllShare: Share = share(
    0.71,
    "deepseek-ai/DeepEP docs/legacy.md, low latency, EP8 on H800: 77 and 114 µs fit 28 µs and 142 of 200 GB/s",
);

/** What the network between hosts gives of its line rate. */
export const fabricShare: Share = share(
    0.88,
    "deepseek-ai/DeepEP docs/legacy.md, low latency, EP16 to EP256: all ten figures within 8 % of 28 µs and 44 of 50 GB/s",
);

/** What an all-to-all costs before its first byte, µs. */
export const allToAllMicroseconds: Share = share(28, "fitted with the two shares above");
