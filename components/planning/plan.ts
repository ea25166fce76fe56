import type { EngineName } from "../site/site";
import type { Capacity, Cost } from "./capacity/types";
import type { Layout } from "./memory";
import type { Performance } from "./speed/types";

/** How one replica of a model is laid out, and what that leaves. Sizes in GB are 10⁹ bytes. */
export interface ServingPlan extends Layout {
    /** Catalogue name of the model. */
    readonly model: string;
    readonly precision: string;
    readonly engine: EngineName;
    /** Catalogue name of the GPU; `cpu` where the engine runs without one. */
    readonly gpu: string;
    /** Weights of the whole model. */
    readonly weightsGB: number;
    /** Weights on the fullest GPU. */
    readonly weightsPerGpuGB: number;
    /** Share of GPU memory that the engine may take, 0 to 1. */
    readonly memoryUtilisation: number;
    readonly kvCacheBytesPerToken: number;
    /** Tokens that fit into the KV cache of one replica, all sequences together. */
    readonly kvCacheTokens: number;
    readonly contextTokens: number;
    readonly concurrency: number;
    /** Main memory that the container asks for. */
    readonly hostMemoryGiB: number;
    /** CPU cores that the container asks for; may be a fraction. */
    readonly cpuCores: number;
    /** What is allowed but worth knowing, a sentence each. */
    readonly warnings: readonly string[];
    /** Tokens that the model's draft layer proposes a step. Unset: 0. */
    readonly draftTokens?: number;
    /** Routed experts that are held twice, over all ranks. Unset: 0. */
    readonly redundantExperts?: number;
    /** Number format of the KV cache. Unset: `bf16`. */
    readonly kvCache?: "bf16" | "fp8";
    /** Prefill and decode on groups of their own. Unset: one group does both. */
    readonly apart?: PrefillDecode;
}

/** A replica whose prefill and decode are on groups of their own. Each group is laid out as `Layout` says. */
export interface PrefillDecode {
    readonly prefill: Layout;
    readonly decode: Layout;
    /** Groups of each kind in one replica. */
    readonly prefillGroups: number;
    readonly decodeGroups: number;
}

/** A plan with what it does and costs at the site's traffic. */
export interface RankedPlan {
    readonly plan: ServingPlan;
    /** Replicas that `cost` is of. Unset: nothing is known of speed. */
    readonly replicas?: number;
    /** Unset: the model's shape or the GPU's limits are not in the catalogue, or the site says no traffic. */
    readonly capacity?: Capacity;
    readonly cost?: Cost;
    /** Speed of one replica by concurrency, rising. */
    readonly curve: readonly Performance[];
    /** Why it is where it is among the others, in a sentence. */
    readonly because: string;
}

/** Why something cannot work: the limit, both numbers, and the nearest plans that fit. */
export interface Refusal {
    /**
     * `memory`, `tensor-parallel`, `number-format`, `kv-cache`, `context`, `engine`, `link`, `hosts`, `speed` (no load
     * keeps the objectives), `capacity` (too few replicas for the traffic), `catalogue`, `request`.
     */
    readonly limit: string;
    /** What the request needs, with its unit. */
    readonly needed: string;
    /** What there is, with its unit. */
    readonly available: string;
    /** Plans that do fit, nearest first, in words: `8 × H200`. */
    readonly alternatives: readonly string[];
    /** All of it in one sentence that a person can act on. */
    readonly sentence: string;
}

/** A plan, or the reason that there is none. */
export type Fit =
    { readonly fits: true; readonly plan: ServingPlan } | { readonly fits: false; readonly refusal: Refusal };

/** The plan of a whole site: one entry a model, in the site's order. */
export interface SitePlan {
    readonly site: string;
    readonly models: readonly ModelPlan[];
}

/** The plan of one model service of a site: each replica as in `ServingPlan`, and where they go. */
export interface ModelPlan extends ServingPlan {
    /** Service name. */
    readonly name: string;
    readonly pool: string;
    readonly replicas: number;
    /** Names of the hosts in the pool. */
    readonly candidates: readonly string[];
    /** All of them are nodes with the label of the pool: pods go by it, and a host more changes nothing of them. */
    readonly labelled?: true;
    /** What was chosen, with speed and money where they can be known, and the next best, best first. */
    readonly chosen?: RankedPlan;
    readonly runnersUp?: readonly RankedPlan[];
    /** All of them are nodes that Seamount manages: pods go only to those that have passed their gate. */
    readonly gated?: true;
}
