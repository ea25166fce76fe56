import type { AttentionShape, Model, ModelShape } from "../../../catalog";
import type { Machine } from "./machine";
import { elementwise, overlapSeconds, product, sumSeconds, type Work } from "./parts";
import type { Subject } from "./subject";

type Mla = Extract<AttentionShape, { readonly kind: "mla" }>;

/** Bytes of a latent vector of the FP8 cache: 512 values, 4 scales of 32 bits, 64 rotary values of 16 bits. */
const fp8LatentBytes = (shape: Mla): number => shape.latent + (shape.latent / 128) * 4 + shape.rope * 2;

/** Bytes of KV cache of one token in one layer on one GPU; every tensor-parallel rank holds a latent in full. */
export function cacheBytes({ shape, model, replica }: Subject): number {
    const fp8 = replica.kvCache === "fp8";
    if (shape.attention.kind === "mla") {
        return fp8 ? fp8LatentBytes(shape.attention) : 2 * (shape.attention.latent + shape.attention.rope);
    }
    return 2 * kvHeads(model, replica.tensorParallel) * shape.attention.headDim * (fp8 ? 1 : 2);
}

const kvHeads = (model: Model, tensorParallel: number): number =>
    model.kv.kind === "gqa" ? Math.max(1, model.kv.kvHeads / tensorParallel) : 0;

/** Everything of one layer's attention on one GPU but the attention itself. */
export function projections(subject: Subject, tokens: number, absorbed: boolean): readonly Work[] {
    const { shape, model, replica, bytes, formats, half } = subject;
    const { hidden, attention } = shape;
    const heads = model.heads / replica.tensorParallel;
    const of = (ins: number, outs: number): Work => product(ins, outs, tokens, bytes.attention, formats.attention);
    // Norms, read and written: the one before attention, and the one before the feed-forward part.
    const norms = elementwise(tokens * hidden * 2 * 4);
    if (attention.kind === "gqa") {
        const width = heads * attention.headDim;
        return [
            norms,
            of(hidden, width + 2 * kvHeads(model, replica.tensorParallel) * attention.headDim),
            of(width, hidden),
        ];
    }
    const { queryRank, latent, rope, nope, value, index } = attention;
    // Engines keep the absorbed matrices in 16 bits (vllm model_executor/layers/attention/mla_attention.py).
    const perHead = (ins: number, outs: number): Work => {
        const one = product(ins, outs, tokens, 2, half);
        return {
            ...one,
            bytes: one.bytes * heads,
            activationBytes: one.activationBytes * heads,
            operations: one.operations * heads,
        };
    };
    return [
        norms,
        of(hidden, queryRank + latent + rope),
        of(queryRank, heads * (nope + rope)),
        ...(absorbed
            ? [perHead(nope, latent), perHead(latent, value)]
            : // Keys are put together of their two parts, and read and written once more.
              [of(latent, heads * (nope + value)), elementwise(tokens * heads * (2 * nope + rope) * 2)]),
        of(heads * value, hidden),
        ...(index === undefined
            ? []
            : [of(queryRank, index.heads * index.width), of(hidden, index.width + index.heads)]),
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

const indexOf = (shape: ModelShape): Mla["index"] =>
    shape.attention.kind === "mla" ? shape.attention.index : undefined;

/** Bytes of the index's key of one token: values of 8 bits, and a scale. */
const indexKeyBytes = (width: number): number => width + 4;

/** Attention over the cache alone, of one layer in one decode step: the kernel, without its start. */
export function decodeCoreSeconds(
    subject: Subject,
    machine: Machine,
    sequences: number,
    queries: number,
    context: number,
): number {
    const index = indexOf(subject.shape);
    const attended = Math.min(context, index?.tokens ?? context);
    const searching =
        index === undefined
            ? 0
            : overlapSeconds(
                  (sequences * context * indexKeyBytes(index.width)) / machine.bytesPerSecond,
                  (sequences * queries * context * 2 * index.heads * index.width) /
                      machine.products(subject.formats.attention),
              );
    return (
        searching +
        overlapSeconds(
            (sequences * attended * cacheBytes(subject)) / machine.bytesPerSecond,
            (sequences * queries * attended * pairOperations(subject, true)) / machine.attentionDecode,
        )
    );
}

/**
 * Attention of one layer in one decode step.
 * @param sequences of this rank.
 * @param queries tokens of each sequence: 1, and what is proposed besides.
 * @param context tokens of each sequence in the cache.
 */
export const decodeAttentionSeconds = (
    subject: Subject,
    machine: Machine,
    sequences: number,
    queries: number,
    context: number,
): number =>
    sumSeconds(machine, projections(subject, sequences * queries, true)) +
    decodeCoreSeconds(subject, machine, sequences, queries, context);

/** Attention over prompts alone, of one layer. */
export function prefillCoreSeconds(
    subject: Subject,
    machine: Machine,
    prompts: number,
    tokens: number,
    cached: number,
): number {
    const index = indexOf(subject.shape);
    const pairs = prompts * causalPairs(tokens, cached, index?.tokens ?? Infinity);
    const searching =
        index === undefined
            ? 0
            : (prompts * causalPairs(tokens, cached, Infinity) * 2 * index.heads * index.width) /
              machine.products(subject.formats.attention);
    return searching + (pairs * pairOperations(subject, index !== undefined)) / machine.attentionPrefill;
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
    const { attention } = shape;
    const absorbed = indexOf(shape) !== undefined;
    // Cached latents become keys and values again, with weights that are being read anyway.
    const unpacked =
        attention.kind === "mla" && !absorbed
            ? [
                  {
                      ...product(
                          attention.latent,
                          (model.heads / replica.tensorParallel) * (attention.nope + attention.value),
                          prompts * cached,
                          bytes.attention,
                          formats.attention,
                      ),
                      bytes: 0,
                  },
              ]
            : [];
    return (
        sumSeconds(machine, [...projections(subject, prompts * tokens, absorbed), ...unpacked]) +
        prefillCoreSeconds(subject, machine, prompts, tokens, cached)
    );
}

/** Pairs of a new token and a token before it, when each looks at `most` at the most. */
export function causalPairs(tokens: number, cached: number, most: number): number {
    const growing = Math.max(0, Math.min(tokens, most - cached));
    return growing * (Math.min(cached, most) + growing / 2) + (tokens - growing) * Math.min(most, cached + tokens);
}
