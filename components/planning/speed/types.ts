import type { Layout } from "../memory";
import type { PrefillDecode } from "../plan";

/** What a replica works on: how many sequences at a time, and how long they are. */
export interface Load {
    /** Sequences that one replica serves at the same time. */
    readonly concurrency: number;
    /** Mean length of a prompt in tokens. */
    readonly inputTokens: number;
    /** Mean length of an answer in tokens. */
    readonly outputTokens: number;
    /** Share of prompt tokens found in the prefix cache, 0 to 1. */
    readonly prefixCacheHitRate: number;
}

/** A replica as the roofline sees it. */
export interface Replica extends Layout {
    /** Catalogue name of the model. */
    readonly model: string;
    readonly precision: string;
    /** Catalogue name of the GPU. */
    readonly gpu: string;
    /** Tokens that the draft layer proposes a step. Unset: 0. */
    readonly draftTokens?: number;
    /** Number format of the KV cache. Unset: `bf16`. */
    readonly kvCache?: "bf16" | "fp8";
    /** Line rate of one port between hosts, Gb/s, and ports a host. Unset: there is no fabric. */
    readonly fabric?: { readonly linkGbps: number; readonly rails: number };
    /** Routed experts that are held twice, over all ranks. Unset: 0. */
    readonly redundantExperts?: number;
    /** Prefill and decode on groups of their own. Unset: one group does both, as the layout says. */
    readonly apart?: PrefillDecode;
    /** Two half batches at a time, so that one computes while the other communicates. Unset: no. */
    readonly twoBatches?: boolean;
}

/** Where the time of a step goes, in seconds. They overlap nowhere: their sum is the step. */
export interface StepSeconds {
    /** Weights and KV cache read, or the arithmetic on them, whichever is longer, over all layers. */
    readonly attention: number;
    readonly feedForward: number;
    /** Vocabulary and embedding. */
    readonly head: number;
    /** All-reduce and all-to-all. */
    readonly communication: number;
    /** Launching kernels, and the engine's own work between steps. */
    readonly overhead: number;
}

/** What one replica does at one load. */
export interface Performance extends Load {
    readonly ttftSeconds: number;
    /** Seconds a token after the first, of one sequence. */
    readonly tpotSeconds: number;
    /** Prompt tokens a second of the whole replica, cached ones counted. */
    readonly inputTokensPerSecond: number;
    readonly outputTokensPerSecond: number;
    readonly requestsPerSecond: number;
    readonly decodeStep: StepSeconds;
    /** Prefill of one prompt of the mean length. */
    readonly prefill: StepSeconds;
}
