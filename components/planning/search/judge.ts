import type { Catalogue } from "../../../catalog";
import type { Objectives, SitePrices, Traffic } from "../../site/serving";
import type { SiteModel } from "../../site/site";
import { type Capacity, type CapacityProblem, capacityOf, type Cost, costOf, requestSeconds } from "../capacity";
import { gpusOfReplica, hostsOfReplica } from "../groups";
import type { ServingPlan } from "../plan";
import type { Pool } from "../pool";
import type { Performance } from "../speed";
import { speedOf } from "./load";

/** A plan that keeps the site's objectives, with what it takes and costs. */
export interface Judged {
    readonly plan: ServingPlan;
    readonly curve: readonly Performance[];
    readonly capacity: Capacity;
    /** Replicas that the traffic needs, headroom included; or the site's own number. */
    readonly replicas: number;
    /** Unset: a price is not known. */
    readonly cost?: Cost;
    /** Why there is no cost: the prices that are missing. */
    readonly missingPrices: readonly string[];
}

/** A plan that keeps the objectives at no load. */
export interface Missed {
    readonly plan: ServingPlan;
    readonly problem: CapacityProblem;
}

/** A model whose traffic is known. */
export interface Asked {
    readonly model: SiteModel;
    readonly traffic: Traffic;
    readonly pool: Pool;
    readonly prices?: SitePrices;
    /** Part of the site's model updates that this model pays, 0 to 1. */
    readonly updatesShare: number;
    readonly catalogue: Catalogue;
}

/** What a plan does at the site's traffic; undefined where nothing is known of its speed. */
export function judge(plan: ServingPlan, asked: Asked): Judged | Missed | undefined {
    const { model, traffic, pool, catalogue } = asked;
    const curve = speedOf(plan, model, pool, traffic, catalogue);
    const hostGpus = pool.gpu?.count ?? 0;
    const { objectives } = model;
    const capacity = capacityOf({
        plan,
        curve,
        traffic,
        hostGpus,
        ...(objectives === undefined ? {} : { objectives }),
    });
    if (capacity === undefined) {
        return undefined;
    }
    if ("missed" in capacity) {
        return { plan, problem: capacity };
    }
    const replicas = model.replicasGiven === false ? capacity.needed + capacity.headroom : model.replicas;
    return { ...withReplicas({ plan, curve, capacity, replicas, missingPrices: [] }, replicas, asked) };
}

/** The same with another number of replicas, and what that costs. */
export function withReplicas(judged: Judged, replicas: number, { traffic, pool, prices, updatesShare }: Asked): Judged {
    const { plan, curve, capacity } = judged;
    const cost = costOf({
        plan,
        replicas,
        traffic,
        hostGpus: pool.gpu?.count ?? 0,
        updatesShare,
        ...(prices === undefined ? {} : { prices }),
    });
    return "missing" in cost
        ? { plan, curve, capacity, replicas, missingPrices: cost.missing }
        : { plan, curve, capacity, replicas, cost, missingPrices: [] };
}

/** GPUs of all replicas. */
export const gpusOf = ({ plan, replicas }: Judged): number => replicas * gpusOfReplica(plan);

/** What plans are ranked by, the smaller the better. Cost is that of tokens, or of GPUs where a price is missing. */
function measure(judged: Judged, rankBy: Objectives["rankBy"], priced: boolean): number {
    switch (rankBy) {
        case "cost":
            return priced ? (judged.cost?.perMillionTokens ?? Infinity) : gpusOf(judged);
        case "latency":
            return requestSeconds(judged.capacity.operatingPoint);
        case "gpus":
            return gpusOf(judged);
    }
}

/** Groups of a replica of which a plan is made: what is simpler to run goes first among equals. */
const complexity = ({ apart, dataParallel, pipelineParallel }: ServingPlan): number =>
    (apart === undefined ? 0 : 4) + (pipelineParallel > 1 ? 2 : 0) + (dataParallel > 1 ? 1 : 0);

/** Plans by the site's objective, the best first; equals by GPUs, hosts, simplicity and seconds a request. */
export function ranked(all: readonly Judged[], rankBy: Objectives["rankBy"]): readonly Judged[] {
    const priced = all.every(({ cost }) => cost !== undefined);
    const keys = (one: Judged): readonly number[] => [
        measure(one, rankBy, priced),
        gpusOf(one),
        hostsOfReplica(one.plan),
        complexity(one.plan),
        requestSeconds(one.capacity.operatingPoint),
    ];
    return all
        .map((one, place) => ({ one, keys: [...keys(one), place] }))
        .sort((a, b) => compareAll(a.keys, b.keys))
        .map(({ one }) => one);
}

/** Numbers that differ by less than a part in 10⁹ are equal: what arithmetic on fractions leaves is no reason. */
function compareAll(a: readonly number[], b: readonly number[]): number {
    for (const [index, left] of a.entries()) {
        const right = b[index] ?? 0;
        if (Math.abs(left - right) > 1e-9 * Math.max(Math.abs(left), Math.abs(right))) {
            return left - right;
        }
    }
    return 0;
}
