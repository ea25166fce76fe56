import { catalogue as shipped, type Catalogue } from "../../catalog";
import { fabricRefusals } from "../fabric/host";
import { hugepagesGiB } from "../site/host-fields";
import type { Problem as SiteProblem } from "../site/problem";
import type { Site, SiteHost, SiteModel } from "../site/site";
import { driverRefusals } from "./driver";
import { fit, refusalOf } from "./fit";
import type { ModelPlan, Refusal, ServingPlan, SitePlan } from "./plan";
import type { Problem } from "./request";
import { gigabytes, hardware, listOf, plural } from "./words";

/** A model service that cannot be had as the site wants it. */
export interface ServiceRefusal {
    /** Service name. */
    readonly service: string;
    readonly refusal: Refusal;
}

/** The plan of a site, or every reason that there is none: services that cannot be had, and layers that do not fit. */
export type SitePlanning =
    | { readonly plan: SitePlan }
    | { readonly refusals: readonly ServiceRefusal[]; readonly problems: readonly SiteProblem[] };

/**
 * Plans every model of a site on its pool, and counts GPUs over all models that share a pool. Every refusal of the site
 * is returned at once; a plan only where there is none.
 */
export function planSite(site: Site, catalogue: Catalogue = shipped): SitePlanning {
    const planned = site.models.map(model => ({ model, result: planModel(site, model, catalogue) }));
    const refusals = planned.flatMap(({ model, result }) =>
        "refusal" in result ? [{ service: model.name, refusal: result.refusal }] : [],
    );
    const models = planned.flatMap(({ result }) => ("plan" in result ? [result.plan] : []));
    const crowded = place(site, models);
    const problems = [...driverRefusals(site), ...fabricRefusals(site)];
    return refusals.length + crowded.length + problems.length > 0
        ? { refusals: [...refusals, ...crowded], problems }
        : { plan: { site: site.name, models: models.map(plan => withSharing(plan, models)) } };
}

/** Each model of a site beside its plan, in the site's order. */
export function planned(
    site: Site,
    plan: SitePlan,
): readonly { readonly model: SiteModel; readonly plan: ModelPlan }[] {
    return site.models.flatMap(model => {
        const own = plan.models.find(({ name }) => name === model.name);
        return own === undefined ? [] : [{ model, plan: own }];
    });
}

/** What a model service can span today. `fit` itself plans several hosts; a site is offered only what it can have. */
const hostsAReplica = 1;

type ModelResult = { readonly plan: ModelPlan } | { readonly refusal: Refusal };

function planModel(site: Site, model: SiteModel, catalogue: Catalogue): ModelResult {
    const pool = site.hosts.filter(host => host.pool === model.pool);
    const [first] = pool;
    const problem = first === undefined ? emptyPool(site, model) : mixedPool(model, pool);
    if (first === undefined || problem !== undefined) {
        return { refusal: refusalOf(problem ?? emptyPool(site, model), []) };
    }
    // Huge pages are nobody's who does not ask for them.
    const memories = pool.flatMap(host =>
        host.memoryGiB === undefined ? [] : Math.max(0, host.memoryGiB - Math.ceil(hugepagesGiB(host))),
    );
    const result = fit(
        {
            model: model.model,
            precision: model.precision,
            engine: model.engine,
            gpusPerHost: first.gpu?.count ?? 0,
            hosts: hostsAReplica,
            mostHosts: hostsAReplica,
            contextTokens: model.contextTokens,
            concurrency: model.concurrency,
            ...(first.gpu === undefined ? {} : { gpu: first.gpu.model }),
            ...(model.tensorParallel === undefined ? {} : { tensorParallel: model.tensorParallel }),
            ...(memories.length === 0 ? {} : { hostMemoryGiB: Math.min(...memories) }),
            ...(pool.some(host => hugepagesGiB(host) > 0) ? { hugepages: true } : {}),
        },
        catalogue,
    );
    if (!result.fits) {
        return { refusal: result.refusal };
    }
    const { plan } = result;
    return {
        plan: {
            ...plan,
            warnings: [...plan.warnings, ...pageCacheWarning(plan, memories)],
            name: model.name,
            pool: model.pool,
            replicas: model.replicas,
            candidates: pool.map(host => host.name),
            ...(pool.every(({ node }) => node !== undefined) ? { labelled: true } : {}),
            ...(gated(site, pool) ? { gated: true } : {}),
        },
    };
}

/** Whether every host of a pool gets the label of a node that has passed its gate. */
function gated({ acceptance }: Pick<Site, "acceptance">, pool: readonly SiteHost[]): boolean {
    return acceptance?.gates === true && pool.every(({ managed, node }) => managed && node !== undefined);
}

