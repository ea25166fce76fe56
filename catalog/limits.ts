import type { GpuLimits, GpuLink, NativeFormat, Source } from "./types";

const h200Host: Source = {
    where: "measured on 4 H200 SXM of a virtual machine, driver 580.159.04, PyTorch 2.11, NCCL without NVLink multicast",
    date: "2026-11-22",
};

/** What was measured on a GPU, by its name in the catalogue. The others are reckoned from their data sheet. */
export const gpuLimits: Readonly<Record<string, GpuLimits>> = {
    H200: {
        readTBps: 4.38,
        gemmTflops: { bf16: 791.5, fp16: 791.5, fp8: 1437.2 },
        allReduce: { latencyMicroseconds: 38, busGBps: 359 },
        source: h200Host,
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
    source: { where: `${what}, ${h200Host.where}`, date: h200Host.date },
});

/** Memory read by a long kernel. */
export const memoryShare: Share = ofH200(0.9125, "4.38 of 4.8 TB/s");

/** Large matrix products by format. Formats that are absent reach what FP8 reaches. */
export const gemmShares: Readonly<Partial<Record<NativeFormat, Share>>> = {
    bf16: ofH200(0.8, "791.5 of 989 TFLOPS"),
    fp16: ofH200(0.8, "791.5 of 989 TFLOPS in BF16"),
    fp8: ofH200(0.726, "1437 of 1979 TFLOPS"),
};

/** Decoding with latent attention, of the 16-bit rate. */
export const attentionDecodeShare: Share = share(
    0.667,
    "deepseek-ai/FlashMLA README: 660 of 989 TFLOPS on H800, compute-bound",
);

/** Decoding with latent attention where memory bounds it, of the memory bandwidth. */
export const attentionReadShare: Share = share(
    0.8955,
    "deepseek-ai/FlashMLA README: 3,000 of 3,350 GB/s on H800, memory-bound",
);

/** Causal attention over a prompt, of the 16-bit rate. */
export const attentionPrefillShare: Share = share(
    0.65,
    "deepseek-ai/FlashMLA README: 640 of 989 TFLOPS on H800 in prefill",
);

/** Large all-reduces: bus bandwidth over one direction of the link, by its kind. */
export const allReduceShares: Readonly<Record<GpuLink["kind"], Share>> = {
    NVLink: ofH200(0.798, "359 of 450 GB/s"),
    xGMI: share(0.7, "Azure/azurehpc-health-checks, 8 × MI300X: 314 of 448 GB/s"),
    HCCS: share(0.7, "taken for xGMI's: nothing published"),
    "MLU-Link": share(0.7, "taken for xGMI's: nothing published"),
    PCIe: share(0.62, "H100 over PCIe 5: 35 to 45 of 64 GB/s"),
    none: share(1, "one GPU: nothing is sent"),
};

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

/** An all-reduce in one host, µs, where nothing was measured on that GPU. */
export const allReduceMicroseconds: Share = ofH200(38, "fitted on 0.9 MB to 1 GiB, within 13 %");

/** Matrix products that go on for seconds: the power limit lowers the clock. Of the short ones' rate. */
export const sustainedShare: Share = {
    value: 0.833,
    source: { where: "9 H200 SXM at their limit of 700 W: 659 of 791 TFLOPS in BF16", date: "2026-11-22" },
};
