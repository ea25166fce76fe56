import type { AttentionShape, CompressedAttention } from "../../../catalog";
import type { Subject } from "./subject";

/** Keys that a share of the layers attends to: one stands for `ratio` tokens, and at most so many tokens are seen. */
interface View {
    readonly share: number;
    readonly ratio: number;
    readonly mostTokens: number;
}

/** The index of sparse attention: which share of the layers searches keys that stand for `ratio` tokens. */
export interface Search {
    readonly share: number;
    readonly ratio: number;
    readonly heads: number;
    readonly width: number;
}

/** What the layers of a model look at, in the mean over layers. */
export function viewsOf({ shape, model }: Subject): readonly View[] {
    const { attention } = shape;
    if (attention.kind !== "compressed") {
        const most = attention.kind === "mla" ? attention.index?.tokens : undefined;
        return [{ share: 1, ratio: 1, mostTokens: most ?? Infinity }];
    }
    const { searched, whole, window } = attention;
    return [
        { share: 1, ratio: 1, mostTokens: window },
        { share: searched.layers / model.layers, ratio: searched.ratio, mostTokens: searched.keys * searched.ratio },
        { share: whole.layers / model.layers, ratio: whole.ratio, mostTokens: Infinity },
    ];
}

/** The index that a model searches, if it has one. */
export function searchOf({ shape, model }: Subject): Search | undefined {
    const { attention } = shape;
    if (attention.kind === "compressed") {
        const { layers, ratio, heads, width } = attention.searched;
        return { share: layers / model.layers, ratio, heads, width };
    }
    const index = attention.kind === "mla" ? attention.index : undefined;
    return index && { share: 1, ratio: 1, heads: index.heads, width: index.width };
}

/** Key and value heads of one GPU; every tensor-parallel rank has at least one. */
export const kvHeads = ({ model, replica }: Subject): number =>
    model.kv.kind === "gqa" ? Math.max(1, model.kv.kvHeads / replica.tensorParallel) : 0;

/** Bytes of a latent of the FP8 cache: values of 8 bits, a scale a 128 of `scaleBytes`, rotary values of 16 bits. */
const narrowLatent = (values: number, rope: number, scaleBytes: number): number =>
    values + Math.ceil(values / 128) * scaleBytes + rope * 2;

/** Bytes of one key in one layer on one GPU; every tensor-parallel rank holds a latent in full. */
export function keyBytes(subject: Subject): number {
    const attention: AttentionShape | CompressedAttention = subject.shape.attention;
    const fp8 = subject.replica.kvCache === "fp8";
    switch (attention.kind) {
        case "mla":
            return fp8 ? narrowLatent(attention.latent, attention.rope, 4) : 2 * (attention.latent + attention.rope);
        case "compressed":
            return fp8 ? narrowLatent(attention.headDim - attention.rope, attention.rope, 2) : 2 * attention.headDim;
        case "gqa":
            return 2 * kvHeads(subject) * attention.headDim * (fp8 ? 1 : 2);
    }
}

/** Bytes of KV cache of a sequence in one layer on one GPU, in the mean over layers: what another host must be sent. */
export function heldBytes(subject: Subject, tokens: number): number {
    const keys = viewsOf(subject).reduce((all, view) => {
        const kept = subject.shape.attention.kind === "compressed" && view.ratio === 1 ? view.mostTokens : Infinity;
        return all + (view.share * Math.min(tokens, kept)) / view.ratio;
    }, 0);
    return keys * keyBytes(subject);
}

/** Keys that one query attends to in one layer, in the mean over layers. */
export const attendedKeys = (subject: Subject, context: number): number =>
    viewsOf(subject).reduce(
        (all, { share, ratio, mostTokens }) => all + (share * Math.min(context, mostTokens)) / ratio,
        0,
    );

/** Pairs of a new token and a key before it, of one prompt in one layer, in the mean over layers. */
export const attendedPairs = (subject: Subject, tokens: number, cached: number): number =>
    viewsOf(subject).reduce(
        (all, { share, ratio, mostTokens }) => all + (share * causalPairs(tokens, cached, mostTokens)) / ratio,
        0,
    );

/** Pairs of a new token and a token before it, when each looks at `most` at the most. */
export function causalPairs(tokens: number, cached: number, most: number): number {
    const growing = Math.max(0, Math.min(tokens, most - cached));
    return growing * (Math.min(cached, most) + growing / 2) + (tokens - growing) * Math.min(most, cached + tokens);
}
