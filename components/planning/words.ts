import { editDistance } from "../site/nearest";

/** `163840` as `163,840`; rounded to a whole number. */
export function count(value: number): string {
    return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Size of 10⁹ bytes: whole from 10 GB on, one digit below, MB below 0.1 GB. */
export function gigabytes(value: number): string {
    if (value < 0.1) {
        return `${count(value * 1000)} MB`;
    }
    return value < 10 ? `${value.toFixed(1)} GB` : `${count(value)} GB`;
}

/** `1 host`, `2 hosts`. */
export const plural = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? "" : "s"}`;

/** `8 × H200`, `2 hosts of 8 × H100`, `the CPU`. */
export function hardware(gpu: string | undefined, gpusPerHost: number, hosts: number): string {
    if (gpu === undefined || gpu === "cpu") {
        return "the CPU";
    }
    return hosts === 1 ? `${gpusPerHost} × ${gpu}` : `${hosts} hosts of ${gpusPerHost} × ${gpu}`;
}

/** `a`, `a or b`, `a, b or c`. */
export function listOf(words: readonly string[], conjunction = "or"): string {
    const last = words.at(-1) ?? "";
    return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} ${conjunction} ${last}`;
}

/** The names nearest to one that is unknown, at most three, nearest first. */
export function nearestNames(name: string, known: readonly string[]): readonly string[] {
    const wanted = name.toLowerCase();
    return known
        .map(candidate => ({ candidate, edits: editDistance(wanted, candidate.toLowerCase()) }))
        .filter(({ candidate, edits }) => edits <= Math.max(2, candidate.length / 3))
        .sort((a, b) => a.edits - b.edits)
        .slice(0, 3)
        .map(({ candidate }) => candidate);
}
