import { catalogue as shipped, type Catalogue } from "../../catalog";
import { fabricRefusals } from "../fabric/host";
import type { Problem as SiteProblem } from "../site/problem";
import type { Site, SiteModel } from "../site/site";
import { driverRefusals } from "./driver";
import { withSharing } from "./placement";
import type { ModelPlan, Refusal, SitePlan } from "./plan";
import { refusalsOf } from "./search/refusals";
import { settle } from "./search/settle";

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
 *
 * A model with traffic has the plan that is best by its objectives, of all that there is room for; one without has the
 * fewest hosts and GPUs that hold it.
 */
export function planSite(site: Site, catalogue: Catalogue = shipped): SitePlanning {
    const settled = settle(site, catalogue);
    const refusals = refusalsOf(site, settled, catalogue);
    const problems = [...driverRefusals(site), ...fabricRefusals(site)];
    const { plans } = settled;
    return refusals.length + problems.length > 0
        ? { refusals, problems }
        : { plan: { site: site.name, models: plans.map(plan => withSharing(plan, plans)) } };
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
