import {
    allReduceMicroseconds,
    allReduceShares,
    allToAllMicroseconds,
    allToAllShare,
    attentionDecodeShare,
    attentionPrefillShare,
    fabricShare,
    gemmShares,
    type Gpu,
    memoryShare,
    type NativeFormat,
    ringMicroseconds,
    sustainedShare,
} from "../../../catalog";

/** What one GPU and its links do, in bytes, operations and seconds. */
export interface Machine {
    readonly bytesPerSecond: number;
    /** Multiplications and additions a second of matrix products in a format; 0 where the GPU has none. */
    readonly products: (format: NativeFormat) => number;
    /** The same of attention over a cache, with queries of one or a few tokens. */
    readonly attentionDecode: number;
    /** The same of attention over a prompt. */
    readonly attentionPrefill: number;
    /** Bus bandwidth of an all-reduce within the link's domain. */
    readonly linkReduceBytesPerSecond: number;
    readonly linkReduceSeconds: number;
    /** What one GPU sends to others of its host in an all-to-all. */
    readonly linkExchangeBytesPerSecond: number;
    readonly exchangeSeconds: number;
    /** GPUs that the link reaches. */
    readonly linkDomain: number;
    /** What one GPU sends to other hosts, its share of the ports; 0 without a fabric. */
    readonly fabricBytesPerSecond: number;
}

/** Ports between hosts. */
export interface Fabric {
    readonly linkGbps: number;
    readonly rails: number;
}

const micro = 1e-6;

/**
 * A GPU's limits in SI units: measured where the catalogue has measurements, otherwise the data sheet's figure times
 * the share that others reached.
 * @param gpusPerHost GPUs of one host that share the host's ports.
 */
export function machineOf(gpu: Gpu, gpusPerHost: number, fabric?: Fabric): Machine {
    const { limits, link } = gpu;
    const sixteenBit = (gpu.denseTflops.bf16 ?? gpu.denseTflops.fp16 ?? gpu.denseTflops.f32 ?? 0) * 1e12;
    const oneWay = (link.bandwidthGBps / 2) * 1e9;
    return {
        bytesPerSecond: (limits?.readTBps ?? (gpu.memoryBandwidthGBps / 1e3) * memoryShare.value) * 1e12,
        products: format =>
            (limits?.gemmTflops[format] ??
                (gpu.denseTflops[format] ?? 0) * (gemmShares[format] ?? gemmShares.fp8 ?? { value: 0 }).value) * 1e12,
        attentionDecode: sixteenBit * attentionDecodeShare.value,
        attentionPrefill: sixteenBit * attentionPrefillShare.value,
        linkReduceBytesPerSecond: limits ? limits.allReduce.busGBps * 1e9 : oneWay * allReduceShares[link.kind].value,
        linkReduceSeconds:
            (limits?.allReduce.latencyMicroseconds ??
                (link.kind === "PCIe" ? ringMicroseconds : allReduceMicroseconds).value) * micro,
        linkExchangeBytesPerSecond: oneWay * allToAllShare.value,
        exchangeSeconds: allToAllMicroseconds.value * micro,
        linkDomain: link.domainSize,
        fabricBytesPerSecond:
            fabric === undefined || gpusPerHost === 0
                ? 0
                : ((fabric.linkGbps * 1e9) / 8) * (fabric.rails / gpusPerHost) * fabricShare.value,
    };
}

/** The same GPU when it computes for seconds at a time, as in prefill: its power limit lowers the clock. */
export const sustained = (machine: Machine): Machine => ({
    ...machine,
    products: format => machine.products(format) * sustainedShare.value,
});
