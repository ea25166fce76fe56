import type { SiteModel } from "../../site/site";
import type { Catalogue } from "../../../catalog";
import { gpusOfReplica, layoutOf } from "../groups";
import type { ServingPlan } from "../plan";
import type { Pool } from "../pool";
import { keeps } from "../capacity";
import type { Performance, StepSeconds } from "../speed";
import { type Lengths, speedOf } from "./load";

/** Groups of one role that one replica has at most. Larger services have more replicas. */
const mostGroups = 4;
/** Ratios of groups that are compared for one pair of layouts, beside 1 to 1. */
const mostRatios = 4;

/**
 * Pairs of a prefill and a decode layout with numbers of groups for each: 1 to 1, and the ratios up to 4 to 4 that are
 * nearest to where both kinds of groups answer as many requests a second, each by itself.
 * @param groups plans of one group, each of which may do either.
 * @param mostLayouts layouts of each role that pairs are made of: the best by tokens a GPU.
 */
export function apartPlans(
    groups: readonly ServingPlan[],
    model: SiteModel,
    pool: Pool,
    lengths: Lengths,
    catalogue: Catalogue,
    mostLayouts: number,
): readonly ServingPlan[] {
    const speeds = groups.map(plan => {
        const curve = speedOf(pair(plan, plan, 1, 1), model, pool, lengths, catalogue);
        return { plan, prefill: promptsAGpu(plan, curve), decode: answersAGpu(plan, curve, model) };
    });
    if (groups.length > 0 && speeds.every(({ prefill }) => prefill === 0)) {
        const [first] = groups;
        return first === undefined ? [] : [pair(first, first, 1, 1)];
    }
    const best = (measure: "prefill" | "decode"): readonly Speeds[] =>
        [...speeds].sort((a, b) => b[measure] - a[measure]).slice(0, mostLayouts);
    const there = pool.hosts.length * (pool.gpu?.count ?? 0);
    return best("prefill").flatMap(prefill =>
        best("decode").flatMap(decode =>
            ratiosNear(prefillNeed(prefill, decode, lengths))
                .map(([prefillGroups, decodeGroups]) => pair(prefill.plan, decode.plan, prefillGroups, decodeGroups))
                .filter((plan, index) => index === 0 || gpusOfReplica(plan) <= there),
        ),
    );
}

/** A layout with what one group of it does, a GPU: prompts a second, and tokens of answers a second. */
interface Speeds {
    readonly plan: ServingPlan;
    readonly prefill: number;
    readonly decode: number;
}

/** Prefill groups that keep one decode group busy. */
const prefillNeed = (prefill: Speeds, decode: Speeds, { outputTokens }: Lengths): number =>
    (decode.decode * gpusOfReplica(layoutOf(decode.plan))) /
    outputTokens /
    (prefill.prefill * gpusOfReplica(layoutOf(prefill.plan)));

const oneTo = Array.from({ length: mostGroups }, (_, index) => index + 1);

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** Numbers of prefill and decode groups without a common divisor; 1 to 1 is the first. */
const ratios: readonly (readonly [number, number])[] = oneTo.flatMap(prefill =>
    oneTo.filter(decode => divisor(prefill, decode) === 1).map(decode => [prefill, decode] as const),
);

/** 1 to 1, and those nearest to a number of prefill groups for each decode group, by their factor from it. */
function ratiosNear(need: number): readonly (readonly [number, number])[] {
    const [even, ...others] = ratios;
    const distance = ([prefill, decode]: readonly [number, number]): number =>
        Math.abs(Math.log(prefill / decode) - Math.log(need));
    const nearest = [...others].sort((a, b) => distance(a) - distance(b)).slice(0, mostRatios);
    return even === undefined ? nearest : [even, ...nearest];
}

/** Two groups' layouts as one plan: what it says of memory is the decode groups'. */
function pair(prefill: ServingPlan, decode: ServingPlan, prefillGroups: number, decodeGroups: number): ServingPlan {
    return {
        ...decode,
        apart: { prefill: layoutOf(prefill), decode: layoutOf(decode), prefillGroups, decodeGroups },
    };
}

const sumOf = ({ attention, feedForward, head, communication, overhead }: StepSeconds): number =>
    attention + feedForward + head + communication + overhead;

/** Prompts a second of one group, a GPU: each of its ranks works on one at a time. */
function promptsAGpu(plan: ServingPlan, curve: readonly Performance[]): number {
    const loaded = curve.find(({ concurrency }) => concurrency >= plan.dataParallel) ?? curve.at(-1);
    return loaded === undefined ? 0 : plan.dataParallel / sumOf(loaded.prefill) / gpusOfReplica(layoutOf(plan));
}

/** Tokens of answers a second of one group, a GPU, at the highest load that keeps the promise of time a token. */
function answersAGpu(plan: ServingPlan, curve: readonly Performance[], { objectives }: SiteModel): number {
    const { tpotMilliseconds } = objectives ?? {};
    const promises = tpotMilliseconds === undefined ? {} : { tpotMilliseconds };
    const rates = curve
        .filter(point => keeps(point, promises))
        .map(({ concurrency, tpotSeconds }) => concurrency / tpotSeconds);
    return Math.max(0, ...rates) / gpusOfReplica(layoutOf(plan));
}
