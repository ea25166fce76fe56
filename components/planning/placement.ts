import type { Site } from "../site/site";
import { refusalOf } from "./fit";
import { type Group, gpusOfReplica, groupsOf } from "./groups";
import type { ModelPlan, Refusal } from "./plan";
import { hardware, listOf, plural } from "./words";

/** A model service that cannot be had as the site wants it. */
export interface ServiceRefusal {
    /** Service name. */
    readonly service: string;
    readonly refusal: Refusal;
}

/** What placing reads of a plan. */
export type Placed = Pick<
    ModelPlan,
    | "name"
    | "pool"
    | "gpu"
    | "replicas"
    | "candidates"
    | "apart"
    | "hosts"
    | "gpusPerHost"
    | "tensorParallel"
    | "pipelineParallel"
    | "dataParallel"
    | "expertParallel"
>;

/** Puts every replica on hosts, the widest first, and tells of those that find no room how many replicas do. */
export function withoutRoom(site: Site, models: readonly Placed[]): ReadonlyMap<string, number> {
    const free = new Map(site.hosts.map(host => [host.name, host.gpu?.count ?? 0]));
    const width = (plan: Placed): number => Math.max(...groupsOf(plan).map(({ layout }) => gpusOf(layout)));
    const missing = new Map<string, number>();
    for (const plan of models.filter(one => one.gpusPerHost > 0).sort((a, b) => width(b) - width(a))) {
        const placed = Array.from({ length: plan.replicas }).filter(() => placeReplica(plan, free)).length;
        if (placed < plan.replicas) {
            missing.set(plan.name, placed);
        }
    }
    return missing;
}

const gpusOf = (layout: Group["layout"]): number => layout.hosts * layout.gpusPerHost;

/** Places all groups of one replica, the widest first, or none. */
function placeReplica(plan: Placed, free: Map<string, number>): boolean {
    const after = new Map(free);
    const fits = groupsOf(plan)
        .flatMap(({ layout, groups }) => Array.from({ length: groups }, () => layout))
        .sort((a, b) => gpusOf(b) - gpusOf(a))
        .every(layout => placeGroup(plan.candidates, layout, after));
    if (fits) {
        after.forEach((gpus, name) => free.set(name, gpus));
    }
    return fits;
}

/** Takes the fullest hosts that still have room, so that whole hosts stay free. */
function placeGroup(candidates: readonly string[], layout: Group["layout"], free: Map<string, number>): boolean {
    const room = candidates
        .filter(name => (free.get(name) ?? 0) >= layout.gpusPerHost)
        .sort((a, b) => (free.get(a) ?? 0) - (free.get(b) ?? 0))
        .slice(0, layout.hosts);
    if (room.length < layout.hosts) {
        return false;
    }
    room.forEach(name => free.set(name, (free.get(name) ?? 0) - layout.gpusPerHost));
    return true;
}

/** Refusals of all models that find no room, in the site's order. */
export function placementRefusals(site: Site, models: readonly ModelPlan[]): readonly ServiceRefusal[] {
    const missing = withoutRoom(site, models);
    return models.flatMap(plan => {
        const placed = missing.get(plan.name);
        return placed === undefined ? [] : [{ service: plan.name, refusal: crowded(site, models, plan, placed) }];
    });
}

/** One replica as sentences name it: `2 hosts of 8 × H200`, or groups of prefill and decode. */
export function replicaWords(plan: Pick<Placed, "gpu" | "apart"> & Group["layout"]): string {
    return listOf(
        groupsOf(plan).map(({ role, layout, groups }) => {
            const place = hardware(plan.gpu, layout.gpusPerHost, layout.hosts);
            return role === "both" ? place : `${plural(groups, `${role} group`)} of ${place}`;
        }),
        "and",
    );
}

function crowded(site: Site, models: readonly ModelPlan[], plan: ModelPlan, placed: number): Refusal {
    const pool = site.hosts.filter(host => host.pool === plan.pool);
    const gpus = pool.reduce((sum, host) => sum + (host.gpu?.count ?? 0), 0);
    const others = models.filter(one => one.pool === plan.pool && one.name !== plan.name && one.gpusPerHost > 0);
    const needed = `${plural(plan.replicas, "replica")} of ${replicaWords(plan)}`;
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

/**
 * A scheduler may put each replica of a narrower model on a host of its own. Warns where that would leave too few whole
 * hosts for a model that needs them.
 */
export function withSharing(plan: ModelPlan, models: readonly ModelPlan[]): ModelPlan {
    const hostsTaken = (one: ModelPlan): number =>
        one.replicas * groupsOf(one).reduce((sum, { layout, groups }) => sum + groups * layout.hosts, 0);
    const narrower = models.filter(
        one => one.pool === plan.pool && one.gpusPerHost > 0 && one.gpusPerHost < plan.gpusPerHost,
    );
    const spoilt = narrower.reduce((sum, one) => sum + hostsTaken(one), 0);
    const names = listOf(
        narrower.map(one => one.name),
        "and",
    );
    return spoilt === 0 || plan.candidates.length - spoilt >= hostsTaken(plan)
        ? plan
        : {
              ...plan,
              warnings: [
                  ...plan.warnings,
                  `${plan.name} fits beside ${names} only where their replicas share hosts, which Kubernetes does not promise: give ${plan.name} a pool of its own.`,
              ],
          };
}

/** GPUs that all replicas of a model take. */
export const gpusTaken = (plan: Placed): number => plan.replicas * gpusOfReplica(plan);
