import type { Catalogue } from "../../../catalog";
import { everyPlan } from "../evaluate";
import { groupsOf } from "../groups";
import type { ServingPlan } from "../plan";
import type { FitRequest } from "../request";

/**
 * Attention data parallel degrees to try: the site's own; else none, and for mixtures of experts powers of two up to all
 * GPUs. Copies of a dense model are replicas, which the search counts anyway.
 */
function dataDegrees(request: FitRequest, catalogue: Catalogue): readonly number[] {
    if (request.dataParallel !== undefined) {
        return [request.dataParallel];
    }
    const experts = catalogue.models[request.model]?.experts ?? 0;
    const gpus = request.hosts * request.gpusPerHost;
    const powers = [2, 4, 8, 16, 32, 64, 128, 256, 512].filter(power => power <= gpus);
    return experts === 0 || (request.redundantExperts ?? 0) > 0 ? [1] : [1, ...powers];
}

/**
 * Every plan of one group that fits a request: tensor, pipeline and attention data parallel with expert parallel, on one
 * host or several. In an order that depends on the request alone: first what `fit` would take.
 */
export function groupPlans(request: FitRequest, catalogue: Catalogue): readonly ServingPlan[] {
    const both = request.dataParallel !== undefined && request.pipelineParallel !== undefined;
    return dataDegrees(request, catalogue)
        .flatMap(dataParallel => everyPlan({ ...request, dataParallel }, catalogue))
        .filter(plan => both || plan.dataParallel === 1 || plan.pipelineParallel === 1);
}

/** What tells one plan from another, e.g. `1x8 tp8 pp1 dp1`. */
export const planKey = (plan: ServingPlan): string =>
    groupsOf(plan)
        .map(
            ({ role, groups, layout }) =>
                `${role} ${groups} of ${layout.hosts}x${layout.gpusPerHost} tp${layout.tensorParallel} pp${layout.pipelineParallel} dp${layout.dataParallel}`,
        )
        .join(", ");
