import type { Catalogue } from "../../../catalog";
import type { SiteModel } from "../../site/site";
import { layoutOf } from "../groups";
import { sequenceBytesPerGpu } from "../memory";
import type { ServingPlan } from "../plan";
import type { Pool } from "../pool";
import { curve, type Load, type Performance, type Replica } from "../speed";

/** How long prompts and answers are: a load whose concurrency is still open. */
export type Lengths = Omit<Load, "concurrency">;

/**
 * Lengths that speed is told for where a site says no traffic: 1,024 tokens of prompt and of answer, the first of the
 * mixes that InferenceMAX measures (SemiAnalysis, github.com/InferenceMAX), or half of the context each.
 */
export function usualLengths(contextTokens: number): Lengths {
    const tokens = Math.max(1, Math.min(1024, Math.floor(contextTokens / 2)));
    return { inputTokens: tokens, outputTokens: tokens, prefixCacheHitRate: 0 };
}

/** Sequences that an engine takes at once unless it is told: vLLM's `max_num_seqs` on large GPUs, engine/arg_utils.py. */
const engineSequences = 1024;

/** Sequences that one replica may serve at the same time: the site's number, or what an engine takes on each rank. */
export function mostSequences(model: SiteModel, plan: ServingPlan): number {
    const ranks = plan.apart === undefined ? plan.dataParallel : plan.apart.decodeGroups * plan.dataParallel;
    return model.concurrencyGiven === false ? engineSequences * ranks : model.concurrency;
}

/**
 * Sequences of a length that the KV cache of a replica holds at once. Prompts that share their beginning take less:
 * that is not counted on.
 */
export function sequencesThatFit(plan: ServingPlan, tokens: number, catalogue: Catalogue): number {
    const model = catalogue.models[plan.model];
    if (model === undefined) {
        return 0;
    }
    const layout = layoutOf(plan);
    const { contextTokens, dataParallel } = plan;
    const bytesPerToken = sequenceBytesPerGpu(model, layout, contextTokens, plan) / contextTokens;
    const bytesPerRank = (plan.kvCacheTokens / dataParallel) * bytesPerToken;
    const perRank = Math.floor(bytesPerRank / sequenceBytesPerGpu(model, layout, tokens, plan));
    return perRank * dataParallel * (plan.apart?.decodeGroups ?? 1);
}

/** Numbers of sequences to ask the speed of: powers of √2, whole, and the most there can be. */
export function concurrencies(most: number): readonly number[] {
    const powers = Array.from({ length: 61 }, (_, index) => Math.round(2 ** (index / 2)));
    return most < 1 ? [] : [...new Set([...powers.filter(power => power < most), most])];
}

/** A plan as the roofline sees it. */
export function replicaOf(plan: ServingPlan, { fabric }: Pool): Replica {
    const { model, precision, gpu, draftTokens, kvCache, redundantExperts, apart } = plan;
    return {
        ...layoutOf(plan),
        model,
        precision,
        gpu,
        ...(draftTokens === undefined ? {} : { draftTokens }),
        ...(kvCache === undefined ? {} : { kvCache }),
        ...(redundantExperts === undefined ? {} : { redundantExperts }),
        ...(apart === undefined ? {} : { apart }),
        ...(fabric === undefined ? {} : { fabric }),
    };
}

/** Speed of one replica by concurrency, as far as its KV cache and its engine go. Empty where speed is not known. */
export function speedOf(
    plan: ServingPlan,
    model: SiteModel,
    pool: Pool,
    lengths: Lengths,
    catalogue: Catalogue,
): readonly Performance[] {
    if (plan.gpusPerHost === 0) {
        return [];
    }
    const most = Math.min(
        mostSequences(model, plan),
        sequencesThatFit(plan, lengths.inputTokens + lengths.outputTokens, catalogue),
    );
    // Traffic says more than lengths, and what is told of speed says no more than they.
    const { inputTokens, outputTokens, prefixCacheHitRate } = lengths;
    const load = { inputTokens, outputTokens, prefixCacheHitRate };
    return curve(replicaOf(plan, pool), load, concurrencies(most), catalogue);
}
