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

/**
 * Pairs of a prefill and a decode layout with numbers of groups for each. Which ratio suits the lengths of prompts and
 * answers is what the speed of each pair shows: all ratios up to 4 to 4 that share no divisor are tried.
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
    const best = (measure: "prefill" | "decode"): readonly ServingPlan[] =>
        [...speeds]
            .sort((a, b) => b[measure] - a[measure])
            .slice(0, mostLayouts)
            .map(({ plan }) => plan);
    const there = pool.hosts.length * (pool.gpu?.count ?? 0);
    return best("prefill").flatMap(prefill =>
        best("decode").flatMap(decode =>
            ratios
                .map(([prefillGroups, decodeGroups]) => pair(prefill, decode, prefillGroups, decodeGroups))
                .filter((plan, index) => index === 0 || gpusOfReplica(plan) <= there),
        ),
    );
}

const oneTo = Array.from({ length: mostGroups }, (_, index) => index + 1);

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** Numbers of prefill and decode groups without a common divisor; 1 to 1 is the first. */
const ratios: readonly (readonly [number, number])[] = oneTo.flatMap(prefill =>
    oneTo.filter(decode => divisor(prefill, decode) === 1).map(decode => [prefill, decode] as const),
);

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
