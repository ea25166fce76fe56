import type { Machine } from "./machine";
import { distinctExperts, product, productSeconds, type Work } from "./parts";
import type { Subject } from "./subject";

/** Matrices of a gated feed-forward part: gate, up and down. */
const matrices = 3;

/** Ranks that share the routed experts of a layer out. */
export const expertRanks = ({ replica }: Subject): number =>
    replica.tensorParallel * (replica.expertParallel ? replica.dataParallel : 1);

/** Seconds of the dense feed-forward part of one layer on one GPU. */
export function denseSeconds(subject: Subject, machine: Machine, tokens: number): number {
    const { model, shape, replica, bytes, formats } = subject;
    const parameters = (matrices * shape.hidden * (model.denseInter ?? 0)) / replica.tensorParallel;
    return productSeconds(machine, product(parameters, bytes.feedForward, tokens, formats.feedForward));
}

/**
 * Routed experts of one layer on one GPU. With expert parallel a rank has whole experts and the tokens of all ranks
 * that chose them; without, a slice of every expert.
 * @param tokens of the whole replica in the step.
 */
export function routedWork(subject: Subject, tokens: number): Work {
    const { model, shape, replica, bytes, formats } = subject;
    const ranks = expertRanks(subject);
    const whole = matrices * shape.hidden * (model.moeInter ?? 0);
    const experts = model.experts + (replica.expertParallel ? (replica.redundantExperts ?? 0) : 0);
    const perGpu = replica.expertParallel
        ? { experts: experts / ranks, parameters: whole }
        : { experts, parameters: whole / ranks };
    const share = experts === 0 ? 0 : perGpu.experts / experts;
    return {
        bytes: distinctExperts(experts, shape.expertsPerToken, tokens) * share * perGpu.parameters * bytes.feedForward,
        operations: 2 * tokens * shape.expertsPerToken * share * perGpu.parameters,
        format: formats.feedForward,
        kernels: 2,
    };
}

/**
 * Seconds of the mixture of experts of one layer on one GPU: router, shared and routed experts.
 * @param rankTokens of this rank's own sequences.
 * @param tokens of the whole replica.
 */
export function mixtureSeconds(subject: Subject, machine: Machine, rankTokens: number, tokens: number): number {
    const { model, shape, replica, bytes, formats } = subject;
    const shared = (matrices * shape.hidden * (model.moeInter ?? 0) * shape.sharedExperts) / replica.tensorParallel;
    return (
        productSeconds(machine, product(shape.hidden * model.experts, 2, rankTokens, "bf16")) +
        productSeconds(machine, product(shared, bytes.attention, rankTokens, formats.attention)) +
        productSeconds(machine, routedWork(subject, tokens))
    );
}

/** Seconds of the vocabulary on one GPU; its weights stay in 16 bits. */
export function headSeconds({ shape, replica }: Subject, machine: Machine, tokens: number): number {
    return productSeconds(
        machine,
        product((shape.hidden * shape.vocabulary) / replica.tensorParallel, 2, tokens, "bf16"),
    );
}
