import { expertSeconds, tileRows } from "./calibration";
import type { Machine } from "./machine";
import { distinctExperts, elementwise, narrow, partSeconds, product, sumSeconds, type Work } from "./parts";
import type { Subject } from "./subject";

/** Ranks that share the routed experts of a layer out. */
export const expertRanks = ({ replica }: Subject): number =>
    replica.tensorParallel * (replica.expertParallel ? replica.dataParallel : 1);

/** A gated feed-forward part: gate and up in one product, the activation, and down. */
function gated(subject: Subject, inner: number, tokens: number, bytesPerWeight: number): readonly Work[] {
    const { hidden } = subject.shape;
    const format = subject.formats.feedForward;
    const down = product(inner, hidden, tokens, bytesPerWeight, format);
    return [
        product(hidden, 2 * inner, tokens, bytesPerWeight, format),
        // The activation reads gate and up: one width more than what a product's own quantisation reads.
        { ...down, activationBytes: down.activationBytes + tokens * inner * 2 },
    ];
}

/** Seconds of the dense feed-forward part of one layer on one GPU. */
export function denseSeconds(subject: Subject, machine: Machine, tokens: number): number {
    const inner = (subject.model.denseInter ?? 0) / subject.replica.tensorParallel;
    return sumSeconds(machine, gated(subject, inner, tokens, subject.bytes.feedForward));
}

/** Routed experts of one rank: how many, how wide each, and how many of a step's choices fall on them. */
interface Held {
    readonly experts: number;
    readonly inner: number;
    readonly distinct: number;
    readonly assignments: number;
}

/**
 * With expert parallel a rank has whole experts and the tokens of all ranks that chose them; without, a slice of every
 * expert.
 */
function held(subject: Subject, tokens: number): Held {
    const { model, shape, replica } = subject;
    const ranks = expertRanks(subject);
    const all = model.experts + (replica.expertParallel ? (replica.redundantExperts ?? 0) : 0);
    const share = replica.expertParallel ? 1 / ranks : 1;
    return {
        experts: all * share,
        inner: (model.moeInter ?? 0) / (replica.expertParallel ? 1 : ranks),
        distinct: distinctExperts(all, shape.expertsPerToken, tokens) * share,
        assignments: tokens * shape.expertsPerToken * share,
    };
}

/** Both products of the routed experts of one layer on one GPU, for so many experts and choices. */
export function routedWork(subject: Subject, { distinct, assignments, inner }: Omit<Held, "experts">): Work {
    const { shape, bytes, formats } = subject;
    const parameters = 3 * shape.hidden * inner;
    // An expert's rows are padded to whole tiles, which are computed and written as the others are.
    const rows = assignments + distinct * tileRows.value;
    const input = narrow(formats.feedForward);
    return {
        bytes: distinct * parameters * bytes.feedForward,
        activationBytes:
            rows * ((shape.hidden + inner) * input + (2 * inner + shape.hidden) * 2) +
            assignments * inner * (4 + input),
        operations: 2 * rows * parameters,
        format: formats.feedForward,
    };
}

/** Seconds of the routed experts of one layer on one GPU. */
export const routedSeconds = (subject: Subject, machine: Machine, tokens: number): number =>
    partSeconds(machine, routedWork(subject, held(subject, tokens)));

/** Seconds in which both grouped products of a layer look for the experts that have work. */
export const searchSeconds = (subject: Subject): number => 2 * held(subject, 0).experts * expertSeconds.value;

/**
 * Seconds of the mixture of experts of one layer on one GPU: router, shared and routed experts.
 * @param rankTokens of this rank's own sequences.
 * @param tokens of the whole replica.
 */
export function mixtureSeconds(subject: Subject, machine: Machine, rankTokens: number, tokens: number): number {
    const { model, shape, replica, bytes, half } = subject;
    const shared = ((model.moeInter ?? 0) * shape.sharedExperts) / replica.tensorParallel;
    return (
        partSeconds(machine, product(shape.hidden, model.experts, rankTokens, 2, half)) +
        sumSeconds(machine, gated(subject, shared, rankTokens, bytes.attention)) +
        routedSeconds(subject, machine, tokens) +
        // What a token's experts said is read again and added up.
        partSeconds(machine, elementwise(held(subject, tokens).assignments * shape.hidden * 2))
    );
}

/** Seconds of the vocabulary on one GPU; its weights stay in 16 bits. */
export const headSeconds = ({ shape, replica, half }: Subject, machine: Machine, tokens: number): number =>
    partSeconds(machine, product(shape.hidden, shape.vocabulary / replica.tensorParallel, tokens, 2, half));
