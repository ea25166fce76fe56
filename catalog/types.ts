import type { EngineName } from "../components/site/site";
import type { CompressedShape, GpuLimits, ModelShape } from "./shape-types";

export type * from "./shape-types";

/** Where a figure comes from, so that it can be corrected in one place. */
export interface Source {
    /** A public document, repository path or thread. */
    readonly where: string;
    /** When it was read, `YYYY-MM` or `YYYY-MM-DD`. */
    readonly date: string;
}

/** An entry of the catalogue: every one says where it is from and what in it nobody has checked. */
export interface Sourced {
    readonly source: Source;
    /** Names of the fields whose figures were not checked against the maker's own document. */
    readonly unverified?: readonly string[];
}

/** Number formats that weights come in. */
export type Precision =
    | "f32"
    | "bf16"
    | "fp16"
    | "fp8"
    | "int8"
    | "w8a8"
    | "w4a8"
    | "awq"
    | "gptq"
    | "fp4-fp8"
    | "nvfp4"
    | "mxfp4"
    | "q8_0"
    | "q4_k_m";

/** Number formats that arithmetic runs in natively. */
export type NativeFormat = "f32" | "fp16" | "bf16" | "fp8" | "int8" | "int4" | "fp4" | "mxfp4";

/** Who makes a GPU. */
export type Vendor = "NVIDIA" | "AMD" | "Huawei" | "Cambricon";

/** Generations of GPUs that share their number formats and kernels. */
export type Architecture =
    "Turing" | "Ampere" | "Ada" | "Hopper" | "Blackwell" | "CDNA 3" | "CDNA 4" | "Da Vinci" | "MLUarch03";

/** How the GPUs of one host reach one another. */
export interface GpuLink {
    readonly kind: "NVLink" | "xGMI" | "HCCS" | "MLU-Link" | "PCIe" | "none";
    /** Sum of both directions, of one GPU, in GB/s. 0 without a link. */
    readonly bandwidthGBps: number;
    /** GPUs that reach one another over it. */
    readonly domainSize: number;
}

/** One kind of GPU, NPU or module. */
export interface Gpu extends Sourced {
    readonly name: string;
    readonly vendor: Vendor;
    readonly architecture: Architecture;
    /** Memory as the maker states it, 10⁹ bytes. */
    readonly memoryGB: number;
    /** The memory is the host's own main memory. */
    readonly sharedMemory?: boolean;
    readonly memoryBandwidthGBps: number;
    /** Dense (not sparse) throughput in TFLOPS, or TOPS for integers, by native format. */
    readonly denseTflops: Readonly<Partial<Record<NativeFormat, number>>>;
    readonly link: GpuLink;
    /** Name of the extended resource in Kubernetes. */
    readonly kubernetesResource: string;
    /** GPUs of the usual host. */
    readonly gpusPerHost: number;
    /** Largest model, in 10⁹ parameters, that is sensible on it, however many there are. Unset: memory decides. */
    readonly largestModelB?: number;
    /** Engine build that the maker's hardware needs instead of the plain one. */
    readonly engineBuild?: string;
    /** What was measured on it. Unset: speed is reckoned from the data sheet. */
    readonly limits?: GpuLimits;
}

/** What a number format of weights asks of a GPU. */
export interface PrecisionFacts extends Sourced {
    /** As people write it: `FP8`. */
    readonly label: string;
    /** The native format that the engine's kernels use, by maker. A maker that is absent has no kernels for it. */
    readonly requires: Readonly<Partial<Record<Vendor, NativeFormat>>>;
}

/** The weights of one model in one number format. */
export interface ModelWeights extends Sourced {
    /** All files together, 10⁹ bytes. */
    readonly weightsGB: number;
    /** Part of it that stays in main memory, 10⁹ bytes. */
    readonly offloadedGB?: number;
    /** Side of a quantisation block: a sharded dimension must be a multiple of it on each GPU. */
    readonly blockSize?: number;
    /** Architectures that it is known to run on. Unset: every one with the native format. */
    readonly architectures?: readonly Architecture[];
    /** Memory of all GPUs together that the engine's own recipe asks for, 10⁹ bytes. */
    readonly recipeMinimumGB?: number;
}

