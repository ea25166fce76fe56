import type { Objectives } from "../../site/serving";
import type { RankedPlan } from "../plan";
import type { Performance } from "../speed/types";
import { count } from "../words";
import {
    chart,
    dot,
    doublings,
    drawing,
    foot,
    label,
    levels,
    rule,
    type Scale,
    through,
    ticks,
    upwards,
} from "./chart-frame";
import { milliseconds, seconds, threeDigits } from "./words";

/** One figure of speed: how it is read, written and promised. */
interface Figure {
    readonly title: string;
    readonly read: (point: Performance) => number;
    readonly words: (value: number) => string;
    readonly promised?: number;
}

const figures = (objectives: Objectives | undefined): readonly Figure[] => [
    {
        title: "Tokens out a second, one replica",
        read: point => point.outputTokensPerSecond,
        words: count,
    },
    {
        title: "First token, seconds",
        read: point => point.ttftSeconds,
        words: threeDigits,
        ...(objectives?.ttftSeconds === undefined ? {} : { promised: objectives.ttftSeconds }),
    },
    {
        title: "Each further token, milliseconds",
        read: point => point.tpotSeconds * 1000,
        words: threeDigits,
        ...(objectives?.tpotMilliseconds === undefined ? {} : { promised: objectives.tpotMilliseconds }),
    },
];

/**
 * Throughput and latency against concurrency: a drawing for each, with the operating point, what is promised, and the
 * runners-up behind. None for a plan whose speed is not known.
 */
export function speedCharts(
    chosen: RankedPlan,
    runnersUp: readonly RankedPlan[],
    objectives: Objectives | undefined,
): readonly string[] {
    return chosen.curve.length < 2
        ? []
        : figures(objectives).map(figure => speedChart(figure, chosen, runnersUp.slice(0, 2)));
}

function speedChart(figure: Figure, chosen: RankedPlan, runnersUp: readonly RankedPlan[]): string {
    const { read, promised, words, title } = figure;
    const others = runnersUp.map(({ curve }) => curve).filter(curve => curve.length > 1);
    const loads = [chosen.curve, ...others].flat().map(point => point.concurrency);
    const [least, most] = [Math.min(...loads), Math.max(...loads)];
    const highest = Math.max(...[chosen.curve, ...others].flat().map(read));
    // What is promised is shown even where all of the curve is far below, but not so that the curve becomes a flat line.
    const top = promised !== undefined && promised < 4 * highest ? Math.max(highest, promised) : highest;
    const marks = ticks(top);
    const up = upwards(marks.at(-1) ?? top);
    const along = doublings(least, most);
    const line = (curve: readonly Performance[], look: string): string =>
        through(
            curve.map(point => [along(point.concurrency), up(read(point))]),
            look,
        );
    return drawing(
        title,
        `From ${words(Math.min(...chosen.curve.map(read)))} to ${words(Math.max(...chosen.curve.map(read)))}`,
        [
            levels(marks, up, words),
            foot(powers(least, most), along, count, "sequences at a time"),
            ...others.map(curve => line(curve, "line behind")),
            line(chosen.curve, "line"),
            promised !== undefined && promised <= (marks.at(-1) ?? 0) ? promise(promised, up, words) : "",
            chosen.capacity === undefined ? "" : point(chosen.capacity.operatingPoint, read, along, up),
        ].join(""),
    );
}

function promise(value: number, up: Scale, words: (value: number) => string): string {
    const y = up(value);
    const { width, left, right } = chart;
    const below = y < chart.top + 14;
    return (
        rule(left, y, width - right, y, "promise") +
        label(left + 6, below ? y + 13 : y - 5, `promised ${words(value)}`, "promised", "start")
    );
}

function point(at: Performance, read: Figure["read"], along: Scale, up: Scale): string {
    const [x, y] = [along(at.concurrency), up(read(at))];
    const about =
        `${count(at.concurrency)} sequences: first token ${seconds(at.ttftSeconds)}, ` +
        `then ${milliseconds(at.tpotSeconds)} each, ${count(at.outputTokensPerSecond)} tokens/s`;
    const end = x > chart.width * 0.7;
    return (
        rule(x, y, x, chart.height - chart.bottom, "drop") +
        dot(x, y, "point", about) +
        label(x + (end ? -9 : 9), y - 8, `${count(at.concurrency)} sequences`, "mark", end ? "end" : "start")
    );
}

/** Powers of two within a range, few enough to stand side by side. */
function powers(least: number, most: number): readonly number[] {
    const from = Math.ceil(Math.log2(least) - 1e-9);
    const to = Math.floor(Math.log2(most) + 1e-9);
    const stride = Math.max(1, Math.ceil((to - from) / 7));
    return Array.from({ length: Math.floor((to - from) / stride) + 1 }, (_, index) => 2 ** (from + index * stride));
}
