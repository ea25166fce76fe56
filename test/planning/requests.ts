import { fit } from "../../components/planning";
import type { FitRequest, Refusal, ServingPlan } from "../../components/planning";

/** DeepSeek-R1 in FP8 by vLLM on one host of 8 × H200 with 32,768 tokens, unless told otherwise. */
export const asked = (rest: Partial<FitRequest> = {}): FitRequest => ({
    model: "deepseek-r1",
    precision: "fp8",
    engine: "vllm",
    gpu: "H200",
    gpusPerHost: 8,
    hosts: 1,
    contextTokens: 32_768,
    concurrency: 4,
    ...rest,
});

/** The plan of a request that must fit. */
export function planOf(rest: Partial<FitRequest> = {}): ServingPlan {
    const result = fit(asked(rest));
    if (!result.fits) {
        throw new Error(`refused: ${result.refusal.sentence}`);
    }
    return result.plan;
}

/** The refusal of a request that must not fit. */
export function refusalOf(rest: Partial<FitRequest> = {}): Refusal {
    const result = fit(asked(rest));
    if (result.fits) {
        throw new Error(`fits: ${JSON.stringify(result.plan)}`);
    }
    return result.refusal;
}
