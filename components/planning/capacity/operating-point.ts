import type { Objectives } from "../../site/serving";
import type { Performance, StepSeconds } from "../speed/types";

/** Which promise no load keeps. */
export type Missed = "ttft" | "tpot" | "both";

/** The load to run a replica at, or the promise that none keeps and the speed that is nearest to it. */
export type OperatingPoint = { readonly point: Performance } | { readonly missed: Missed; readonly floor: Performance };

type Promises = Pick<Objectives, "ttftSeconds" | "tpotMilliseconds">;

/** Seconds that a request takes, from its arrival to its last token. */
export const requestSeconds = ({
    ttftSeconds,
    tpotSeconds,
    outputTokens,
}: Pick<Performance, "ttftSeconds" | "tpotSeconds" | "outputTokens">): number =>
    ttftSeconds + tpotSeconds * Math.max(0, outputTokens - 1);

/**
 * The load with the most requests a second that keeps all promises; between two points of the curve speed is taken to
 * change in a straight line. Undefined for a curve without points.
 */
export function operatingPoint(curve: readonly Performance[], promises: Promises = {}): OperatingPoint | undefined {
    const rising = [...curve].sort((a, b) => a.concurrency - b.concurrency);
    const kept = rising.flatMap((point, index) => {
        if (!keeps(point, promises)) {
            return [];
        }
        const next = rising[index + 1];
        return next === undefined || keeps(next, promises) ? [point] : [point, furthest(point, next, promises)];
    });
    const [first, ...others] = kept;
    if (first !== undefined) {
        return {
            point: others.reduce((best, one) => (one.requestsPerSecond > best.requestsPerSecond ? one : best), first),
        };
    }
    const soonest = least(rising, point => point.ttftSeconds);
    const quickest = least(rising, point => point.tpotSeconds);
    if (soonest === undefined || quickest === undefined) {
        return undefined;
    }
    const late = !keepsTtft(soonest, promises);
    const slow = !keepsTpot(quickest, promises);
    return late === slow
        ? { missed: "both", floor: soonest }
        : late
          ? { missed: "ttft", floor: soonest }
          : { missed: "tpot", floor: quickest };
}

const keepsTtft = ({ ttftSeconds }: Performance, promises: Promises): boolean =>
    ttftSeconds <= (promises.ttftSeconds ?? Infinity);

const keepsTpot = ({ tpotSeconds }: Performance, promises: Promises): boolean =>
    tpotSeconds * 1000 <= (promises.tpotMilliseconds ?? Infinity);

/** Whether a load keeps every promise. */
export const keeps = (point: Performance, promises: Promises): boolean =>
    keepsTtft(point, promises) && keepsTpot(point, promises);

/** The highest whole concurrency from one point, which keeps the promises, to the next, which does not. */
function furthest(from: Performance, to: Performance, promises: Promises): Performance {
    let [low, high] = [from.concurrency, to.concurrency];
    while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (keeps(between(from, to, middle), promises)) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low === from.concurrency ? from : between(from, to, low);
}

/** Speed at a concurrency between two points, on the straight line through them. */
function between(from: Performance, to: Performance, concurrency: number): Performance {
    const share = (concurrency - from.concurrency) / (to.concurrency - from.concurrency);
    const mix = (a: number, b: number): number => a + (b - a) * share;
    const steps = (a: StepSeconds, b: StepSeconds): StepSeconds => ({
        attention: mix(a.attention, b.attention),
        feedForward: mix(a.feedForward, b.feedForward),
        head: mix(a.head, b.head),
        communication: mix(a.communication, b.communication),
        overhead: mix(a.overhead, b.overhead),
    });
    return {
        ...from,
        concurrency,
        ttftSeconds: mix(from.ttftSeconds, to.ttftSeconds),
        tpotSeconds: mix(from.tpotSeconds, to.tpotSeconds),
        inputTokensPerSecond: mix(from.inputTokensPerSecond, to.inputTokensPerSecond),
        outputTokensPerSecond: mix(from.outputTokensPerSecond, to.outputTokensPerSecond),
        requestsPerSecond: mix(from.requestsPerSecond, to.requestsPerSecond),
        decodeStep: steps(from.decodeStep, to.decodeStep),
        prefill: steps(from.prefill, to.prefill),
    };
}

function least<T>(all: readonly T[], measure: (one: T) => number): T | undefined {
    return all.reduce<T | undefined>(
        (best, one) => (best === undefined || measure(one) < measure(best) ? one : best),
        undefined,
    );
}
