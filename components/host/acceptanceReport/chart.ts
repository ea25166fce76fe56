import { box, shorten, text, xmlText } from "../../planning/svg";
import type { FigureOfHosts, SeriesOfHosts } from "./gates";

const GOOD = "#2563eb";
const BAD = "#b91c1c";
const UNJUDGED = "#64748b";
const LINE = "#cbd5e1";
const WIDTH = 560;
const LEFT = 132;
const RIGHT = 70;
const ROW = 18;
/** Up to so many hosts each has a row of its own; more are dots on one axis, and only the bad ones have names. */
const MOST_ROWS = 40;
const MOST_NAMES = 8;
const DOT = 3;

/** A number with the digits that people compare: four, and no exponent. */
export function short(value: number): string {
    if (value === 0 || !Number.isFinite(value)) {
        return String(value);
    }
    const digits = Math.max(0, Math.min(4, 3 - Math.floor(Math.log10(Math.abs(value)))));
    return value.toLocaleString("en-GB", { maximumFractionDigits: digits });
}

/** A figure on all its hosts against its threshold, so that the one that is slow is seen. */
export function figureChart(figure: FigureOfHosts): string {
    return figure.points.length <= MOST_ROWS ? bars(figure) : dots(figure);
}

function bars({ points, threshold, figure }: FigureOfHosts): string {
    const limits = [threshold?.atLeast, threshold?.atMost].filter(limit => limit !== undefined);
    const top = Math.max(...points.map(({ value }) => value), ...limits, 0) || 1;
    const x = (value: number) => LEFT + (Math.max(0, value) / top) * (WIDTH - LEFT - RIGHT);
    const height = points.length * ROW + 22;
    const rows = points.map(({ host, value, met }, index) => {
        const y = index * ROW + 16;
        const colour = threshold === undefined ? UNJUDGED : met ? GOOD : BAD;
        return [
            text(LEFT - 8, y + 11, shorten(host, LEFT - 12, 12), {
                anchor: "end",
                ...(met ? {} : { colour: BAD, bold: true }),
            }),
            box(LEFT, y, Math.max(1, x(value) - LEFT), ROW - 5, { fill: colour, radius: 2 }),
            text(x(value) + 5, y + 11, `${short(value)}${met ? "" : " ✗"}`, {
                size: 11,
                ...(met ? {} : { colour: BAD, bold: true }),
            }),
        ].join("");
    });
    return svg(height, figure, [...rows, ...limits.map(limit => limitLine(x(limit), height, limit))]);
}

function dots({ points, threshold, figure }: FigureOfHosts): string {
    const limits = [threshold?.atLeast, threshold?.atMost].filter(limit => limit !== undefined);
    const values = [...points.map(({ value }) => value), ...limits];
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const x = (value: number) => 20 + (high === low ? 0.5 : (value - low) / (high - low)) * (WIDTH - 40);
    const stacked = new Map<number, number>();
    const placed = points.map(point => {
        const column = Math.round(x(point.value) / (2 * DOT));
        const level = stacked.get(column) ?? 0;
        stacked.set(column, level + 1);
        return { ...point, x: column * 2 * DOT, level };
    });
    const tallest = Math.max(...stacked.values());
    const step = Math.min(2 * DOT, 140 / tallest);
    const base = tallest * step + 34;
    const marks = placed.map(({ x: at, level, met, host, value }) => {
        const colour = threshold === undefined ? UNJUDGED : met ? GOOD : BAD;
        const title = `<title>${xmlText(`${host}: ${short(value)}`)}</title>`;
        return `<circle cx="${at}" cy="${(base - DOT - level * step).toFixed(1)}" r="${DOT}" fill="${colour}">${title}</circle>`;
    });
    const bad = placed.filter(({ met }) => !met).sort((a, b) => a.value - b.value);
    const names = bad.slice(0, MOST_NAMES).map(({ host, value }) => `${host} ${short(value)} ✗`);
    const more = bad.length > names.length ? [`and ${bad.length - names.length} more`] : [];
    return svg(base + 22 + (names.length + more.length) * 16, figure, [
        `<line x1="20" y1="${base}" x2="${WIDTH - 20}" y2="${base}" stroke="${LINE}"/>`,
        text(20, base + 14, short(low), { size: 11 }),
        text(WIDTH - 20, base + 14, short(high), { size: 11, anchor: "end" }),
        ...marks,
        ...limits.map(limit => limitLine(x(limit), base, limit)),
        ...[...names, ...more].map((words, index) => text(20, base + 32 + index * 16, words, { colour: BAD })),
    ]);
}

