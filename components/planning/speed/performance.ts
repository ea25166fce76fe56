import { catalogue as shipped, type Catalogue } from "../../../catalog";
import { acceptedTokens, passTokens } from "./calibration";
import { heldBytes } from "./cache";
import { type Machine, machineOf } from "./machine";
import { decodeStep, prefillPasses, times, totalSeconds } from "./step";
import { type Subject, subjectOf } from "./subject";
import type { Load, Performance, Replica, StepSeconds } from "./types";

/**
 * Whether anything can be said of a replica's speed: the model has a shape, the GPU computes in the format, and hosts
 * are connected.
 */
export const speedKnown = (replica: Replica, catalogue: Catalogue = shipped): boolean =>
    subjectOf(replica, catalogue) !== undefined;

/**
 * What one replica does at one load, by a roofline of each phase.
 *
 * A sequence is prefilled and then decoded, and another takes its place: `concurrency` of them at any time. Decode steps
 * stand still while a prompt is prefilled on the same GPUs, so that time is in `tpotSeconds`; with prefill apart it is not.
 * `ttftSeconds` is the prefill of the prompt, the wait for prompts before it, and the step that is under way.
 * @returns undefined where `speedKnown` is false.
 */
export function performance(replica: Replica, load: Load, catalogue: Catalogue = shipped): Performance | undefined {
    const subject = subjectOf(replica, catalogue);
    return subject === undefined ? undefined : of(subject, load);
}

/** The least that a request can ask for: what a replica does for one sequence alone. */
export interface Floor {
    readonly ttftSeconds: number;
    readonly tpotSeconds: number;
}

/** Time to the first token and per token that no load goes below, or undefined where speed is not known. */
export function floorOf(
    replica: Replica,
    load: Omit<Load, "concurrency">,
    catalogue: Catalogue = shipped,
): Floor | undefined {
    const alone = performance(replica, { ...load, concurrency: 1 }, catalogue);
    return alone === undefined ? undefined : { ttftSeconds: alone.ttftSeconds, tpotSeconds: alone.tpotSeconds };
}

/** `performance` at each of the concurrencies, in their order; empty where speed is not known. */
export function curve(
    replica: Replica,
    load: Omit<Load, "concurrency">,
    concurrencies: readonly number[],
    catalogue: Catalogue = shipped,
): readonly Performance[] {
    const subject = subjectOf(replica, catalogue);
    return subject === undefined ? [] : concurrencies.map(concurrency => of(subject, { ...load, concurrency }));
}

/** Prompts at one load: what one costs alone, and what each costs when they come together. */
interface Prefill {
    /** One prompt through the whole replica, the fill of its pipeline included. */
    readonly alone: StepSeconds;
    /** Seconds that one more prompt takes of a rank. */
    readonly each: number;
}

const machineFor = (subject: Subject): Machine =>
    machineOf(subject.gpu, subject.replica.gpusPerHost, subject.replica.fabric);

function prefillOf(subject: Subject, machine: Machine, load: Load): Prefill {
    const { dataParallel, pipelineParallel: stages } = subject.replica;
    // The last token of a prompt is always computed: it says the first of the answer.
    const tokens = Math.max(1, load.inputTokens * (1 - load.prefixCacheHitRate));
    const cached = Math.max(0, load.inputTokens - tokens);
    const ranks = Math.min(load.concurrency, dataParallel);
    const waiting = Math.ceil(load.concurrency / dataParallel);
    const together = Math.max(1, Math.min(waiting, passTokens.value / tokens));
    const passes = (prompts: number): number => Math.max(1, (prompts * tokens) / passTokens.value);
    const filled = (many: number): number => (many + stages - 1) / (many * stages);
    const one = prefillPasses(subject, machine, 1, ranks, tokens, cached);
    const some = prefillPasses(subject, machine, together, ranks, tokens, cached);
    return {
        alone: times(one, filled(passes(1))),
        each: (totalSeconds(some) / together) * filled(Math.max(passes(waiting), Math.min(waiting, stages))),
    };
}

/** Mean wait of a prompt for those before it: M/D/1, and never more than all the others. */
function waitSeconds(each: number, busy: number, others: number): number {
    return Math.min(others * each, (busy / (2 * (1 - busy))) * each);
}

function of(subject: Subject, load: Load): Performance {
    const { apart } = subject.replica;
    return apart === undefined ? together(subject, load) : separate(subject, load, apart);
}

