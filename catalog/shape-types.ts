import type { NativeFormat, Sourced } from "./types";

/** What programs reach on a GPU, as measured; a data sheet's figures are what nothing reaches. */
export interface GpuLimits extends Sourced {
    /** Memory read by a long kernel, TB/s. */
    readonly readTBps: number;
    /** Large matrix products by format, TFLOPS. Formats that are absent were not measured. */
    readonly gemmTflops: Readonly<Partial<Record<NativeFormat, number>>>;
    /** All-reduce among GPUs of one host: time = latency + 2 (n − 1) / n × bytes / bus bandwidth. */
    readonly allReduce: { readonly latencyMicroseconds: number; readonly busGBps: number };
}

/** Inner dimensions of attention. */
export type AttentionShape =
    | {
          /** Multi-head latent attention. */
          readonly kind: "mla";
          /** Rank of the query's compression. */
          readonly queryRank: number;
          /** Rank of the latent of keys and values. */
          readonly latent: number;
          /** Width of the rotary part of a head. */
          readonly rope: number;
          /** Width of the part of a head without position. */
          readonly nope: number;
          readonly value: number;
          /** Sparse attention: an index of so many heads and width chooses so many tokens, and only they are attended. */
          readonly index?: { readonly heads: number; readonly width: number; readonly tokens: number };
      }
    | { readonly kind: "gqa"; readonly headDim: number };

/** Inner dimensions of a model: what its speed is counted from. */
export interface ModelShape extends Sourced {
    readonly hidden: number;
    readonly vocabulary: number;
    readonly attention: AttentionShape;
    /** Layers with a dense feed-forward part; the others are mixtures of experts. */
    readonly denseLayers: number;
    /** Experts that work on every token, each as wide as a routed one. */
    readonly sharedExperts: number;
    readonly expertsPerToken: number;
    /** Layers that predict further tokens (multi-token prediction), shipped with the weights. */
    readonly draftLayers: number;
}

/** Attention over a window and over keys that stand for several tokens; one head of keys, which are values too. */
export interface CompressedAttention {
    readonly kind: "compressed";
    readonly queryRank: number;
    /** Rank of the output's compression, of each group of heads. */
    readonly outputRank: number;
    readonly outputGroups: number;
    readonly headDim: number;
    readonly rope: number;
    /** Last tokens that every layer attends to. */
    readonly window: number;
    /** Layers whose keys stand for `ratio` tokens: an index of `heads` of `width` chooses `keys` of them. */
    readonly searched: {
        readonly layers: number;
        readonly ratio: number;
        readonly keys: number;
        readonly heads: number;
        readonly width: number;
    };
    /** Layers whose keys stand for `ratio` tokens and are all attended to. */
    readonly whole: { readonly layers: number; readonly ratio: number };
}

/** Inner dimensions of a model with compressed attention. */
export interface CompressedShape extends Omit<ModelShape, "attention"> {
    readonly attention: CompressedAttention;
    /** Copies of the hidden state that layers mix. */
    readonly residualStreams: number;
}
