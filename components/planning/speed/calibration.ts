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

/** From the end of one kernel in a captured graph to full work in the next. */
export const kernelSeconds = calibrated(3e-6, "s", "chains of small kernels in one graph on H200, PyTorch 2.11");

/** Kernels of one layer, by what is in it: norms, quantisation, products, attention and its combination. */
export const kernelsOf = {
    mla: calibrated(14, "kernels", "vLLM and SGLang, DeepSeek-V3 with FlashMLA and DeepGEMM, by their source"),
    gqa: calibrated(5, "kernels", "vLLM, Llama with FlashAttention, by its source"),
    dense: calibrated(5, "kernels", "vLLM, gated feed-forward part, by its source"),
    mixture: calibrated(12, "kernels", "vLLM and SGLang, fused mixture of experts with a shared one, by their source"),
} as const;

/** What an engine does on the CPU between two steps, and the sampling of tokens, where it is not hidden. */
export const engineSeconds = calibrated(1e-3, "s", "taken; engines that schedule ahead hide most of it");

/** Tokens of one prefill pass on one rank: longer prompts go in several. */
export const passTokens = calibrated(8192, "tokens", "docs.vllm.ai, --max-num-batched-tokens, usual on large GPUs");

/** Share of first proposed tokens that the model accepts: the lower end of 85 to 90 %. */
export const firstDraftAccepted = calibrated(0.85, "share", "DeepSeek-V3 technical report, arXiv 2412.19437, 5.4.3");

/**
 * Share of each further proposed token that is accepted, when the one before was: with 4 tokens it gives the length of
 * 2.55 tokens a step that the GLM-5 report measured for DeepSeek-V3.2.
 */
export const furtherDraftAccepted = calibrated(0.53, "share", "GLM-5 technical report, arXiv 2602.15763, table 2");

/** Tokens that one step yields of one sequence: its own, and the proposed ones that are accepted. */
export function acceptedTokens(draftTokens: number): number {
    const first = firstDraftAccepted.value;
    const further = furtherDraftAccepted.value;
    return Array.from({ length: draftTokens }, (_, place) => first * further ** place).reduce(
        (all, one) => all + one,
        1,
    );
}
