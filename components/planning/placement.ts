import type { Site } from "../site/site";
import { type Group, gpusOfReplica, groupsOf } from "./groups";
import type { ModelPlan } from "./plan";
import { hardware, listOf, plural } from "./words";

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
