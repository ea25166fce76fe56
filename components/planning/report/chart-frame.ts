import { xmlText } from "../svg";

/** Size of a chart in its own pixels; pages scale it. */
export const chart = { width: 400, height: 250, left: 52, right: 14, top: 28, bottom: 40 } as const;

/** A value's place on an axis, in the chart's pixels. */
export type Scale = (value: number) => number;

/** Numbers for an axis from 0 to at least `most`: steps of 1, 2 or 5 times a power of ten, five of them or so. */
export function ticks(most: number, wanted = 5): readonly number[] {
    if (!(most > 0) || !Number.isFinite(most)) {
        return [0, 1];
    }
    const rough = most / wanted;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map(factor => factor * power).find(one => one >= rough * (1 - 1e-9)) ?? 10 * power;
    const steps = Math.ceil((most / step) * (1 - 1e-9));
    return Array.from({ length: steps + 1 }, (_, index) => index * step);
}

/** Places from the bottom of the chart to its top. */
export function upwards(most: number): Scale {
    const { height, top, bottom } = chart;
    return value => height - bottom - (value / most) * (height - top - bottom);
}

/** Places from left to right for powers of two, as loads are. */
export function doublings(least: number, most: number): Scale {
    const { width, left, right } = chart;
    const span = Math.max(1e-9, Math.log2(most) - Math.log2(least));
    return value => left + ((Math.log2(value) - Math.log2(least)) / span) * (width - left - right);
}

const place = (value: number): string => String(Math.round(value * 10) / 10);

/** Words in a chart. `look`: classes of the page's style. */
export const label = (x: number, y: number, words: string, look = "", anchor = "middle"): string =>
    `<text x="${place(x)}" y="${place(y)}" text-anchor="${anchor}"${look === "" ? "" : ` class="${look}"`}>${xmlText(words)}</text>`;

/** A straight line. */
export const rule = (x1: number, y1: number, x2: number, y2: number, look: string): string =>
    `<line x1="${place(x1)}" y1="${place(y1)}" x2="${place(x2)}" y2="${place(y2)}" class="${look}"/>`;

/** A line through points. */
export const through = (points: readonly (readonly [x: number, y: number])[], look: string): string =>
    `<polyline points="${points.map(([x, y]) => `${place(x)},${place(y)}`).join(" ")}" class="${look}"/>`;

/** A box; `about` shows when a pointer rests on it. */
export const bar = (x: number, y: number, width: number, height: number, look: string, about = ""): string =>
    `<rect x="${place(x)}" y="${place(y)}" width="${place(Math.max(0, width))}" height="${place(Math.max(0, height))}" class="${look}">` +
    `${about === "" ? "" : `<title>${xmlText(about)}</title>`}</rect>`;

/** A dot; `about` shows when a pointer rests on it. */
export const dot = (x: number, y: number, look: string, about: string): string =>
    `<circle cx="${place(x)}" cy="${place(y)}" r="5" class="${look}"><title>${xmlText(about)}</title></circle>`;

/** Lines across the chart with their numbers on the left. */
export function levels(values: readonly number[], scale: Scale, words: (value: number) => string): string {
    const { width, left, right } = chart;
    return values
        .map(value => {
            const y = scale(value);
            return rule(left, y, width - right, y, "level") + label(left - 6, y + 4, words(value), "tick", "end");
        })
        .join("");
}

/** Numbers below the chart, and what they count. */
export function foot(values: readonly number[], scale: Scale, words: (value: number) => string, what: string): string {
    const { width, left, right, height, bottom } = chart;
    const numbers = values.map(value => label(scale(value), height - bottom + 16, words(value), "tick"));
    return [...numbers, label((left + width - right) / 2, height - 6, what, "tick")].join("");
}

/** A drawing of its own, with its words for those who cannot see it. */
export function drawing(title: string, about: string, body: string, height: number = chart.height): string {
    return (
        `<svg viewBox="0 0 ${chart.width} ${height}" role="img" aria-label="${xmlText(`${title}. ${about}`)}">` +
        `${label(0, 14, title, "title", "start")}${body}</svg>`
    );
}
