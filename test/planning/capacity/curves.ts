import fc from "fast-check";
import type { Performance, StepSeconds } from "../../../components/planning/speed/types";
import type { Traffic } from "../../../components/site/serving";

const nothing: StepSeconds = { attention: 0, feedForward: 0, head: 0, communication: 0, overhead: 0 };

/** Speed at one concurrency, in the shape that rooflines have: a step is a fixed part and a part for every sequence. */
export function performanceAt(
    concurrency: number,
    { fixed = 0.02, each = 0.0005, prefill = 0.2, inputTokens = 2000, outputTokens = 500 } = {},
): Performance {
    const tpotSeconds = fixed + each * concurrency;
    const ttftSeconds = prefill + 0.01 * concurrency;
    const requestsPerSecond = concurrency / (ttftSeconds + tpotSeconds * (outputTokens - 1));
    return {
        concurrency,
        inputTokens,
        outputTokens,
        prefixCacheHitRate: 0,
        ttftSeconds,
        tpotSeconds,
        requestsPerSecond,
        inputTokensPerSecond: requestsPerSecond * inputTokens,
        outputTokensPerSecond: requestsPerSecond * outputTokens,
        decodeStep: { ...nothing, attention: tpotSeconds },
        prefill: { ...nothing, attention: prefill },
    };
}

/** A curve at powers of two up to 128. */
export const curve = (shape: Parameters<typeof performanceAt>[1] = {}): readonly Performance[] =>
    [1, 2, 4, 8, 16, 32, 64, 128].map(concurrency => performanceAt(concurrency, shape));

/** Some traffic. */
export const traffic: Traffic = {
    dailyRequests: 100_000,
    peakFactor: 3,
    inputTokens: 2000,
    outputTokens: 500,
    prefixCacheHitRate: 0.3,
};

/** Any traffic of the same lengths. */
export const anyTraffic: fc.Arbitrary<Traffic> = fc
    .record({
        dailyRequests: fc.integer({ min: 1, max: 100_000_000 }),
        peakFactor: fc.double({ min: 1, max: 50, noNaN: true }),
        prefixCacheHitRate: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(some => ({ ...traffic, ...some }));

/** Any curve of the shape above. */
export const anyCurve = fc
    .record({
        fixed: fc.double({ min: 0.002, max: 0.1, noNaN: true }),
        each: fc.double({ min: 0.00001, max: 0.01, noNaN: true }),
        prefill: fc.double({ min: 0.01, max: 5, noNaN: true }),
    })
    .map(curve);
