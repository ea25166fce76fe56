import type { AttentionShape, Model, ModelShape, ModelWeights } from "../../catalog";
import { weightBytes } from "./speed/formats";

/** A part of a model's weights, and who holds how much of it. */
export interface WeightPart {
    readonly name: string;
    /** Of the whole model, once. */
    readonly gb: number;
    /**
     * `tensor`: divided by tensor parallel, repeated on each rank of attention data parallel. `experts`: whole experts on
     * all ranks that share them.
     */
    readonly divided: "tensor" | "experts";
    /** Where its size is from. */
    readonly source: string;
}

/** 10⁹ parameters of one part, and the bytes of each. */
interface Counted {
    readonly name: string;
    readonly parametersB: number;
    readonly bytes: number;
    readonly divided: WeightPart["divided"];
}

/**
 * The weights that GPUs hold, by part: attention, dense layers, routed and shared experts, embeddings, the draft layer.
 * Parameters are counted from the model's shape, and scaled so that they are what the files hold. A model without a
 * shape has two parts: routed experts, and all else.
 */
export function weightParts(model: Model, weights: ModelWeights): readonly WeightPart[] {
    const onGpusGB = weights.weightsGB - (weights.offloadedGB ?? 0);
    const counted = countedParts(model, weights).filter(({ parametersB }) => parametersB > 0);
    const wholeGB = counted.reduce((sum, { parametersB, bytes }) => sum + parametersB * bytes, 0);
    const { where } = model.shape?.source ?? model.source;
    return counted.map(({ name, parametersB, bytes, divided }) => ({
        name,
        gb: (onGpusGB * parametersB * bytes) / wholeGB,
        divided,
        source: `${where}; ${weights.source.where}`,
    }));
}

function countedParts(model: Model, weights: ModelWeights): readonly Counted[] {
    const { shape, layers, experts, moeInter = 0, denseInter = 0 } = model;
    if (shape === undefined) {
        return [
            { name: "routed experts", parametersB: model.expertParametersB, bytes: 1, divided: "experts" },
            { name: "all else", parametersB: model.parametersB - model.expertParametersB, bytes: 1, divided: "tensor" },
        ];
    }
    const precision = Object.keys(weightBytes).find(
        name => model.weights[name as keyof typeof model.weights] === weights,
    );
    const bytes = weightBytes[precision as keyof typeof weightBytes] ?? { feedForward: 1, attention: 1 };
    const { hidden, vocabulary, denseLayers, sharedExperts, draftLayers } = shape;
    const mixtures = layers - denseLayers;
    const expert = (3 * hidden * moeInter) / 1e9;
    const attention = attentionParameters(shape.attention, hidden, model) / 1e9;
    const part = (
        name: string,
        parametersB: number,
        ofEach: number,
        divided: Counted["divided"] = "tensor",
    ): Counted => ({ name, parametersB, bytes: ofEach, divided });
    return [
        part("attention", layers * attention, bytes.attention),
        part("dense layers", (denseLayers * 3 * hidden * denseInter) / 1e9, bytes.feedForward),
        part("routed experts", mixtures * experts * expert, bytes.feedForward, "experts"),
        part(
            "shared experts and routers",
            mixtures * (sharedExperts * expert + (hidden * experts) / 1e9),
            bytes.attention,
        ),
        // In 16 bits whatever the format of the rest: config.json of the quantised models leaves them out.
        part("embeddings", (2 * vocabulary * hidden) / 1e9, Math.max(2, bytes.attention)),
        part("draft layer's experts", draftLayers * experts * expert, bytes.feedForward, "experts"),
        part("draft layer", draftParameters(shape, attention, expert), bytes.attention),
    ];
}

/** A draft layer beside its experts: attention, the shared expert, and the product that joins two hidden states. */
const draftParameters = (
    { draftLayers, hidden, sharedExperts }: ModelShape,
    attention: number,
    expert: number,
): number => draftLayers * (attention + sharedExperts * expert + (2 * hidden * hidden) / 1e9);

/** Parameters of one layer's attention. */
function attentionParameters(attention: AttentionShape, hidden: number, { heads, kv }: Model): number {
    if (attention.kind === "gqa") {
        const keyHeads = kv.kind === "gqa" ? kv.kvHeads : heads;
        return 2 * hidden * attention.headDim * (heads + keyHeads);
    }
    const { queryRank, latent, rope, nope, value, index } = attention;
    const ofIndex =
        index === undefined ? 0 : queryRank * index.heads * index.width + hidden * (index.width + index.heads);
    return (
        hidden * (queryRank + latent + rope) +
        queryRank * heads * (nope + rope) +
        latent * heads * (nope + value) +
        heads * value * hidden +
        ofIndex
    );
}
