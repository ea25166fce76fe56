import { decodeAttentionSeconds, prefillAttentionSeconds } from "./attention";
import {
    attentionSeconds,
    computingShare,
    elementwiseSeconds,
    type Kernels,
    kernelsOf,
    passTokens,
    productSeconds,
    slowestRank,
    startsShare,
} from "./calibration";
import { expertExchangeSeconds, reductionSeconds, stageSeconds } from "./communication";
import { denseSeconds, headSeconds, mixtureSeconds, searchSeconds } from "./feed-forward";
import { type Machine, sustained } from "./machine";
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

/** Starts and ends of the kernels of one layer. */
export const startsSeconds = (kernels: Kernels): number =>
    kernels.products * productSeconds.value +
    kernels.elementwise * elementwiseSeconds.value +
    kernels.attention * attentionSeconds.value;

/** What goes through the layers at once. */
interface Batch {
    /** Seconds of attention of one layer. */
    readonly attention: number;
    /** Tokens of one rank, and of all of them. */
    readonly rankTokens: number;
    readonly tokens: number;
    /** Tokens of one rank that need the vocabulary. */
    readonly headTokens: number;
    readonly phase: "prefill" | "decode";
}

/** One pass through layers of which so many are dense and so many mixtures. */
function pass(subject: Subject, machine: Machine, batch: Batch, dense: number, mixtures: number): StepSeconds {
    const { attention, rankTokens, tokens, headTokens, phase } = batch;
    const { replica, shape } = subject;
    const layers = dense + mixtures;
    // With attention data parallel, experts' results come back by the all-to-all, and only attention is summed up.
    const exchanged = replica.expertParallel && replica.dataParallel > 1;
    return {
        attention: layers * attention,
        feedForward:
            dense * denseSeconds(subject, machine, rankTokens) +
            (mixtures === 0 ? 0 : mixtures * mixtureSeconds(subject, machine, rankTokens, tokens)),
        head: headSeconds(subject, machine, headTokens),
        communication:
            reductionSeconds(subject, machine, rankTokens, layers + (exchanged ? dense : layers)) +
            mixtures * expertExchangeSeconds(subject, machine, rankTokens, phase),
        overhead:
            startsShare.value *
            (layers * startsSeconds(kernelsOf[shape.attention.kind]) +
                dense * startsSeconds(kernelsOf.dense) +
                mixtures * (startsSeconds(kernelsOf.mixture) + searchSeconds(subject)) +
                productSeconds.value),
    };
}

const computing = (step: StepSeconds): number => totalSeconds(step) - step.communication;

/**
 * Two half batches: one communicates while the other computes. What is longer counts.
 * @param share of the GPU that computes while tokens move, 0 to 1.
 */
function overlapped(half: StepSeconds, share: number): StepSeconds {
    const both = times(half, 2 / share);
    const moving = both.communication * share;
    return { ...both, communication: Math.max(0, moving - computing(both)) };
}

/** With experts over several hosts, the wait for the slowest rank: it is spent in the all-to-all. */
function waited({ replica }: Subject, step: StepSeconds): StepSeconds {
    const alone = replica.hosts === 1 || !replica.expertParallel || replica.dataParallel === 1;
    return alone ? step : { ...step, communication: step.communication + (slowestRank.value - 1) * totalSeconds(step) };
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
                  overlapped(
                      layersSeconds(subject, machine, half, Math.min(sequences, half * dataParallel), context),
                      1,
                  ),
              )
            : whole;
    const between = stageSeconds(subject, machine, stageful * (1 + (replica.draftTokens ?? 0)));
    return waited(subject, { ...step, communication: step.communication + between });
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
        phase: "decode",
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
    const steady = sustained(machine);
    const passes = Math.max(1, (prompts * tokens) / passTokens.value);
    const once = (share: number): StepSeconds => {
        const some = (prompts / passes) * share;
        const batch: Batch = {
            attention: prefillAttentionSeconds(subject, steady, some, tokens, cached),
            rankTokens: some * tokens,
            tokens: some * tokens * ranks,
            headTokens: some,
            phase: "prefill",
        };
        return pass(subject, steady, batch, shape.denseLayers, model.layers - shape.denseLayers);
    };
    const plain = once(1);
    const step = replica.twoBatches === true ? shorter(plain, overlapped(once(0.5), computingShare.value)) : plain;
    const between = stageSeconds(subject, machine, (prompts / passes) * tokens);
    return times(waited(subject, { ...step, communication: step.communication + between }), passes);
}
