import { planSite, type ModelPlan, type Refusal } from "../../../components/planning";
import type { Traffic } from "../../../components/site/serving";
import type { Site, SiteModel } from "../../../components/site/site";
import { gpuHosts, service, site } from "../sites";

/** 400,000 requests a day of 2,000 tokens in and 500 out, unless told otherwise. */
export const traffic = (rest: Partial<Traffic> = {}): Traffic => ({
    dailyRequests: 400_000,
    peakFactor: 3,
    inputTokens: 2000,
    outputTokens: 500,
    prefixCacheHitRate: 0.3,
    ...rest,
});

/** DeepSeek-R1 with traffic, whose replicas and sequences the planner finds, unless told otherwise. */
export const busy = (name: string, rest: Partial<SiteModel> = {}): SiteModel =>
    service(name, { traffic: traffic(), replicasGiven: false, concurrencyGiven: false, ...rest });

/** So many hosts of 8 GPUs in the pool `gpu`, joined by InfiniBand. */
export const joined = (hosts: number, gpu: string, models: readonly SiteModel[]): Site => ({
    ...site(gpuHosts(hosts, gpu), models),
    fabric: { kind: "infiniband", linkGbps: 400, rails: 8 },
});

/** The plans of a site that must be accepted. */
export function plansOf(of: Site): readonly ModelPlan[] {
    const result = planSite(of);
    if (!("plan" in result)) {
        throw new Error(result.refusals.map(one => one.refusal.sentence).join("\n"));
    }
    return result.plan.models;
}

/** The plan of the first model of a site that must be accepted. */
export function planned(of: Site): ModelPlan {
    const [first] = plansOf(of);
    if (first === undefined) {
        throw new Error("the site has no models");
    }
    return first;
}

/** The first refusal of a site that must be refused. */
export function refused(of: Site): Refusal {
    const result = planSite(of);
    const refusal = "refusals" in result ? result.refusals[0]?.refusal : undefined;
    if (refusal === undefined) {
        throw new Error("is not refused");
    }
    return refusal;
}
