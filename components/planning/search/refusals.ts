import type { Catalogue } from "../../../catalog";
import type { Site, SiteModel } from "../../site/site";
import { alternatives } from "../alternatives";
import { evaluate } from "../evaluate";
import { refusalOf } from "../fit";
import { gpusTaken, replicaWords } from "../placement";
import type { ModelPlan, Refusal } from "../plan";
import type { Problem } from "../request";
import type { ServiceRefusal } from "../site-plan";
import { count, listOf, plural } from "../words";
import { type Change, fasterGpus, moreHosts, replicaPrice, thatWork, withModel } from "./changes";
import type { Failure } from "./service";
import type { Settled } from "./settle";
import { speedRefusal } from "./speed-refusal";

/** Alternatives that a refusal names. */
const mostAlternatives = 3;

/** Every refusal of a site, in its order, each with what to have instead and what that costs. */
export function refusalsOf(site: Site, settled: Settled, catalogue: Catalogue): readonly ServiceRefusal[] {
    return site.models.flatMap(model => {
        const failure = settled.failures.get(model.name);
        const placed = settled.crowded.get(model.name);
        const plan = settled.plans.find(({ name }) => name === model.name);
        const refusal =
            failure !== undefined
                ? failureRefusal(site, model, failure, catalogue)
                : placed !== undefined && plan !== undefined
                  ? crowdedRefusal(site, model, settled.plans, plan, placed, catalogue)
                  : undefined;
        return refusal === undefined ? [] : [{ service: model.name, refusal }];
    });
}

function failureRefusal(site: Site, model: SiteModel, failure: Failure, catalogue: Catalogue): Refusal {
    switch (failure.kind) {
        case "problem": {
            const found = failure.request === undefined ? [] : alternatives(failure.request, catalogue);
            const words = found.slice(0, mostAlternatives).map(({ request, words }) => {
                const verdict = evaluate(request, catalogue);
                return "plan" in verdict ? words + replicaPrice(verdict.plan, site, catalogue) : words;
            });
            return refusalOf(failure.problem, words);
        }
        case "speed":
            return speedRefusal(site, failure, catalogue);
        case "capacity":
            return capacityRefusal(site, model, failure, catalogue);
    }
}

/** Too few replicas for the traffic, by the plan that needs the fewest. */
function capacityRefusal(
    site: Site,
    model: SiteModel,
    { least, allowed }: Extract<Failure, { kind: "capacity" }>,
    catalogue: Catalogue,
): Refusal {
    const { needed, peakRequestsPerSecond, operatingPoint } = least.capacity;
    const rate = rateWords(peakRequestsPerSecond);
    const limit = model.replicasGiven === false ? "scaling.maxReplicas allows" : "the site has";
    const problem: Problem = {
        limit: "capacity",
        needed: plural(needed, "replica"),
        available: plural(allowed, "replica"),
        because:
            `${model.name} needs ${plural(needed, "replica")} of ${replicaWords(least.plan)} for ${rate} at its busiest, ` +
            `of which one replica answers ${perSecond(operatingPoint.requestsPerSecond)}, and ${limit} ${count(allowed)}`,
    };
    function* changes(): Generator<readonly Change[]> {
        const { scaling } = model;
        const more =
            model.replicasGiven === false && scaling !== undefined
                ? { ...model, scaling: { ...scaling, maxReplicas: needed } }
                : { ...model, replicas: needed };
        yield [{ words: plural(needed, "replica"), site: withModel(site, more) }];
        yield fewerRequests(site, model, allowed / needed);
        yield* fasterGpus(site, model.pool, catalogue);
    }
    return refusalOf(problem, thatWork(changes(), model, catalogue));
}

/** Too few hosts for all replicas of a pool. */
function crowdedRefusal(
    site: Site,
    model: SiteModel,
    models: readonly ModelPlan[],
    plan: ModelPlan,
    placed: number,
    catalogue: Catalogue,
): Refusal {
    const pool = site.hosts.filter(host => host.pool === plan.pool);
    const gpus = pool.reduce((sum, host) => sum + (host.gpu?.count ?? 0), 0);
    const others = models.filter(one => one.pool === plan.pool && one.name !== plan.name && one.gpusPerHost > 0);
    const needed = `${plural(plan.replicas, "replica")} of ${replicaWords(plan)}`;
    const names = listOf(
        others.map(one => one.name),
        "and",
    );
    const available = `${plural(pool.length, "host")} with ${gpus} GPUs${others.length === 0 ? "" : ` shared with ${names}`}`;
    const peak = plan.chosen?.capacity?.peakRequestsPerSecond;
    const purpose = peak === undefined || model.replicasGiven !== false ? "" : ` for ${rateWords(peak)} at its busiest`;
    const problem: Problem = {
        limit: "hosts",
        needed,
        available,
        because: `${plan.name} needs ${needed}${purpose}, and the pool ${plan.pool} has ${available}`,
    };
    if (model.traffic === undefined) {
        return refusalOf(problem, placed > 0 ? [plural(placed, "replica")] : []);
    }
    function* changes(): Generator<readonly Change[]> {
        yield fewerRequests(site, model, placed / plan.replicas);
        const all = [plan, ...others].reduce((sum, one) => sum + gpusTaken(one), 0);
        const least = Math.ceil(all / Math.max(1, pool[0]?.gpu?.count ?? 1));
        yield [0, 1, 2, 4].flatMap(more => moreHosts(site, plan.pool, least + more) ?? []);
        yield* fasterGpus(site, plan.pool, catalogue);
    }
    return refusalOf(problem, thatWork(changes(), model, catalogue));
}

/** Traffic that a part of the replicas answers, in round numbers below it. */
function fewerRequests(site: Site, model: SiteModel, share: number): readonly Change[] {
    const { traffic } = model;
    return [1, 0.75, 0.5].flatMap(part => {
        const dailyRequests = roundDown((traffic?.dailyRequests ?? 0) * share * part);
        return traffic === undefined || dailyRequests <= 0
            ? []
            : [
                  {
                      words: `${count(dailyRequests)} requests a day`,
                      site: withModel(site, { ...model, traffic: { ...traffic, dailyRequests } }),
                  },
              ];
    });
}

function roundDown(value: number): number {
    const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 1);
    return Math.floor(value / step) * step;
}

const perSecond = (rate: number): string => `${Number(rate.toPrecision(2))} a second`;

const rateWords = (rate: number): string => `${Number(rate.toPrecision(2))} requests a second`;
