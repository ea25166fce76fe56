import type { MemoryPart, MemoryParts } from "../memory-parts";
import { gigabytes } from "../words";
import { bar, chart, drawing, label, rule } from "./chart-frame";

/** A part of a GPU's memory: what it is, how much, and its look. */
export interface MemoryPiece {
    readonly name: string;
    readonly gb: number;
    readonly look: string;
    readonly source: string;
}

const weightLooks = ["part-1", "part-7", "part-6", "part-9", "part-2", "part-10", "part-11"];
const overheadLooks = ["part-4", "part-5", "part-12", "part-8"];

/** The memory of the fullest GPU from the left to the right: weights, what the engine needs, KV cache, what is left over. */
export function memoryPieces(parts: MemoryParts): readonly MemoryPiece[] {
    const looked =
        (looks: readonly string[]) =>
        (part: MemoryPart, index: number): MemoryPiece => ({
            ...part,
            look: looks[index % looks.length] ?? "part-1",
        });
    return [
        ...parts.weights.map(looked(weightLooks)),
        ...parts.overheads.map(looked(overheadLooks)),
        { name: "KV cache", gb: parts.kvCacheGB, look: "part-3", source: "what is left of it for the cache" },
        { name: "not taken", gb: parts.unusedGB, look: "part-0", source: "beyond the share that the engine may take" },
    ].filter(({ gb }) => gb > 0);
}

/** One bar for the memory of the fullest GPU. */
export function memoryBar(parts: MemoryParts, title: string): string {
    const { width } = chart;
    const scale = width / parts.gpuGB;
    let x = 0;
    const boxes = memoryPieces(parts).map(({ name, gb, look }) => {
        const from = x;
        x += gb * scale;
        const words = gigabytes(gb);
        const inside = gb * scale > 60 ? label(from + (gb * scale) / 2, 50, words, "inside") : "";
        return bar(from, 30, gb * scale, 32, look, `${name}: ${words}`) + inside;
    });
    const usable = parts.usableGB * scale;
    return drawing(
        title,
        memoryPieces(parts)
            .map(({ name, gb }) => `${name} ${gigabytes(gb)}`)
            .join(", "),
        [
            ...boxes,
            rule(usable, 24, usable, 68, "promise"),
            label(
                Math.min(usable, width - 4),
                82,
                `the engine may take ${gigabytes(parts.usableGB)} of ${gigabytes(parts.gpuGB)}`,
                "tick",
                "end",
            ),
        ].join(""),
        90,
    );
}
