import type { NativeFormat } from "../../../catalog";
import { overlapExponent } from "./calibration";
import type { Machine } from "./machine";

/** Work of one part of a layer on one GPU. */
export interface Work {
    /** Weights and cache that are read: while they are, the part computes. */
    readonly bytes: number;
    /** Activations that are read and written before and after: they overlap with nothing. */
    readonly activationBytes: number;
    /** Multiplications and additions, each counted. */
    readonly operations: number;
    readonly format: NativeFormat;
}

/**
 * Reading and computing overlap, but not to the last: (a³ + b³)^⅓, which is the longer of the two where they differ and
 * a quarter more where they are the same.
 */
export const overlapSeconds = (reading: number, computing: number): number =>
    (reading ** overlapExponent.value + computing ** overlapExponent.value) ** (1 / overlapExponent.value);

/** The roofline of one part. */
export const partSeconds = (machine: Machine, work: Work): number =>
    overlapSeconds(
        work.bytes / machine.bytesPerSecond,
        work.operations === 0 ? 0 : work.operations / machine.products(work.format),
    ) +
    work.activationBytes / machine.bytesPerSecond;

/** Seconds of several parts, one after another. */
export const sumSeconds = (machine: Machine, parts: readonly Work[]): number =>
    parts.reduce((all, work) => all + partSeconds(machine, work), 0);

/** Bytes of an activation as products write it, and as elementwise kernels read and write it. */
const wide = 2;

/** Bytes of an activation as a product reads it. */
export const narrow = (format: NativeFormat): number =>
    format === "bf16" || format === "fp16" ? wide : format === "f32" ? 4 : 1;

/** A matrix product: weights of `ins` × `outs` on so many tokens; narrow inputs are made of wide ones first. */
export function product(ins: number, outs: number, tokens: number, bytesPerWeight: number, format: NativeFormat): Work {
    const input = narrow(format);
    const quantising = input === wide ? 0 : wide + input;
    return {
        bytes: ins * outs * bytesPerWeight,
        activationBytes: tokens * (ins * (input + quantising) + outs * wide),
        operations: 2 * ins * outs * tokens,
        format,
    };
}

/** What elementwise kernels move of each token: no weights and no products. */
export const elementwise = (bytes: number): Work => ({
    bytes: 0,
    activationBytes: bytes,
    operations: 0,
    format: "bf16",
});

/** Mean number of distinct experts that a batch needs when each token chooses `chosen` of `experts` evenly. */
export const distinctExperts = (experts: number, chosen: number, tokens: number): number =>
    experts === 0 ? 0 : experts * (1 - (1 - Math.min(1, chosen / experts)) ** tokens);
