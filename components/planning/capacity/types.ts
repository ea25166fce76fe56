import type { Performance } from "../speed/types";

/** How many replicas the traffic of a model needs, and from what. */
export interface Capacity {
    /** Requests a second at the busiest time: daily requests / 86,400 × peak factor. */
    readonly peakRequestsPerSecond: number;
    /** Sequences at the same time at the busiest time: ⌈requests a second × seconds a request⌉ (Little's law). */
    readonly concurrentSequences: number;
    /** The load that one replica is run at: the highest that keeps the objectives and fits the KV cache. */
    readonly operatingPoint: Performance;
    /** Replicas that the traffic needs. */
    readonly needed: number;
    /** Further ones, so that the loss of one host leaves enough. */
    readonly headroom: number;
    /** GPUs that must be free for a rolling update that keeps the headroom: those of one replica. */
    readonly surgeGpus: number;
}

/** A price with where it is from; the site's own have no source. */
export interface Assumption {
    readonly name: string;
    readonly value: number;
    readonly unit: string;
    readonly source: string;
}

/** Money of one model service over its years. */
export interface Cost {
    /** ISO 4217. */
    readonly currency: string;
    readonly years: number;
    readonly hardware: number;
    readonly powerPerYear: number;
    readonly networkPerYear: number;
    readonly operationsPerYear: number;
    readonly modelUpdatesPerYear: number;
    /** hardware + (power + network + operations) × years + model updates × years. */
    readonly total: number;
    /** Of 10⁶ tokens, input and output together, at the site's traffic. */
    readonly perMillionTokens: number;
    /** Tokens a day at which it costs as much as the hosted price. Unset: no hosted price. */
    readonly breakEvenTokensPerDay?: number;
    /** What a hosted service asks for 10⁶ tokens of the same mix of prompts and answers. Unset: nobody's price is known. */
    readonly hostedPerMillionTokens?: number;
    /** Hosts that the replicas take; a fraction where a replica takes a part of a host. */
    readonly hosts?: number;
    /** Power drawn with everything, kW. */
    readonly powerKW: number;
    readonly racks: number;
    readonly assumptions: readonly Assumption[];
    /** What becomes of `total` when one assumption is a tenth higher. */
    readonly sensitivity: readonly { readonly name: string; readonly totalChange: number }[];
}
