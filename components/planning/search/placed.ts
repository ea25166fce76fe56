import type { Site, SiteHost, SiteModel } from "../../site/site";
import type { ModelPlan, ServingPlan } from "../plan";
import type { Pool } from "../pool";
import { gigabytes } from "../words";

/** A replica's plan as that of a model service: how many, and on which hosts. */
export function placedOn(site: Site, model: SiteModel, pool: Pool, plan: ServingPlan, replicas: number): ModelPlan {
    return {
        ...plan,
        warnings: [...plan.warnings, ...pageCacheWarning(plan, pool)],
        name: model.name,
        pool: model.pool,
        replicas,
        candidates: pool.hosts.map(host => host.name),
        ...(pool.hosts.every(({ node }) => node !== undefined) ? { labelled: true } : {}),
        ...(gated(site, pool.hosts) ? { gated: true } : {}),
    };
}

/** Whether every host of a pool gets the label of a node that has passed its gate. */
function gated({ acceptance }: Pick<Site, "acceptance">, pool: readonly SiteHost[]): boolean {
    return acceptance?.gates === true && pool.every(({ managed, node }) => managed && node !== undefined);
}

/** docs of vLLM: weights are read ahead only where the page cache can hold them, at 90 % of main memory. */
function pageCacheWarning(plan: ServingPlan, { hostMemoryGiB = Infinity }: Pool): readonly string[] {
    const hostGB = hostMemoryGiB * 1.073741824;
    return plan.gpusPerHost > 0 && hostGB * 0.9 < plan.weightsGB
        ? [
              `Loading will be slow: ${gigabytes(plan.weightsGB)} of weights do not fit into 90 % of a host's main memory.`,
          ]
        : [];
}
