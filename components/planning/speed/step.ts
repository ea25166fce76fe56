import { sustainedShare } from "../../../catalog";
import { decodeAttentionSeconds, prefillAttentionSeconds } from "./attention";
import { engineSeconds, kernelSeconds, kernelsOf, passTokens } from "./calibration";
import { expertExchangeSeconds, reductionSeconds, stageSeconds } from "./communication";
import { denseSeconds, headSeconds, mixtureSeconds } from "./feed-forward";
import type { Machine } from "./machine";
import type { Subject } from "./subject";
import type { StepSeconds } from "./types";

/** Seconds of all parts of a step. */
export const totalSeconds = (step: StepSeconds): number =>
    step.attention + step.feedForward + step.head + step.communication + step.overhead;

/** The same step so many times over. */
export const times = (step: StepSeconds, factor: number): StepSeconds => ({
    attention: step.attention * factor,
    feedForward: step.feedForward * factor,
    head: step.head * factor,
    communication: step.communication * factor,
    overhead: step.overhead * factor,
});

const plus = (a: StepSeconds, b: StepSeconds): StepSeconds => ({
    attention: a.attention + b.attention,
    feedForward: a.feedForward + b.feedForward,
    head: a.head + b.head,
    communication: a.communication + b.communication,
    overhead: a.overhead + b.overhead,
});

/** What goes through the layers at once. */
interface Batch {
    /** Seconds of attention of one layer. */
    readonly attention: number;
    /** Tokens of one rank, and of all of them. */
    readonly rankTokens: number;
    readonly tokens: number;
    /** Tokens of one rank that need the vocabulary. */
    readonly headTokens: number;
}

/** One pass through layers of which so many are dense and so many mixtures. */
function pass(subject: Subject, machine: Machine, batch: Batch, dense: number, mixtures: number): StepSeconds {
    const { attention, rankTokens, tokens, headTokens } = batch;
    const { replica, shape } = subject;
    const layers = dense + mixtures;
    // With attention data parallel, experts' results come back by the all-to-all, and only attention is summed up.
    const exchanged = replica.expertParallel && replica.dataParallel > 1;
    const kernels =
        layers * kernelsOf[shape.attention.kind].value +
        dense * kernelsOf.dense.value +
        mixtures * kernelsOf.mixture.value;
    return {
        attention: layers * attention,
        feedForward:
            dense * denseSeconds(subject, machine, rankTokens) +
            (mixtures === 0 ? 0 : mixtures * mixtureSeconds(subject, machine, rankTokens, tokens)),
        head: headSeconds(subject, machine, headTokens),
        communication:
            reductionSeconds(subject, machine, rankTokens, layers + (exchanged ? dense : layers)) +
            mixtures * expertExchangeSeconds(subject, machine, rankTokens),
        overhead: kernels * kernelSeconds.value,
    };
}

/** Two half batches: one communicates while the other computes. What is longer counts. */
function overlapped(half: StepSeconds): StepSeconds {
    const both = times(half, 2);
    const computing = totalSeconds(both) - both.communication;
    return { ...both, communication: Math.max(0, both.communication - computing) };
}

const shorter = (a: StepSeconds, b: StepSeconds): StepSeconds => (totalSeconds(b) < totalSeconds(a) ? b : a);

/**
 * One decode step of a replica: every sequence gets its next token.
 * @param sequences of the whole replica.
 * @param context mean tokens of a sequence in the cache.
 */
export function decodeStep(subject: Subject, machine: Machine, sequences: number, context: number): StepSeconds {
    const { replica } = subject;
    const { dataParallel, pipelineParallel } = replica;
    const fullest = Math.ceil(sequences / dataParallel);
    const stageful = Math.ceil(fullest / pipelineParallel);
    const whole = layersSeconds(subject, machine, stageful, Math.min(sequences, stageful * dataParallel), context);
    const half = Math.ceil(stageful / 2);
    const step =
        replica.twoBatches === true && stageful > 1
            ? shorter(
                  whole,
                  overlapped(layersSeconds(subject, machine, half, Math.min(sequences, half * dataParallel), context)),
              )
            : whole;
    const between = stageSeconds(subject, machine, stageful * (1 + (replica.draftTokens ?? 0)));
    return {
        ...step,
        communication: step.communication + between,
        overhead: step.overhead + engineSeconds.value,
    };
}

/** All layers on a batch, and the draft layer for each proposed token. */
function layersSeconds(
    subject: Subject,
    machine: Machine,
    rankSequences: number,
    sequences: number,
    context: number,
): StepSeconds {
    const { replica, model, shape } = subject;
    const draft = replica.draftTokens ?? 0;
    const mixtures = model.layers - shape.denseLayers;
    const batch = (queries: number): Batch => ({
        attention: decodeAttentionSeconds(subject, machine, rankSequences, queries, context),
        rankTokens: rankSequences * queries,
        tokens: sequences * queries,
        headTokens: rankSequences * queries,
    });
    const main = pass(subject, machine, batch(1 + draft), shape.denseLayers, mixtures);
    const drafting = mixtures > 0 ? pass(subject, machine, batch(1), 0, 1) : pass(subject, machine, batch(1), 1, 0);
    return plus(main, times(drafting, draft));
}

/**
 * Prefill of prompts on every rank that works, in as many passes as they need.
 * @param prompts of one rank; may be a fraction when prompts are many.
 * @param ranks attention data parallel ranks that prefill at the same time.
 * @param tokens of a prompt that the prefix cache does not have; more than 0.
 * @param cached tokens of a prompt that it has.
 */
export function prefillPasses(
    subject: Subject,
    machine: Machine,
    prompts: number,
    ranks: number,
    tokens: number,
    cached: number,
): StepSeconds {
    const { model, shape, replica } = subject;
    const sustained: Machine = {
        ...machine,
        products: format => machine.products(format) * sustainedShare.value,
        attentionPrefill: machine.attentionPrefill * sustainedShare.value,
    };
    const passes = Math.max(1, (prompts * tokens) / passTokens.value);
    const once = (share: number): StepSeconds => {
        const some = (prompts / passes) * share;
        const batch: Batch = {
            attention: prefillAttentionSeconds(subject, sustained, some, tokens, cached),
            rankTokens: some * tokens,
            tokens: some * tokens * ranks,
            headTokens: some,
        };
        return pass(subject, sustained, batch, shape.denseLayers, model.layers - shape.denseLayers);
    };
    const plain = once(1);
    const step = replica.twoBatches === true ? shorter(plain, overlapped(once(0.5))) : plain;
    const between = stageSeconds(subject, machine, (prompts / passes) * tokens);
    return times({ ...step, communication: step.communication + between }, passes);
}
