import type { AttentionShape, Model, ModelShape } from "../../../catalog";
import type { Machine } from "./machine";
import { product, productSeconds, type Work } from "./parts";
import type { Subject } from "./subject";

type Mla = Extract<AttentionShape, { readonly kind: "mla" }>;

/** Bytes of a latent vector of the FP8 cache: 512 values, 4 scales of 32 bits, 64 rotary values of 16 bits. */
const fp8LatentBytes = (shape: Mla): number => shape.latent + (shape.latent / 128) * 4 + shape.rope * 2;

/** Bytes of KV cache of one token in one layer on one GPU; every tensor-parallel rank holds a latent in full. */
export function cacheBytes(subject: Subject): number {
    const { shape, model, replica } = subject;
    const fp8 = replica.kvCache === "fp8";
    if (shape.attention.kind === "mla") {
        return fp8 ? fp8LatentBytes(shape.attention) : 2 * (shape.attention.latent + shape.attention.rope);
    }
    return 2 * kvHeads(model, replica.tensorParallel) * shape.attention.headDim * (fp8 ? 1 : 2);
}

const kvHeads = (model: Model, tensorParallel: number): number =>
    model.kv.kind === "gqa" ? Math.max(1, model.kv.kvHeads / tensorParallel) : 0;

/** The weights around attention, of one layer on one GPU. */
function projections(subject: Subject, tokens: number, absorbed: boolean): readonly Work[] {
    const { shape, model, replica, bytes, formats } = subject;
    const { hidden, attention } = shape;
    const heads = model.heads / replica.tensorParallel;
    const of = (parameters: number): Work => product(parameters, bytes.attention, tokens, formats.attention);
    if (attention.kind === "gqa") {
        const keys = 2 * kvHeads(model, replica.tensorParallel) * attention.headDim;
        return [of(hidden * (heads * attention.headDim + keys)), of(heads * attention.headDim * hidden)];
    }
    const { queryRank, latent, rope, nope, value, index } = attention;
    const up = latent * heads * (nope + value);
    return [
        of(hidden * (queryRank + latent + rope)),
        of(queryRank * heads * (nope + rope)),
        // Engines keep the absorbed matrices in 16 bits (vllm model_executor/layers/attention/mla_attention.py).
        absorbed ? { ...product(up, 2, tokens, "bf16"), kernels: 2 } : of(up),
        of(heads * value * hidden),
        ...(index === undefined
            ? []
            : [of(queryRank * index.heads * index.width + hidden * (index.width + index.heads))]),
    ];
}

/** Operations of attention for one pair of a query and a cached token, all heads of one GPU. */
function pairOperations({ shape, model, replica }: Subject, absorbed: boolean): number {
    const heads = model.heads / replica.tensorParallel;
    const { attention } = shape;
    if (attention.kind === "gqa") {
        return 2 * heads * 2 * attention.headDim;
    }
    return absorbed
        ? 2 * heads * (2 * attention.latent + attention.rope)
        : 2 * heads * (attention.nope + attention.rope + attention.value);
}

const index = (shape: ModelShape): Mla["index"] => (shape.attention.kind === "mla" ? shape.attention.index : undefined);

/** Bytes of the index's key of one token: one value of 8 bits each, and a scale. */
const indexKeyBytes = (width: number): number => width + 4;

/**
 * Attention of one layer in one decode step.
 * @param sequences of this rank.
 * @param queries tokens of each sequence: 1, and what is proposed besides.
 * @param context tokens of each sequence in the cache.
 */
export function decodeAttentionSeconds(
    subject: Subject,
    machine: Machine,
    sequences: number,
    queries: number,
    context: number,
): number {
    const sparse = index(subject.shape);
    const attended = Math.min(context, sparse?.tokens ?? context);
    const core = Math.max(
        (sequences * attended * cacheBytes(subject)) / machine.cacheBytesPerSecond,
        (sequences * queries * attended * pairOperations(subject, true)) / machine.attentionDecode,
    );
    return (
        sum(projections(subject, sequences * queries, true).map(work => productSeconds(machine, work))) +
        core +
        (sparse === undefined
            ? 0
            : Math.max(
                  (sequences * context * indexKeyBytes(sparse.width)) / machine.cacheBytesPerSecond,
                  (sequences * queries * context * 2 * sparse.heads * sparse.width) / machine.products("fp8"),
              ))
    );
}

/**
 * Attention of one layer over prompts of one length, which the prefix cache knows the beginning of.
 * @param prompts of this rank in one pass.
 * @param tokens of each prompt that are not in the cache.
 * @param cached tokens of each prompt that are.
 */
export function prefillAttentionSeconds(
    subject: Subject,
    machine: Machine,
    prompts: number,
    tokens: number,
    cached: number,
): number {
    const { shape, formats, bytes, model, replica } = subject;
    const sparse = index(shape);
    const pairs = causalPairs(tokens, cached, sparse?.tokens ?? Infinity);
    const { attention } = shape;
    const unpacked =
        attention.kind === "mla" && sparse === undefined
            ? product(
                  attention.latent * (model.heads / replica.tensorParallel) * (attention.nope + attention.value),
                  bytes.attention,
                  prompts * cached,
                  formats.attention,
              )
            : undefined;
    return (
        sum(projections(subject, prompts * tokens, sparse !== undefined).map(work => productSeconds(machine, work))) +
        (prompts * pairs * pairOperations(subject, sparse !== undefined)) / machine.attentionPrefill +
        (unpacked === undefined ? 0 : unpacked.operations / machine.products(unpacked.format)) +
        (sparse === undefined
            ? 0
            : (prompts * causalPairs(tokens, cached, Infinity) * 2 * sparse.heads * sparse.width) /
              machine.products("fp8"))
    );
}

/** Pairs of a new token and a token before it, when each looks at `most` at the most. */
export function causalPairs(tokens: number, cached: number, most: number): number {
    const growing = Math.max(0, Math.min(tokens, most - cached));
    return growing * (Math.min(cached, most) + growing / 2) + (tokens - growing) * Math.min(most, cached + tokens);
}

const sum = (parts: readonly number[]): number => parts.reduce((all, one) => all + one, 0);
