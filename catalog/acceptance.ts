import type { Sourced } from "./types";

/**
 * A figure that sound hardware reaches.
 * - `measured`: somebody measured it on hosts that were sound; a gate is a fraction of it.
 * - `gate`: an operator of many such hosts refuses what is below; it is a gate as it stands.
 */
export interface Reached extends Sourced {
    readonly value: number;
    readonly kind: "measured" | "gate";
}

/** Bus bandwidth of an all-reduce over GPUs of one host, GB/s, at one size. */
export interface AllReduceFigure extends Reached {
    readonly gpus: number;
    readonly bytes: number;
}

/** Times of one ring all-reduce at two sizes: they give its bandwidth and what every step costs. */
export interface RingTimes extends Sourced {
    readonly gpus: number;
    readonly points: readonly [RingPoint, RingPoint];
}

/** How long an all-reduce of one size took. */
export interface RingPoint {
    readonly bytes: number;
    readonly microseconds: number;
}

/** What acceptance knows of one kind of GPU. What is absent is measured and kept, and not judged. */
export interface GpuAcceptance {
    /** Figures of each GPU by the check's own name for them: `readTBps`, `bf16Tflops8192`, `h2dGBps`. */
    readonly figures: Readonly<Record<string, Reached>>;
    /** PCIe generation of the GPU; all have 16 lanes. */
    readonly pcieGeneration?: number;
    /** Share of a port's line rate that RDMA writes reach, 0 to 1. */
    readonly rdmaLineFraction?: Reached;
    /** All-reduce with NVLink multicast (NVLS), where the chip and NCCL have it. */
    readonly multicast?: AllReduceFigure;
    /** All-reduce by rings: with multicast switched off, or on chips without it. */
    readonly ring?: AllReduceFigure;
    /** The same by its times, which is more exact. */
    readonly ringTimes?: RingTimes;
}

const GIB = 2 ** 30;
const azure = (value: number, part: string): Reached => ({
    value,
    kind: "gate",
    source: { where: `Azure/azurehpc-health-checks, conf, ${part}`, date: "2026-11" },
});
const azureAllReduce = (value: number, part: string): AllReduceFigure => ({
    ...azure(value, part),
    gpus: 8,
    bytes: 16 * GIB,
});
const H200_HOST = "measured on 4 H200 SXM of a virtual machine, driver 580.159.04, PyTorch 2.11";
const h200 = (value: number, where = H200_HOST): Reached => ({
    value,
    kind: "measured",
    source: { where, date: "2026-11-22" },
});

/** By the GPU's name in the catalogue. GPUs that are not here are measured, and nothing of them is judged. */
export const gpuAcceptance: Readonly<Record<string, GpuAcceptance>> = {
    H200: {
        figures: {
            readTBps: h200(4.38),
            copyTBps: h200(4.29),
            bf16Tflops4096: h200(784.9),
            fp8Tflops4096: h200(1333.2),
            bf16Tflops8192: h200(791.5),
            fp8Tflops8192: h200(1437.2),
            bf16SustainedTflops: h200(659, "measured on 9 H200 SXM at their limit of 700 W: 654 to 664"),
            h2dGBps: h200(55.4),
            d2hGBps: h200(55.3),
        },
        pcieGeneration: 5,
        rdmaLineFraction: azure(0.9, "nd96isr_h200_v5: 360 of 400 Gb/s with GPUDirect"),
        multicast: azureAllReduce(431, "nd96isr_h200_v5"),
        ringTimes: {
            gpus: 4,
            points: [
                { bytes: 256 * 2 ** 20, microseconds: 1194.3 },
                { bytes: GIB, microseconds: 4558.9 },
            ],
            source: { where: `${H200_HOST}, NCCL_NVLS_ENABLE=0`, date: "2026-11-22" },
        },
    },
    H100: {
        figures: { h2dGBps: azure(48, "H100"), d2hGBps: azure(48, "H100") },
        pcieGeneration: 5,
        rdmaLineFraction: azure(0.95, "H100: 380 of 400 Gb/s with GPUDirect"),
        multicast: azureAllReduce(460, "H100"),
        ring: {
            value: 370,
            kind: "measured",
            gpus: 8,
            bytes: 16 * GIB,
            source: { where: "NVIDIA/nccl-tests issues 212 and 290: about 370 without NVLS", date: "2026-11" },
            unverified: ["value"],
        },
    },
    "A100-80": {
        figures: { h2dGBps: azure(21, "nd96amsr_a100_v4"), d2hGBps: azure(21, "nd96amsr_a100_v4") },
        pcieGeneration: 4,
        rdmaLineFraction: azure(0.9, "nd96amsr_a100_v4: 180 of 200 Gb/s with GPUDirect"),
        ring: azureAllReduce(228, "nd96amsr_a100_v4"),
    },
    MI300X: {
        figures: { h2dGBps: azure(48, "MI300X"), d2hGBps: azure(48, "MI300X") },
        pcieGeneration: 5,
        rdmaLineFraction: azure(0.975, "MI300X: 390 of 400 Gb/s from main memory"),
        ring: azureAllReduce(314, "MI300X"),
    },
    H20: { figures: {}, pcieGeneration: 5 },
    B200: { figures: {}, pcieGeneration: 5 },
    L40S: { figures: {}, pcieGeneration: 4 },
    T4: { figures: {}, pcieGeneration: 3 },
};

/**
 * Warmest that a GPU may be under load, °C. An H200 at 33 °C says it is 54 °C below the limit at which its clocks are
 * lowered: that limit is 87 °C.
 */
export const warmestCelsius: Reached = {
    value: 85,
    kind: "gate",
    source: { where: "2 °C below where an H200 lowers its clocks, 87 °C (nvidia-smi -q, T.Limit)", date: "2026-11-22" },
};