function together(subject: Subject, load: Load): Performance {
    const machine = machineFor(subject);
    const decode = decodeStep(subject, machine, load.concurrency, load.inputTokens + load.outputTokens / 2);
    const prefill = prefillOf(subject, machine, load);
    const rankSequences = Math.ceil(load.concurrency / subject.replica.dataParallel);
    const perToken = totalSeconds(decode) / acceptedTokens(subject.replica.draftTokens ?? 0);
    const decoding = perToken * load.outputTokens;
    const others = (rankSequences - 1) * prefill.each;
    const tpotSeconds = perToken + others / load.outputTokens;
    const busy = (others + prefill.each) / (others + prefill.each + decoding);
    const ttftSeconds =
        totalSeconds(prefill.alone) + totalSeconds(decode) + waitSeconds(prefill.each, busy, rankSequences - 1);
    return performanceOf(load, ttftSeconds, tpotSeconds, load.concurrency / (prefill.each + others + decoding), {
        decode,
        prefill: prefill.alone,
    });
}

/** Prefill and decode on groups of their own: each group as a replica that does one thing. */
function separate(subject: Subject, load: Load, apart: NonNullable<Replica["apart"]>): Performance {
    const group = (layout: typeof apart.decode): Subject => ({
        ...subject,
        replica: { ...subject.replica, ...layout },
    });
    const decodeGroup = group(apart.decode);
    const prefillGroup = group(apart.prefill);
    const decodeMachine = machineFor(decodeGroup);
    const prefillMachine = machineFor(prefillGroup);
    const sequences = Math.ceil(load.concurrency / apart.decodeGroups);
    const decode = decodeStep(decodeGroup, decodeMachine, sequences, load.inputTokens + load.outputTokens / 2);
    const perToken = totalSeconds(decode) / acceptedTokens(subject.replica.draftTokens ?? 0);
    const decoding = perToken * load.outputTokens;
    const prefillers = apart.prefillGroups * apart.prefill.dataParallel;
    const arriving = Math.max(1, Math.ceil(load.concurrency / apart.prefillGroups));
    const prefill = prefillOf(prefillGroup, prefillMachine, { ...load, concurrency: arriving });
    const sharing = Math.max(1, load.concurrency / prefillers);
    const residence = residenceSeconds(prefill.each, decoding, sharing);
    const move = transferSeconds(prefillGroup, prefillMachine, load.inputTokens);
    return performanceOf(
        load,
        totalSeconds(prefill.alone) + residence - prefill.each + move + totalSeconds(decode),
        perToken,
        load.concurrency / (residence + decoding),
        { decode, prefill: prefill.alone },
    );
}

/**
 * Seconds at a station with one server, waiting included, when so many customers go round between it and a station where
 * nobody waits: Schweitzer's approximation of mean value analysis. The rate never exceeds that of the slower of the two.
 * @param service seconds of the server for one customer.
 * @param elsewhere seconds of a customer at the other station.
 * @param customers that share the server; 1 or more.
 */
export function residenceSeconds(service: number, elsewhere: number, customers: number): number {
    const crowded = customers * service - elsewhere;
    return (crowded + Math.sqrt(crowded ** 2 + 4 * service * elsewhere)) / 2;
}

/** KV cache of a prompt from its prefill group to the one that decodes, through the ports of one GPU's share. */
function transferSeconds(subject: Subject, machine: Machine, tokens: number): number {
    const bytes = (heldBytes(subject, tokens) * subject.model.layers) / subject.replica.pipelineParallel;
    const perSecond =
        machine.fabricBytesPerSecond > 0 ? machine.fabricBytesPerSecond : machine.linkExchangeBytesPerSecond;
    return machine.exchangeSeconds + bytes / perSecond;
}

function performanceOf(
    load: Load,
    ttftSeconds: number,
    tpotSeconds: number,
    requestsPerSecond: number,
    steps: { readonly decode: StepSeconds; readonly prefill: StepSeconds },
): Performance {
    return {
        ...load,
        ttftSeconds,
        tpotSeconds,
        requestsPerSecond,
        inputTokensPerSecond: requestsPerSecond * load.inputTokens,
        outputTokensPerSecond: requestsPerSecond * load.outputTokens,
        decodeStep: steps.decode,
        prefill: steps.prefill,
    };
}