/** A series on all its hosts: a line for each where the points are sizes, else only points. */
export function seriesChart({ series, lines }: SeriesOfHosts): string {
    const names = [...new Set(lines.flatMap(({ points }) => Object.keys(points)))];
    const areSizes = names.every(name => /^\d+(\.\d+)? ?([KMGT]i?)?B?$/.test(name));
    const top = Math.max(...lines.flatMap(({ points }) => Object.values(points)), 0) || 1;
    const [height, base, left] = [220, 180, 58];
    const x = (index: number) => left + (names.length < 2 ? 0 : (index / (names.length - 1)) * (WIDTH - left - 90));
    const y = (value: number) => base - (Math.max(0, value) / top) * (base - 16);
    const labelled = names.length <= 12 ? 1 : Math.ceil(names.length / 12);
    const drawn = [...lines]
        .sort((a, b) => Number(b.passed) - Number(a.passed))
        .map(({ host, passed, points }) => {
            const colour = passed ? GOOD : BAD;
            const at = names.flatMap((name, index) => {
                const value = points[name];
                return value === undefined ? [] : [{ x: x(index), y: y(value), value, name }];
            });
            const marks = at.map(point => {
                const title = `<title>${xmlText(`${host}, ${point.name}: ${short(point.value)}`)}</title>`;
                return `<circle cx="${point.x.toFixed(1)}" cy="${point.y.toFixed(1)}" r="2.5" fill="${colour}">${title}</circle>`;
            });
            const path = at.map(point => `${point.x.toFixed(1)},${point.y.toFixed(1)}`).join(" ");
            const last = at.at(-1);
            return [
                ...(areSizes ? [`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>`] : []),
                ...marks,
                ...(last !== undefined && (!passed || lines.length === 1)
                    ? [
                          text(last.x + 7, last.y + 4, shorten(passed ? short(last.value) : `${host} ✗`, 82, 11), {
                              size: 11,
                              colour,
                          }),
                      ]
                    : []),
            ].join("");
        });
    return svg(height, series, [
        `<line x1="${left}" y1="${base}" x2="${WIDTH - 90}" y2="${base}" stroke="${LINE}"/>`,
        ...[0, 0.5, 1].map(part => text(left - 8, y(top * part) + 4, short(top * part), { size: 11, anchor: "end" })),
        ...names.map((name, index) =>
            index % labelled === 0
                ? text(x(index), base + 16, shorten(name, 62, 10), { size: 10, anchor: "middle" })
                : "",
        ),
        ...drawn,
    ]);
}

function limitLine(x: number, height: number, limit: number): string {
    return (
        `<line x1="${x.toFixed(1)}" y1="12" x2="${x.toFixed(1)}" y2="${height}" stroke="#0f172a" stroke-dasharray="4 3"/>` +
        text(x, 10, short(limit), { size: 11, anchor: "middle", colour: "#0f172a" })
    );
}

function svg(height: number, label: string, parts: readonly string[]): string {
    const head = `<svg viewBox="0 0 ${WIDTH} ${Math.ceil(height)}" role="img" aria-label="${xmlText(label)}">`;
    return `${head}${parts.join("")}</svg>`;
}
