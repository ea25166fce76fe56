import type { ModelPlan } from "../../planning/plan";
import type { Site, SiteModel } from "../../site/site";

/** A model with its plan. */
export interface PlannedModel {
    readonly model: SiteModel;
    readonly plan: ModelPlan;
}

/** Replicas of a model that there are at least, whatever is asked of it. */
export function leastReplicas({ model, plan }: PlannedModel): number {
    return model.scaling?.minReplicas ?? plan.replicas;
}

/**
 * Replicas of a model that its pool holds beside the least of all others there. A model without GPUs is bounded by the
 * main memory of the hosts, where the site says it, and by nothing otherwise.
 */
export function mostReplicas(
    site: Pick<Site, "hosts">,
    models: readonly PlannedModel[],
    { plan }: PlannedModel,
): number {
    const hosts = site.hosts.filter(({ pool }) => pool === plan.pool);
    const others = models.filter(each => each.plan.pool === plan.pool && each.plan.name !== plan.name);
    const takenGpus = sum(others.map(each => leastReplicas(each) * each.plan.hosts * each.plan.gpusPerHost));
    if (plan.gpusPerHost > 0) {
        // Whole slots: what is left of a host beside a replica helps no other.
        const slots = sum(hosts.map(({ gpu }) => Math.floor((gpu?.count ?? 0) / plan.gpusPerHost)));
        const takenSlots = Math.ceil(takenGpus / plan.gpusPerHost);
        return Math.max(0, Math.floor((slots - takenSlots) / plan.hosts));
    }
    const takenGiB = sum(others.map(each => leastReplicas(each) * each.plan.hosts * each.plan.hostMemoryGiB));
    const memories = hosts.flatMap(({ memoryGiB }) => memoryGiB ?? []);
    return memories.length < hosts.length || plan.hostMemoryGiB <= 0
        ? Number.POSITIVE_INFINITY
        : Math.max(0, Math.floor((sum(memories) - takenGiB) / plan.hostMemoryGiB / plan.hosts));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
