import type { Model } from "../../catalog";
import type { Layout } from "./memory";

/** What an engine holds in a GPU besides weights and cache, with where its size is from. */
export interface Overhead {
    readonly name: string;
    readonly gb: number;
    readonly source: string;
}

/** kaito-project/kaito nodesestimator: 2.3 GiB, and 2 % + 5 % of the weights on the GPU. */
const ruleBaseGB = 2.47;
const ruleShare = 0.07;

/** Tokens of one prefill pass of a rank: docs.vllm.ai, --max-num-batched-tokens, usual on large GPUs. */
const passTokens = 8192;
/** Tokens of a rank that go to experts in one exchange: vLLM's VLLM_MOE_DP_CHUNK_SIZE, vllm/envs.py. */
const exchangedTokens = 256;

/** Bytes of an activation: 16 bits. */
const activationBytes = 2;

/**
 * What is counted by name on the fullest GPU: graphs, activations of one prefill pass, and buffers of the exchange with
 * experts on other ranks. A model without a shape has graphs alone.
 */
function counted(model: Model, layout: Layout): readonly Overhead[] {
    const { shape, experts, moeInter = 0, denseInter = 0 } = model;
    const graphs = {
        name: "graphs",
        gb: 1.07,
        source: "vllm-project/vllm, gpu_model_runner: captured graphs take 1 to 3 GiB a GPU; the least",
    };
    if (shape === undefined) {
        return [graphs];
    }
    const { hidden, expertsPerToken, vocabulary } = shape;
    const width = layout.expertParallel ? moeInter : moeInter / layout.tensorParallel;
    const mixture = expertsPerToken * (Math.max(2 * width, hidden) + width);
    const dense = (3 * denseInter) / layout.tensorParallel + 2 * hidden;
    const pass = passTokens * Math.max(mixture, dense) * activationBytes;
    const logits = (exchangedTokens * vocabulary * 4) / layout.tensorParallel;
    return [
        graphs,
        {
            name: "activations",
            gb: (pass + logits) / 1e9,
            source: `${passTokens} tokens through the widest layer: workspaces of vllm-project/vllm fused_moe.py, 16 bits`,
        },
        ...(layout.expertParallel
            ? [{ name: "expert exchange", gb: exchangeBytes(hidden, experts) / 1e9, source: exchangeSource }]
            : []),
    ];
}

const exchangeSource = `deepseek-ai/DeepEP csrc/legacy/config.hpp, LowLatencyLayout, with ${exchangedTokens} tokens a rank`;

/** Two send and two receive buffers, each with room for every expert's messages of all tokens. */
function exchangeBytes(hidden: number, experts: number): number {
    const scales = hidden / 128;
    const message = Math.max(16 + hidden * 2, scales * 4 + hidden * 2);
    return 4 * experts * exchangedTokens * message;
}

/**
 * What an engine needs besides weights and cache, by name. Together they are the rule of thumb of 2.3 GiB and 7 % of the
 * weights, or what is counted by name where that is more; the reserve is what the rule leaves for all that has no name:
 * the context, libraries' own buffers, fragmentation.
 */
export function overheadParts(model: Model, layout: Layout, weightsGB: number): readonly Overhead[] {
    const named = counted(model, layout);
    const namedGB = named.reduce((sum, { gb }) => sum + gb, 0);
    const ruleGB = ruleBaseGB + ruleShare * weightsGB;
    return [
        ...named,
        {
            name: "reserve",
            gb: Math.max(0, ruleGB - namedGB),
            source: "kaito-project/kaito nodesestimator: 2.3 GiB and 7 % of the weights in all",
        },
    ];
}
