import type { Source } from "../../../catalog";

/** A number that no data sheet has: fitted on what is named, and nowhere else. */
export interface Calibrated {
    readonly value: number;
    readonly unit: string;
    readonly source: Source;
}

const calibrated = (value: number, unit: string, where: string, date = "2026-11"): Calibrated => ({
    value,
    unit,
    source: { where, date },
});
const measured = "bench/planner/measured/h200.json";

/** How nearly reading and computing overlap within a kernel: see `overlapSeconds`. */
export const overlapExponent = calibrated(3, "", `${measured}: dense and experts at 128 to 4096 tokens`);

/** A product's start and end, beside its bytes and operations: filling and draining of the GPU. */
export const productSeconds = calibrated(8e-6, "s", `${measured}: dense, head and attention-decode at one sequence`);

/** The same of an elementwise kernel: norm, quantisation, rotation, choice of experts. */
export const elementwiseSeconds = calibrated(2e-6, "s", `${measured}: the same pieces; 1.5 for the smallest kernel`);

/** The same of attention over a cache, its combination of parts included. */
export const attentionSeconds = calibrated(14e-6, "s", `${measured}: attention-decode-core, FlashMLA`);

/** The search of a grouped product for its next expert, for each that the GPU has. */
export const expertSeconds = calibrated(0.06e-6, "s", `${measured}: experts at one token, 256 slices of an expert`);

/** Rows that an expert's last tile has too many, in the mean. */
export const tileRows = calibrated(64, "rows", "DeepGEMM's tiles of 64 rows in decode and 128 in prefill");

/** Kernels of one layer, by what is in it. */
export interface Kernels {
    readonly products: number;
    readonly elementwise: number;
    readonly attention: number;
}

/**
 * Counted in vLLM's and SGLang's models of DeepSeek-V3 and Llama: FP8 products with quantisation of their own.
 * Compressed attention is counted by its parts, and none of it was measured.
 */
export const kernelsOf: Readonly<Record<"mla" | "gqa" | "compressed" | "dense" | "mixture", Kernels>> = {
    mla: { products: 5, elementwise: 9, attention: 1 },
    gqa: { products: 2, elementwise: 3, attention: 1 },
    compressed: { products: 8, elementwise: 14, attention: 2 },
    dense: { products: 2, elementwise: 3, attention: 0 },
    mixture: { products: 5, elementwise: 9, attention: 0 },
};

/**
 * Share of those starts that is left in an engine: second streams, fused kernels and launches ahead hide the others.
 * Fitted on 8 sequences of that sweep, R1 on 8 × H200 with SGLang 0.5.7; its 16, 32 and 64 sequences are not fitted.
 */
export const startsShare = calibrated(0.54, "share", "SemiAnalysisAI/InferenceX#870: 12.8 ms a token", "2026-03");

/**
 * A small all-reduce over two hosts by NCCL: what is left of 23.3 ms a token of one sequence, R1 on 16 × H100 with tensor
 * parallel 16, over 122 all-reduces.
 */
export const fabricReduceSeconds = calibrated(137e-6, "s", "tenstorrent/tt-inference-server#356", "2025-07");

/** Share of a GPU's processors that is left for computing while DeepEP moves a prefill's tokens: 24 of 132 are not. */
export const computingShare = calibrated(108 / 132, "share", "deepseek-ai/DeepEP docs/legacy.md, set_num_sms(24)");

/**
 * What a step takes when experts are spread over hosts, over what its pieces take: the others wait for the rank with the
 * most tokens. The mean of what the pieces alone exceed four published figures by: those of LMSYS (96 × H100) and of
 * RTP-LLM (H800), prefill and decode each, as bench/planner/anchors.ts has them.
 */
export const slowestRank = calibrated(
    1.48,
    "times",
    "lmsys.org/blog/2025-05-05-large-scale-ep; RTP-LLM DeepSeek Reproduce Tech Report",
);

/** Tokens of one prefill pass on one rank: longer prompts go in several. */
export const passTokens = calibrated(8192, "tokens", "docs.vllm.ai, --max-num-batched-tokens, usual on large GPUs");

/** Share of first proposed tokens that the model accepts: the lower end of 85 to 90 %. */
export const firstDraftAccepted = calibrated(0.85, "share", "DeepSeek-V3 technical report, arXiv 2412.19437, 5.4.3");

/**
 * Share of each further proposed token that is accepted, when the one before was: with 4 tokens it gives the length of
 * 2.55 tokens a step that the GLM-5 report measured for DeepSeek-V3.2.
 */
export const furtherDraftAccepted = calibrated(0.48, "share", "GLM-5 technical report, arXiv 2602.15763, table 2");

/** Tokens that one step yields of one sequence: its own, and the proposed ones that are accepted. */
export function acceptedTokens(draftTokens: number): number {
    const first = firstDraftAccepted.value;
    const further = furtherDraftAccepted.value;
    return Array.from({ length: draftTokens }, (_, place) => first * further ** place).reduce(
        (all, one) => all + one,
        1,
    );
}
