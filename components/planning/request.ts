import type { Catalogue, EngineFacts, Gpu, Model, ModelWeights, Precision } from "../../catalog";
import type { EngineName } from "../site/site";
import type { MemoryChoices } from "./memory";
import type { ServingPlan } from "./plan";

/** What is asked: one replica of a model, and the hardware that is there for it. */
export interface FitRequest extends MemoryChoices {
    /** Catalogue name, e.g. `deepseek-r1`. */
    readonly model: string;
    /** Number format of the weights, e.g. `fp8`. */
    readonly precision: string;
    readonly engine: EngineName;
    /** Catalogue name of the GPU. Unset or `cpu`: hosts without one. */
    readonly gpu?: string;
    /** GPUs in each host. 0 without one. */
    readonly gpusPerHost: number;
    /** Hosts that one replica may span at most. */
    readonly hosts: number;
    /** Hosts that a plan offered instead may span at most. Default 16. */
    readonly mostHosts?: number;
    /** Longest sequence in tokens, prompt and answer together. */
    readonly contextTokens: number;
    /** Sequences at the same time. */
    readonly concurrency: number;
    /** Tensor-parallel degree. Unset: the planner chooses. */
    readonly tensorParallel?: number;
    /** Pipeline-parallel degree. Unset: the planner chooses. */
    readonly pipelineParallel?: number;
    /** Attention data parallel degree, with expert parallel for mixtures of experts. Default 1: off. */
    readonly dataParallel?: number;
    /** Share of GPU memory that the engine may take, over 0 to 1. Default: the engine's own, 0.90. */
    readonly memoryUtilisation?: number;
    /** Main memory of one host in GiB. Unset: not checked. */
    readonly hostMemoryGiB?: number;
    /** Whether huge pages take further memory of a host: `hostMemoryGiB` is what they leave. Default false. */
    readonly hugepages?: boolean;
    /** Whether the layout is that of a group which only prefills or only decodes. Default false. */
    readonly apart?: boolean;
    /** Models of more parameters than this, in 10⁹, are divided among GPUs layer by layer. Unset: memory decides. */
    readonly tensorParallelAboveB?: number;
    /** Models of more parameters than this, in 10⁹, need NVLink or its like between GPUs. Unset: none does. */
    readonly fastLinkAboveB?: number;
}

/** A refusal before alternatives are looked for. */
export interface Problem {
    readonly limit: string;
    readonly needed: string;
    readonly available: string;
    /** The sentence up to where the alternatives go, without a full stop. */
    readonly because: string;
    /** What to do instead, where no search can find it. */
    readonly advice?: string;
}

/** What becomes of one layout: a plan, or what is in its way. */
export type Verdict = { readonly plan: ServingPlan } | { readonly problem: Problem };

/** A request with its catalogue entries looked up. */
export interface Resolved {
    readonly request: FitRequest;
    readonly catalogue: Catalogue;
    readonly model: Model;
    readonly precision: Precision;
    readonly weights: ModelWeights;
    readonly engine: EngineFacts;
    /** Unset: the engine runs on the CPU. */
    readonly gpu?: Gpu;
    readonly memoryUtilisation: number;
    /** The model as sentences name it: `deepseek-r1 in FP8`. */
    readonly subject: string;
}
