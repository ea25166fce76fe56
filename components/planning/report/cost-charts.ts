import type { Traffic } from "../../site/serving";
import type { Cost } from "../capacity/types";
import { bar, chart, drawing, foot, label, levels, rule, type Scale, through, ticks, upwards } from "./chart-frame";
import { money, percent, threeDigits, tokens } from "./words";

/** Parts of a year's bar from the bottom up. */
const parts = [
    ["hardware", "part-1"],
    ["network", "part-2"],
    ["power", "part-3"],
    ["operations", "part-4"],
    ["model updates", "part-5"],
] as const;

/** What was paid until the end of a year, part by part in the order of `parts`. Year 0 is the day of the purchase. */
export function paidUntil(cost: Cost, year: number): readonly number[] {
    return [
        cost.hardware,
        cost.networkPerYear * year,
        cost.powerPerYear * year,
        cost.operationsPerYear * year,
        cost.modelUpdatesPerYear * year,
    ];
}

/** Year at whose end a hosted service would have cost as much, at the site's traffic. Undefined: not within the years. */
export function breakEvenYear(cost: Cost, traffic: Traffic): number | undefined {
    const hosted = hostedPerYear(cost, traffic);
    const yearly = cost.powerPerYear + cost.networkPerYear + cost.operationsPerYear + cost.modelUpdatesPerYear;
    const year = hosted === undefined || hosted <= yearly ? undefined : cost.hardware / (hosted - yearly);
    return year === undefined || year > cost.years ? undefined : year;
}

function hostedPerYear({ hostedPerMillionTokens }: Cost, traffic: Traffic): number | undefined {
    const millions = (traffic.dailyRequests * (traffic.inputTokens + traffic.outputTokens) * 365) / 1e6;
    return hostedPerMillionTokens === undefined ? undefined : hostedPerMillionTokens * millions;
}

/** What was paid by the end of each year, beside what a hosted service would have asked for the same tokens. */
export function costByYear(cost: Cost, traffic: Traffic): string {
    const years = Array.from({ length: cost.years + 1 }, (_, year) => year);
    const hosted = hostedPerYear(cost, traffic);
    const { width, left, right, height, bottom, top } = chart;
    const marks = ticks(
        Math.max(cost.total, (hosted ?? 0) * cost.years < 3 * cost.total ? (hosted ?? 0) * cost.years : 0),
    );
    const most = marks.at(-1) ?? 1;
    const up = upwards(most);
    const step = (width - left - right) / years.length;
    const middle: Scale = year => left + (year + 0.5) * step;
    const even = breakEvenYear(cost, traffic);
    const until = hosted === undefined ? 0 : Math.min(cost.years, most / hosted);
    return drawing(
        `Paid until the end of each year, ${cost.currency}`,
        `${money(cost.total, cost.currency)} after ${cost.years} years`,
        [
            levels(marks, up, short),
            ...years.map(year => yearBar(cost, year, middle(year) - step * 0.32, step * 0.64, up)),
            foot(years, middle, String, "years"),
            hosted === undefined
                ? ""
                : through(
                      [
                          [middle(0), up(0)],
                          [middle(until), up(hosted * until)],
                      ],
                      "line hosted",
                  ) +
                  label(
                      Math.min(middle(until), width - right),
                      Math.max(top + 12, up(hosted * until) - 6),
                      "hosted",
                      "mark",
                      "end",
                  ),
            even === undefined
                ? ""
                : rule(middle(even), top, middle(even), height - bottom, "promise") +
                  label(middle(even) + 5, top + 12, `even after ${threeDigits(even)} years`, "promised", "start"),
        ].join(""),
    );
}

function yearBar(cost: Cost, year: number, x: number, width: number, up: Scale): string {
    let below = 0;
    return paidUntil(cost, year)
        .map((value, index) => {
            const [name, look] = parts[index] ?? ["", ""];
            const from = up(below);
            below += value;
            const about = `year ${year}, ${name}: ${money(value, cost.currency)}`;
            return value === 0 ? "" : bar(x, up(below), width, from - up(below), look, about);
        })
        .join("");
}

/** Numbers on an axis of money: `2.5 M`. */
const short = (value: number): string => (value >= 1000 ? tokens(value) : threeDigits(value));

/** The parts of the bars by colour, with what each is over all years. */
export function costLegend(cost: Cost): readonly (readonly [look: string, words: string])[] {
    const all = paidUntil(cost, cost.years);
    return parts.flatMap(([name, look], index) => {
        const value = all[index] ?? 0;
        return value === 0
            ? []
            : [[look, `${name} ${money(value, cost.currency)}, ${percent(value / cost.total)}`] as const];
    });
}

/** How the total changes when one figure is a tenth more or less: a bar to both sides for each, the longest first. */
export function sensitivityBars(cost: Cost): string {
    const shown = cost.sensitivity.slice(0, 8);
    const { width, right } = chart;
    const from = 150;
    const middle = (from + width - right) / 2;
    const reach = (width - right - from) / 2 - 42;
    const most = Math.max(...shown.map(({ totalChange }) => Math.abs(totalChange)), 1e-9);
    const height = 40 + shown.length * 26;
    const rows = shown.map(({ name, totalChange }, index) => {
        const y = 30 + index * 26;
        const length = (Math.abs(totalChange) / most) * reach;
        const share = percent(Math.abs(totalChange) / cost.total);
        const about = `${name} ± 10 %: ± ${money(Math.abs(totalChange), cost.currency)}`;
        return (
            label(from - 8, y + 13, name.length > 24 ? `${name.slice(0, 23)}…` : name, "tick", "end") +
            bar(middle - length, y, length, 18, totalChange > 0 ? "less" : "more", about) +
            bar(middle, y, length, 18, totalChange > 0 ? "more" : "less", about) +
            label(middle + length + 5, y + 13, `± ${share}`, "tick", "start")
        );
    });
    return drawing(
        "What a tenth more or less makes of the total",
        shown.map(({ name }) => name).join(", "),
        rows.join("") + rule(middle, 26, middle, height - 10, "axis"),
        height,
    );
}
