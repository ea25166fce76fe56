import type { Catalogue } from "../../../catalog";
import type { Site, SiteModel } from "../../site/site";
import { evaluate } from "../evaluate";
import { layoutOf } from "../groups";
import { type Spread, withHosts } from "../hosts";
import type { ModelPlan, ServingPlan } from "../plan";
import { type Pool, poolOf } from "../pool";
import type { FitRequest, Problem } from "../request";
import { apartPlans } from "./apart";
import { type Asked, judge, type Judged, type Missed, ranked, withReplicas } from "./judge";
import { speedOf, usualLengths } from "./load";
import { options } from "./options";
import { placedOn } from "./placed";
import { plainPlan } from "./told";
import { groupPlans } from "./together";
import { trafficProblem } from "./traffic";

/** Why a service has no plan, before alternatives are looked for. */
export type Failure =
    | { readonly kind: "problem"; readonly problem: Problem; readonly request?: FitRequest }
    /** No plan keeps the objectives at any load. */
    | { readonly kind: "speed"; readonly asked: Asked; readonly missed: readonly Missed[] }
    /** The best plan needs more replicas than the site allows. */
    | { readonly kind: "capacity"; readonly asked: Asked; readonly least: Judged; readonly allowed: number };

/** Every way to have a service, the best first; or why there is none. Whether there is room for it is not asked. */
export type Service = { readonly options: readonly ModelPlan[] } | { readonly failure: Failure };

/** Plans that are followed up. */
const mostJudged = 16;
/** Layouts for prefill, and for decode, that are compared where they are to be apart. Unasked, the best of each. */
const mostLayouts = 3;

/**
 * The ways to have one model service of a site on its pool.
 * @param told whether plans are looked for that are only told beside the others: those with prefill and decode apart
 * where the site did not ask for them.
 */
export function serviceOf(site: Site, model: SiteModel, catalogue: Catalogue, told: boolean): Service {
    const pool = poolOf(site, model);
    if ("problem" in pool) {
        return { failure: { kind: "problem", problem: pool.problem } };
    }
    const spread = withHosts(model, pool, catalogue);
    const verdict = evaluate(spread.request, catalogue);
    if (spread.problem !== undefined || "problem" in verdict) {
        const problem = spread.problem ?? ("problem" in verdict ? verdict.problem : undefined);
        return problem === undefined
            ? { options: [] }
            : { failure: { kind: "problem", problem, request: spread.request } };
    }
    const { traffic } = model;
    const first = { ...verdict.plan, warnings: [...verdict.plan.warnings, ...spread.warnings] };
    if (traffic === undefined) {
        const plan = withGroups(first, model, pool, "says no traffic");
        const chosen = plainPlan(plan, speedOf(plan, model, pool, usualLengths(plan.contextTokens), catalogue));
        const option = placedOn(site, model, pool, plan, model.replicas);
        return { options: [{ ...option, ...(chosen === undefined ? {} : { chosen }) }] };
    }
    const problem = trafficProblem(model);
    if (problem !== undefined) {
        return { failure: { kind: "problem", problem } };
    }
    const { prices } = site;
    const updatesShare = 1 / site.models.length;
    const asked: Asked = { model, traffic, pool, catalogue, updatesShare, ...(prices === undefined ? {} : { prices }) };
    return searched(site, asked, spread, first, told);
}

/** All plans at the site's traffic, judged. Where nothing is known of any plan's speed, the first that fits. */
function searched(site: Site, asked: Asked, spread: Spread, first: ServingPlan, told: boolean): Service {
    const { model, traffic, pool, catalogue } = asked;
    const wanted = model.parallelism?.prefillDecode;
    // Where the planner finds the number of sequences, no plan has too little cache for the default one.
    const concurrency = model.concurrencyGiven === false && pool.gpu !== undefined ? 1 : spread.request.concurrency;
    const groups = groupPlans({ ...spread.request, concurrency }, catalogue);
    const cannot = pool.gpu === undefined || catalogue.engines[model.engine].cannot.apart !== undefined;
    const looked = wanted === "apart" || (wanted === undefined && told);
    const layouts = wanted === "apart" ? mostLayouts : 1;
    const apart = cannot || !looked ? [] : apartPlans(groups, model, pool, traffic, catalogue, layouts);
    const judgeAll = (plans: readonly ServingPlan[]): readonly (Judged | Missed)[] =>
        plans.flatMap(plan => judge(plan, asked) ?? []);
    const [mine, others] = wanted === "apart" ? [judgeAll(apart), []] : [judgeAll(groups), judgeAll(apart)];
    if (mine.length === 0) {
        const plan = withGroups(first, model, pool, "has a speed that nobody knows");
        const warning = `Nothing is known of the speed of ${model.model} on ${pool.gpu?.model ?? "CPUs"} as it is laid out: its replicas stand as the site says, without a look at its traffic.`;
        const unknown = { ...plan, warnings: [...plan.warnings, warning] };
        return { options: [placedOn(site, model, pool, unknown, model.replicas)] };
    }
    const rankBy = model.objectives?.rankBy ?? "cost";
    const judged = ranked(keeping(mine), rankBy).slice(0, mostJudged);
    if (judged.length === 0) {
        const missed = mine.flatMap(one => ("problem" in one ? [one] : []));
        return { failure: { kind: "speed", asked, missed } };
    }
    const allowed = model.replicasGiven === false ? (model.scaling?.maxReplicas ?? Infinity) : model.replicas;
    const enough = judged.filter(({ capacity }) => capacity.needed <= allowed);
    const [least] = [...judged].sort((a, b) => a.capacity.needed - b.capacity.needed);
    if (enough.length === 0 && least !== undefined) {
        return { failure: { kind: "capacity", asked, least, allowed } };
    }
    // Of what is only told, the site has not said how many there are to be.
    const own = keeping(others).map(one => withReplicas(one, one.capacity.needed + one.capacity.headroom, asked));
    const beside = [...enough, ...ranked(own, rankBy).slice(0, 1)];
    return { options: options({ site, asked, warnings: spread.warnings, rankBy, beside, allowed }, enough) };
}

const keeping = (all: readonly (Judged | Missed)[]): readonly Judged[] =>
    all.flatMap(one => ("capacity" in one ? [one] : []));

/** Prefill and decode apart where no speed tells their ratio: one group of each, laid out alike. */
function withGroups(plan: ServingPlan, model: SiteModel, pool: Pool, why: string): ServingPlan {
    if (model.parallelism?.prefillDecode !== "apart" || pool.gpu === undefined) {
        return plan;
    }
    const layout = layoutOf(plan);
    const warning = `${model.name} ${why}: it has as many prefill groups as decode groups, whatever clients ask.`;
    return {
        ...plan,
        apart: { prefill: layout, decode: layout, prefillGroups: 1, decodeGroups: 1 },
        warnings: [...plan.warnings, warning],
    };
}
