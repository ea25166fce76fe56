import type { Gpu, NativeFormat, Precision, PrecisionFacts } from "../../../catalog";

/** Bytes of one weight, scales included, by where it is in the model. */
export interface WeightBytes {
    /** Routed experts, and the feed-forward part of dense layers. */
    readonly feedForward: number;
    /** Projections of attention, and shared experts. */
    readonly attention: number;
}

const same = (bytes: number): WeightBytes => ({ feedForward: bytes, attention: bytes });

/** Scales of 4-bit formats: AWQ and GPTQ 16 + 4 bits a group of 128, MX 8 bits a group of 32, NVFP4 8 bits of 16. */
const grouped4 = 0.52;
const mx4 = 0.53125;
const nv4 = 0.5625;

/**
 * By number format of the weights. NVFP4 keeps attention in 16 bits and W4A8 in 8: the files of 402 and 361 GB of the
 * 671B model have just that size. Formats of the CPU engine are absent.
 */
export const weightBytes: Readonly<Partial<Record<Precision, WeightBytes>>> = {
    bf16: same(2),
    fp16: same(2),
    fp8: same(1),
    int8: same(1),
    w8a8: same(1),
    w4a8: { feedForward: grouped4, attention: 1 },
    awq: same(grouped4),
    gptq: same(grouped4),
    "fp4-fp8": { feedForward: mx4, attention: 1 },
    nvfp4: { feedForward: nv4, attention: 2 },
    mxfp4: { feedForward: mx4, attention: 1 },
};

/** Formats that only the feed-forward part is computed in; attention is then computed as its weights are. */
const attentionFormat: Readonly<Partial<Record<Precision, NativeFormat>>> = { nvfp4: "bf16", mxfp4: "fp8" };

/** The formats in which products are computed on a GPU, or undefined where its maker has no kernels. */
export function productFormats(
    precision: Precision,
    gpu: Gpu,
    facts: PrecisionFacts,
): { readonly feedForward: NativeFormat; readonly attention: NativeFormat } | undefined {
    const format = facts.requires[gpu.vendor];
    if (format === undefined) {
        return undefined;
    }
    // Without FP4 of its own a GPU widens these weights to 16 bits (SGLang DeepSeek-V4 cookbook: Marlin on Hopper).
    const widened = precision === "fp4-fp8" && gpu.denseTflops.fp4 === undefined && gpu.denseTflops.mxfp4 === undefined;
    return { feedForward: widened ? "bf16" : format, attention: attentionFormat[precision] ?? format };
}
