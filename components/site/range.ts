import { show } from "./problem";

/** Most values that one range may stand for: a limit against a slip of the finger, not against big sites. */
export const longestRange = 1024;

/** What a range stands for, or why it is not one. */
export type Expansion = { readonly values: readonly string[] } | { readonly problem: string };

/**
 * Expands a range: `gpu-[01-03]` is gpu-01, gpu-02, gpu-03; `10.20.0.[11,14-15]` leaves gaps. Numbers keep leading
 * zeros. Text without brackets stands for itself. One pair of brackets, each value once, 1024 values at most.
 */
export function expandRange(text: string): Expansion {
    if (!/[[\]]/.test(text)) {
        return { values: [text] };
    }
    const [, prefix, body, suffix] = /^([^[\]]*)\[([^[\]]*)\]([^[\]]*)$/.exec(text) ?? [];
    if (prefix === undefined || body === undefined || suffix === undefined) {
        return { problem: `${show(text)} is not a range: ${syntax}` };
    }
    const numbers: string[] = [];
    for (const part of body.split(",")) {
        const span = parseSpan(part);
        if ("problem" in span) {
            return { problem: `${show(text)} is not a range: ${span.problem}` };
        }
        if (numbers.length + span.to - span.from + 1 > longestRange) {
            return {
                problem: `${show(text)} stands for more than ${longestRange} values; split it into several groups`,
            };
        }
        for (let number = span.from; number <= span.to; number++) {
            numbers.push(String(number).padStart(span.width, "0"));
        }
    }
    const seen = new Set<string>();
    const twice = numbers.find(number => seen.size === seen.add(number).size);
    if (twice !== undefined) {
        return { problem: `${show(text)} names ${twice} twice` };
    }
    return { values: numbers.map(number => prefix + number + suffix) };
}

const syntax = `write one pair of brackets with numbers, like "gpu-[01-16]" or "gpu-[01-08,11]"`;

type Span = { readonly from: number; readonly to: number; readonly width: number };

function parseSpan(part: string): Span | { readonly problem: string } {
    const [, first, last = first] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part) ?? [];
    if (first === undefined || last === undefined) {
        return { problem: syntax };
    }
    const from = Number(first);
    const to = Number(last);
    if (from > to) {
        return { problem: `it runs backwards, write [${last}-${first}]` };
    }
    const padded = first.length > 1 && first.startsWith("0");
    if (last.length !== first.length && (padded || last.startsWith("0"))) {
        return { problem: `${first} and ${last} have different numbers of digits, and one has leading zeros` };
    }
    return { from, to, width: padded ? first.length : 1 };
}