/**
 * Size of the KV cache as a function of tokens.
 * - `mla`: one latent and one rotary vector a layer, 2 bytes an element; the same on every tensor-parallel rank.
 * - `gqa`: keys and values of `kvHeads`, 2 bytes an element; divided among tensor-parallel ranks up to `kvHeads`.
 * - `affine`: a fixed part a sequence and a slope, on every tensor-parallel rank. Not linear in the context.
 */
export type KvFunction =
    | {
          readonly kind: "mla";
          readonly latent: number;
          readonly rope: number;
          /** Further bytes a token and layer, e.g. the keys of a sparse-attention index. */
          readonly indexBytes?: number;
      }
    | { readonly kind: "gqa"; readonly kvHeads: number; readonly headDim: number }
    | { readonly kind: "affine"; readonly fixedBytesPerSequence: number; readonly bytesPerToken: number };

/** What one engine needs to serve one model. */
export interface EngineSupport {
    /** Lowest release that serves it, e.g. `0.20`. Unset: any that is current. */
    readonly minimumVersion?: string;
}

/** One model. */
export interface Model extends Sourced {
    readonly name: string;
    /** All parameters, 10⁹. */
    readonly parametersB: number;
    /** Parameters that work on one token, 10⁹. */
    readonly activeB: number;
    /** Parameters in routed experts, 10⁹: the part that expert parallelism shards. 0 for dense models. */
    readonly expertParametersB: number;
    readonly layers: number;
    readonly heads: number;
    /** Inner width of dense feed-forward layers. Unset where every layer is a mixture of experts. */
    readonly denseInter?: number;
    /** Inner width of one routed expert. Unset for dense models. */
    readonly moeInter?: number;
    /** Routed experts a layer; 0 for dense models. */
    readonly experts: number;
    readonly kv: KvFunction;
    /** Longest sequence in tokens. */
    readonly contextTokens: number;
    /** Licence of the weights; it goes where the weights go. */
    readonly licence: string;
    readonly engines: Readonly<Partial<Record<EngineName, EngineSupport>>>;
    /** GPUs that cannot serve it, with the reason. */
    readonly excludedGpus?: Readonly<Record<string, string>>;
    /** A layout that its makers advise against: from this tensor-parallel degree on. */
    readonly tensorParallelAdvice?: { readonly from: number; readonly sentence: string };
    readonly weights: Readonly<Partial<Record<Precision, ModelWeights>>>;
    /** Neither this nor `compressedShape`: nothing is said of its speed. */
    readonly shape?: ModelShape;
    /** In the place of `shape`, for the V4 family. */
    readonly compressedShape?: CompressedShape;
}

/** What a plan can ask of an engine beside one rank: see `ServingPlan` and `Layout`. */
export type EngineAbility =
    "tensor" | "hosts" | "pipeline" | "data" | "experts" | "apart" | "draft" | "redundantExperts" | "fp8Cache";

/** One inference engine. */
export interface EngineFacts extends Sourced {
    readonly name: EngineName;
    readonly device: "gpu" | "cpu";
    /** Share of GPU memory that it takes unless told otherwise, 0 to 1. */
    readonly memoryUtilisation: number;
    readonly precisions: readonly Precision[];
    /** Makers of the GPUs that it runs on; empty for engines on CPUs. */
    readonly vendors: readonly Vendor[];
    /** What it cannot do, and why, each a sentence that says what to choose instead. */
    readonly cannot: Readonly<Partial<Record<EngineAbility, string>>>;
}

/** All that planning knows about the world. */
export interface Catalogue {
    readonly gpus: Readonly<Record<string, Gpu>>;
    readonly models: Readonly<Record<string, Model>>;
    readonly precisions: Readonly<Record<Precision, PrecisionFacts>>;
    readonly engines: Readonly<Record<EngineName, EngineFacts>>;
}
