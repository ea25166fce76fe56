import type { NativeFormat } from "../../../catalog";
import type { Machine } from "./machine";

/** Work of one part of a layer on one GPU: what it reads, and what it computes. */
export interface Work {
    readonly bytes: number;
    /** Multiplications and additions, each counted. */
    readonly operations: number;
    readonly format: NativeFormat;
    /** Kernels that are started one after another. */
    readonly kernels: number;
}

/** The roofline: reading and computing overlap, so the longer one counts. */
export const productSeconds = (machine: Machine, work: Work): number =>
    Math.max(
        work.bytes / machine.bytesPerSecond,
        work.operations === 0 ? 0 : work.operations / machine.products(work.format),
    );

/** A matrix product: weights of so many parameters, read once, on so many tokens. */
export const product = (parameters: number, bytesPerWeight: number, tokens: number, format: NativeFormat): Work => ({
    bytes: parameters * bytesPerWeight,
    operations: 2 * parameters * tokens,
    format,
    kernels: 1,
});

/** Mean number of distinct experts that a batch needs when each token chooses `chosen` of `experts` evenly. */
export const distinctExperts = (experts: number, chosen: number, tokens: number): number =>
    experts === 0 ? 0 : experts * (1 - (1 - Math.min(1, chosen / experts)) ** tokens);
