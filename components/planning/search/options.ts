import type { Objectives } from "../../site/serving";
import type { Site, SiteModel } from "../../site/site";
import type { ModelPlan, ServingPlan } from "../plan";
import type { Pool } from "../pool";
import { count, plural } from "../words";
import { type Asked, type Judged, withReplicas } from "./judge";
import { placedOn } from "./placed";
import { chosenPlan, runnerUp } from "./told";

/** Plans that the chosen one is told beside. */
const mostRunnersUp = 3;

/** What all options of a service share. */
export interface Options {
    readonly site: Site;
    readonly asked: Asked;
    readonly warnings: readonly string[];
    readonly rankBy: Objectives["rankBy"];
    /** All plans that are told beside the chosen one. */
    readonly beside: readonly Judged[];
    /** Replicas that there may be at most. */
    readonly allowed: number;
}

/** Each plan with all of its headroom, the best first; then each with less and less of it. */
export function options(context: Options, enough: readonly Judged[]): readonly ModelPlan[] {
    const { asked, allowed } = context;
    const fixed = asked.model.replicasGiven !== false;
    const sizes = enough.map(judged => {
        const { needed, headroom } = judged.capacity;
        const floor = asked.model.scaling?.minReplicas ?? 1;
        const most = fixed ? judged.replicas : Math.min(allowed, Math.max(floor, needed + headroom));
        const least = fixed ? judged.replicas : Math.max(floor, needed);
        return Array.from({ length: most - least + 1 }, (_, fewer) => withReplicas(judged, most - fewer, asked));
    });
    const variants = [...sizes.flatMap(all => all.slice(0, 1)), ...sizes.flatMap(all => all.slice(1))];
    return variants.map((judged, index) => option(context, judged, index === 0));
}

function option({ site, asked, warnings, rankBy, beside }: Options, judged: Judged, best: boolean): ModelPlan {
    const { model, pool } = asked;
    const { capacity, replicas, missingPrices } = judged;
    const concurrency =
        model.concurrencyGiven === false ? capacity.operatingPoint.concurrency : judged.plan.concurrency;
    const plan: ServingPlan = {
        ...judged.plan,
        concurrency,
        warnings: [...judged.plan.warnings, ...warnings, ...loadWarnings(judged, pool)],
    };
    const barred = (one: Judged): boolean => one.plan.apart !== undefined && judged.plan.apart === undefined;
    const others = beside.filter(one => one.plan !== judged.plan).slice(0, mostRunnersUp);
    const apart = beside.filter(one => barred(one) && !others.includes(one)).slice(0, 1);
    const told = [...others.slice(0, mostRunnersUp - apart.length), ...apart];
    const assumed = missingPrices.length === 0 || rankBy !== "cost" ? [] : [unpriced(model, missingPrices)];
    return {
        ...placedOn(site, model, pool, { ...plan, warnings: [...plan.warnings, ...assumed] }, replicas),
        chosen: chosenPlan({ ...judged, plan }, beside.length, rankBy, best),
        runnersUp: told.map(one => runnerUp(one, judged, rankBy, barred(one))),
    };
}

const unpriced = ({ name }: SiteModel, missing: readonly string[]): string =>
    `${name} is ranked by GPUs instead of cost, and no cost is reckoned: the catalogue and the site do not say ${missing.join(" and ")}.`;

function loadWarnings({ capacity, replicas, plan }: Judged, pool: Pool): readonly string[] {
    const { needed, headroom } = capacity;
    const spare = replicas - needed;
    return [
        ...(spare < headroom
            ? [
                  `The loss of one host may end ${plural(headroom, "replica")}, and ${spare === 0 ? "none is" : `only ${count(spare)} ${spare === 1 ? "is" : "are"}`} beyond the ${count(needed)} that the busiest time needs.`,
              ]
            : []),
        ...(plan.apart !== undefined && !pool.joined
            ? ["KV caches go from prefill to decode without InfiniBand or RoCE: that is slow."]
            : []),
    ];
}
