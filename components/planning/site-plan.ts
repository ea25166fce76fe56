import { catalogue as shipped, type Catalogue } from "../../catalog";
import { fabricRefusals } from "../fabric/host";
import type { Problem as SiteProblem } from "../site/problem";
import type { Site, SiteModel } from "../site/site";
import { driverRefusals } from "./driver";
import { planModel } from "./model-plan";
import { placementRefusals, type ServiceRefusal, withSharing } from "./placement";
import type { ModelPlan, SitePlan } from "./plan";

export type { ServiceRefusal };

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
    const crowded = placementRefusals(site, models);
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