function emptyPool(site: Site, model: SiteModel): Problem {
    const pools = [...new Set(site.hosts.map(host => host.pool))];
    return {
        limit: "hosts",
        needed: `hosts in the pool ${model.pool}`,
        available: "none",
        because: `the pool ${model.pool} of ${model.name} has no hosts`,
        advice: pools.length === 0 ? "the site has no hosts" : `the site's pools are ${listOf(pools, "and")}`,
    };
}

function mixedPool(model: SiteModel, pool: readonly SiteHost[]): Problem | undefined {
    const kinds = [...new Set(pool.map(host => (host.gpu ? hardware(host.gpu.model, host.gpu.count, 1) : "no GPU")))];
    return kinds.length < 2
        ? undefined
        : {
              limit: "hosts",
              needed: "hosts of one kind in a pool",
              available: listOf(kinds, "and"),
              because: `the pool ${model.pool} of ${model.name} mixes ${listOf(kinds, "and")}`,
              advice: "give each kind of host a pool of its own",
          };
}

/** docs of vLLM: weights are read ahead only where the page cache can hold them, at 90 % of main memory. */
function pageCacheWarning(plan: ServingPlan, memoriesGiB: readonly number[]): readonly string[] {
    const hostGB = Math.min(...memoriesGiB) * 1.073741824;
    const perHostGB = plan.weightsGB;
    return plan.gpusPerHost > 0 && hostGB * 0.9 < perHostGB
        ? [`Loading will be slow: ${gigabytes(perHostGB)} of weights do not fit into 90 % of a host's main memory.`]
        : [];
}

/** Puts every replica on hosts, the widest first, and refuses what finds no room. */
function place(site: Site, models: readonly ModelPlan[]): readonly ServiceRefusal[] {
    const free = new Map(site.hosts.map(host => [host.name, host.gpu?.count ?? 0]));
    const width = (plan: ModelPlan): number => plan.hosts * plan.gpusPerHost;
    const refused = new Map<string, Refusal>();
    for (const plan of models.filter(one => one.gpusPerHost > 0).sort((a, b) => width(b) - width(a))) {
        const placed = Array.from({ length: plan.replicas }).filter(() => placeReplica(plan, free)).length;
        if (placed < plan.replicas) {
            refused.set(plan.name, crowded(site, models, plan, placed));
        }
    }
    return models.flatMap(({ name }) => {
        const refusal = refused.get(name);
        return refusal === undefined ? [] : [{ service: name, refusal }];
    });
}

/** Takes the fullest hosts that still have room, so that whole hosts stay free. */
function placeReplica(plan: ModelPlan, free: Map<string, number>): boolean {
    const room = plan.candidates
        .filter(name => (free.get(name) ?? 0) >= plan.gpusPerHost)
        .sort((a, b) => (free.get(a) ?? 0) - (free.get(b) ?? 0))
        .slice(0, plan.hosts);
    if (room.length < plan.hosts) {
        return false;
    }
    room.forEach(name => free.set(name, (free.get(name) ?? 0) - plan.gpusPerHost));
    return true;
}

/**
 * A scheduler may put each replica of a narrower model on a host of its own. Warns where that would leave too few whole
 * hosts for a model that needs them.
 */
function withSharing(plan: ModelPlan, models: readonly ModelPlan[]): ModelPlan {
    const narrower = models.filter(
        one => one.pool === plan.pool && one.gpusPerHost > 0 && one.gpusPerHost < plan.gpusPerHost,
    );
    const spoilt = narrower.reduce((sum, one) => sum + one.hosts * one.replicas, 0);
    const names = listOf(
        narrower.map(one => one.name),
        "and",
    );
    return spoilt === 0 || plan.candidates.length - spoilt >= plan.hosts * plan.replicas
        ? plan
        : {
              ...plan,
              warnings: [
                  ...plan.warnings,
                  `${plan.name} fits beside ${names} only where their replicas share hosts, which Kubernetes does not promise: give ${plan.name} a pool of its own.`,
              ],
          };
}

function crowded(site: Site, models: readonly ModelPlan[], plan: ModelPlan, placed: number): Refusal {
    const pool = site.hosts.filter(host => host.pool === plan.pool);
    const gpus = pool.reduce((sum, host) => sum + (host.gpu?.count ?? 0), 0);
    const others = models.filter(one => one.pool === plan.pool && one.name !== plan.name && one.gpusPerHost > 0);
    const needed = `${plural(plan.replicas, "replica")} of ${hardware(plan.gpu, plan.gpusPerHost, plan.hosts)}`;
    const shared =
        others.length === 0
            ? ""
            : ` shared with ${listOf(
                  others.map(one => one.name),
                  "and",
              )}`;
    const available = `${plural(pool.length, "host")} with ${gpus} GPUs${shared}`;
    return refusalOf(
        {
            limit: "hosts",
            needed,
            available,
            because: `${plan.name} needs ${needed}, and the pool ${plan.pool} has ${available}`,
        },
        placed > 0 ? [plural(placed, "replica")] : [],
    );
}
