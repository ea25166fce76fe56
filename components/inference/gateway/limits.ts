import type { ModelPlan } from "../../planning/plan";
import type { Overload, SiteGateway } from "../../site/serving";
import type { SiteModel } from "../../site/site";

/**
 * What one of several copies of a gateway enforces of a limit that is for all of them. Clients are spread evenly, so all
 * together they let through the limit, and less than one more for each copy.
 */
export function share(limit: number, replicas: number): number {
    return Math.ceil(limit / Math.max(1, replicas));
}

/**
 * Requests that one copy of the gateway may have open at one replica of a model before the strategy of its overload
 * begins: those that the replica works on, and those that may wait there.
 */
export function mostOpen(
    plan: Pick<ModelPlan, "concurrency">,
    overload: Pick<Overload, "queueLength">,
    gatewayReplicas: number,
): number {
    return share(plan.concurrency + overload.queueLength, gatewayReplicas);
}

/** Bytes of one record, measured on the gateway of the local environment and rounded up. */
const RECORD_BYTES = 512;
/** Bytes of text a token: about 4 in English, and more where JSON escapes what is not. */
const TEXT_BYTES_PER_TOKEN = 8;
const GIB = 1024 ** 3;

/**
 * Room for the record of one copy of the gateway, in whole GiB, 1 at least. Without traffic in the site file nothing is
 * known: 10 GiB. Records are compressed when they are put aside, which is not counted on.
 */
export function auditGiB(
    { audit, replicas }: Pick<SiteGateway, "audit" | "replicas">,
    models: readonly SiteModel[],
): number {
    const traffic = models.flatMap(model => model.traffic ?? []);
    if (traffic.length < models.length || traffic.length === 0) {
        return 10;
    }
    const bytesADay = traffic.reduce((sum, { dailyRequests, inputTokens, outputTokens }) => {
        const text = audit.textReason === undefined ? 0 : (inputTokens + outputTokens) * TEXT_BYTES_PER_TOKEN;
        return sum + dailyRequests * (RECORD_BYTES + text);
    }, 0);
    return Math.max(1, Math.ceil((bytesADay * audit.retentionDays) / replicas / GIB));
}
