import type { Objectives, Traffic } from "../../site/serving";
import type { PrefillDecode } from "../plan";
import type { Layout } from "../memory";
import type { Performance } from "../speed/types";
import { type Missed, operatingPoint, requestSeconds } from "./operating-point";
import type { Capacity } from "./types";

/** What is asked. */
export interface CapacityRequest {
    readonly plan: ReplicaShape;
    /** Speed of one replica by concurrency, no further than its KV cache goes. */
    readonly curve: readonly Performance[];
    readonly traffic: Traffic;
    readonly objectives?: Objectives;
    /** GPUs of one host of the pool; 0 where hosts have none. */
    readonly hostGpus: number;
}

/** As much of a plan as says how many hosts and GPUs a replica takes. */
export type ReplicaShape = Pick<Layout, "hosts" | "gpusPerHost"> & { readonly apart?: PrefillDecode };

/** Why no load of the plan keeps the site's objectives. */
export interface CapacityProblem {
    readonly missed: Missed;
    /** The speed that comes nearest: the floor of this plan. */
    readonly floor: Performance;
}

/** GPUs of one replica, over all its groups. */
export function replicaGpus({ hosts, gpusPerHost, apart }: ReplicaShape): number {
    return apart === undefined
        ? hosts * gpusPerHost
        : apart.prefillGroups * replicaGpus(apart.prefill) + apart.decodeGroups * replicaGpus(apart.decode);
}

/** Requests a second at the busiest time: daily requests / 86,400 × peak factor. */
export const peakRequestsPerSecond = ({ dailyRequests, peakFactor }: Traffic): number =>
    (dailyRequests / 86_400) * peakFactor;

/**
 * How many replicas a model's traffic needs. Undefined where the curve has no points: nothing is known of its speed.
 *
 * Sequences at a time are λ·t (Little), with t from the plan's own speed at the operating point. A replica holds the
 * operating point's, and answers its requests a second; the scarcer of the two decides.
 */
export function capacityOf(request: CapacityRequest): Capacity | CapacityProblem | undefined {
    const found = operatingPoint(request.curve, request.objectives);
    if (found === undefined || "missed" in found) {
        return found;
    }
    const { point } = found;
    const lambda = peakRequestsPerSecond(request.traffic);
    const concurrentSequences = wholeUp(lambda * requestSeconds(point));
    const needed = Math.max(
        1,
        wholeUp(lambda / point.requestsPerSecond),
        wholeUp(concurrentSequences / point.concurrency),
    );
    return {
        peakRequestsPerSecond: lambda,
        concurrentSequences,
        operatingPoint: point,
        needed,
        headroom: Math.min(needed, replicasOnAHost(request)),
        surgeGpus: replicaGpus(request.plan),
    };
}

/** Replicas that the loss of one host may end: as many as have a part on it, where its GPUs are all taken. */
function replicasOnAHost({ plan, hostGpus }: CapacityRequest): number {
    const groups = plan.apart === undefined ? [plan] : [plan.apart.prefill, plan.apart.decode];
    const narrowest = Math.min(...groups.map(({ gpusPerHost }) => gpusPerHost));
    return narrowest === 0 ? 1 : Math.max(1, Math.floor(hostGpus / narrowest));
}

/** ⌈x⌉, forgiving what arithmetic on fractions leaves: 3.0000000000000004 is 3. */
const wholeUp = (value: number): number => Math.ceil(value * (1 - 1e-12));
