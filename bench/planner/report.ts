import { spread } from "../table";
import type { Anchor } from "./anchors";
import type { MeasuredPiece, Measurements } from "./measurements";
import { predictSeconds } from "./predict";

/** A figure beside what the planner says of it. */
export interface Compared {
    readonly what: string;
    readonly sizes: string;
    readonly kernel: string;
    readonly measured: number;
    readonly predicted: number;
    /** Predicted over measured. */
    readonly ratio: number;
    /** The piece is run by other kernels than those that the planner's model is of. */
    readonly other: boolean;
}

/** Share by which a prediction may be off and still be called right. */
export const tolerance = 0.15;

/**
 * What engines do not use for the message: NCCL where GPUs read each other's memory (up to 8 MB in vLLM's custom
 * all-reduce), and for experts' tokens, which go by DeepEP.
 */
const customAllReduceBytes = 8 * 2 ** 20;
const isOther = (piece: MeasuredPiece): boolean =>
    piece.piece === "all-to-all" ||
    piece.kernel === "one-shot" ||
    (piece.kernel === "NCCL" && (piece.bytes ?? 0) <= customAllReduceBytes);

function sizesOf(piece: MeasuredPiece): string {
    const { sequences, context, tokens, tensorParallel, ranks, expertParallel, bytes } = piece;
    return [
        sequences !== undefined && `${sequences} × ${context ?? 0} in cache`,
        tokens !== undefined && `${tokens} tokens`,
        bytes !== undefined && `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 0)} MB`,
        tensorParallel !== undefined && `TP${tensorParallel}`,
        expertParallel !== undefined && `${expertParallel ? "EP" : "TP"}${ranks ?? 1}`,
        expertParallel === undefined && ranks !== undefined && `${ranks} GPUs`,
    ]
        .filter(part => part !== false)
        .join(", ");
}

/** Every piece that the planner's model has, in the order measured. */
export const comparePieces = (found: Measurements, gpu: string): readonly Compared[] =>
    found.pieces.flatMap(piece => {
        const predicted = predictSeconds(piece, gpu);
        return predicted === undefined
            ? []
            : [
                  {
                      what: piece.piece,
                      sizes: sizesOf(piece),
                      kernel: piece.kernel,
                      measured: piece.seconds * 1e6,
                      predicted: predicted * 1e6,
                      ratio: predicted / piece.seconds,
                      other: isOther(piece),
                  },
              ];
    });

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const right = (one: { readonly ratio: number }): boolean => Math.abs(one.ratio - 1) <= tolerance;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
    [head, head.map(() => "---"), ...rows].map(row => `| ${row.join(" | ")} |`).join("\n");

function piecesTable(pieces: readonly Compared[]): string {
    return table(
        ["piece", "sizes", "run by", "measured µs", "predicted µs", "ratio", ""],
        pieces.map(one => [
            one.what,
            one.sizes,
            one.kernel,
            one.measured.toFixed(1),
            one.predicted.toFixed(1),
            one.ratio.toFixed(2),
            right(one) ? "" : `off by more than ${percent(tolerance)}`,
        ]),
    );
}

/** The pieces as Markdown: those of the model's own kernels, then the others, with how many are right. */
export function piecesReport(found: Measurements, pieces: readonly Compared[]): string {
    const own = pieces.filter(one => !one.other);
    const others = pieces.filter(one => one.other);
    const ratios = own.map(one => one.ratio);
    const within = own.filter(right).length;
    const software = Object.entries(found.software).map(([name, value]) => `${name} ${value}`);
    const conditions = Object.entries(found.conditions).map(([name, value]) => `${name} ${value}`);
    return [
        `${found.gpus} × ${found.gpu}, ${found.date}; ${[...conditions, ...software].join("; ")}`,
        "",
        piecesTable(own),
        "",
        ratios.length === 0
            ? "No piece of the model was measured."
            : `${within} of ${own.length} pieces are within ${percent(tolerance)}; ratio ${describe(ratios)}.`,
        ...(others.length === 0
            ? []
            : [
                  "",
                  "Run by other kernels than the model's own (NCCL for small messages, one-shot):",
                  "",
                  piecesTable(others),
              ]),
    ].join("\n");
}

function describe(ratios: readonly number[]): string {
    const { min, median, max } = spread(ratios);
    return `${median.toFixed(2)} in the middle, ${min.toFixed(2)} to ${max.toFixed(2)}`;
}

/** Published figures as Markdown. */
export function anchorsReport(anchors: readonly Anchor[]): string {
    return table(
        ["published", "conditions", "figure", "predicted", "ratio", "", "source"],
        anchors.map(anchor => {
            const predicted = anchor.predict();
            const digits = anchor.published < 100 ? 1 : 0;
            return [
                anchor.name,
                anchor.conditions,
                `${anchor.published.toFixed(digits)} ${anchor.unit}`,
                predicted.toFixed(digits),
                (predicted / anchor.published).toFixed(2),
                anchor.fitted ? "fitted" : "",
                anchor.source,
            ];
        }),
    );
}
