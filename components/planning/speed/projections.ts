import type { AttentionShape, CompressedAttention } from "../../../catalog";
import { kvHeads } from "./cache";
import { elementwise, product, type Work } from "./parts";
import type { Subject } from "./subject";

type Of<K> = Extract<AttentionShape | CompressedAttention, { readonly kind: K }>;
type Make = (ins: number, outs: number) => Work;

/** The same work so many times over. */
const scaled = (work: Work, factor: number): Work => ({
    ...work,
    bytes: work.bytes * factor,
    activationBytes: work.activationBytes * factor,
    operations: work.operations * factor,
});

/**
 * Everything of one layer's attention on one GPU but the attention itself.
 * @param absorbed whether latents are attended to as they are, as in decode, or made keys and values first.
 */
export function projections(subject: Subject, tokens: number, absorbed: boolean): readonly Work[] {
    const { shape, replica, model, bytes, formats } = subject;
    const heads = model.heads / replica.tensorParallel;
    const make: Make = (ins, outs) => product(ins, outs, tokens, bytes.attention, formats.attention);
    // Norms, read and written: the one before attention, and the one before the feed-forward part.
    const streams = "residualStreams" in shape ? shape.residualStreams : 1;
    const norms = elementwise(tokens * shape.hidden * 2 * 4 * streams);
    const { attention, hidden } = shape;
    switch (attention.kind) {
        case "gqa": {
            const width = heads * attention.headDim;
            return [norms, make(hidden, width + 2 * kvHeads(subject) * attention.headDim), make(width, hidden)];
        }
        case "mla":
            return [norms, ...latentParts(subject, attention, heads, tokens, absorbed, make)];
        case "compressed":
            return [norms, ...compressedParts(subject, attention, heads, make)];
    }
}

function latentParts(
    { shape, half }: Subject,
    { queryRank, latent, rope, nope, value, index }: Of<"mla">,
    heads: number,
    tokens: number,
    absorbed: boolean,
    make: Make,
): readonly Work[] {
    // Engines keep the absorbed matrices in 16 bits (vllm model_executor/layers/attention/mla_attention.py).
    const perHead = (ins: number, outs: number): Work => scaled(product(ins, outs, tokens, 2, half), heads);
    return [
        make(shape.hidden, queryRank + latent + rope),
        make(queryRank, heads * (nope + rope)),
        ...(absorbed
            ? [perHead(nope, latent), perHead(latent, value)]
            : // Keys are put together of their two parts, and read and written once more.
              [make(latent, heads * (nope + value)), elementwise(tokens * heads * (2 * nope + rope) * 2)]),
        make(heads * value, shape.hidden),
        ...(index === undefined
            ? []
            : [make(queryRank, index.heads * index.width), make(shape.hidden, index.width + index.heads)]),
    ];
}

function compressedParts(
    { shape, model, replica }: Subject,
    { queryRank, outputRank, outputGroups, headDim, searched, whole }: Of<"compressed">,
    heads: number,
    make: Make,
): readonly Work[] {
    const { hidden } = shape;
    const share = (layers: number, work: Work): Work => scaled(work, layers / model.layers);
    // Keys and their gates; those of overlapping spans, which are searched, are made twice.
    const compressed = 2 * headDim;
    return [
        make(hidden, queryRank + headDim),
        make(queryRank, heads * headDim),
        share(searched.layers, make(hidden, 2 * compressed + 4 * searched.width + searched.heads)),
        share(searched.layers, make(queryRank, searched.heads * searched.width)),
        share(whole.layers, make(hidden, compressed)),
        make(heads * headDim, outputRank),
        make((outputGroups * outputRank) / replica.tensorParallel, hidden),
    ];
}
