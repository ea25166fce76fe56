import type { Check, CheckResult, CheckSpec, Finding, Reading, Threshold } from "./check";

/** Significant digits of figures that are kept: state stays small, and no check is more exact than that. */
const DIGITS = 5;
/** Points kept of one series. */
const MOST_POINTS = 128;

/** A figure as it is kept and judged: whole numbers as they are, others with five significant digits. */
export function rounded(value: number): number {
    return Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS));
}

/** Compares what was read with the thresholds. A threshold whose figure was not read is a finding. */
export function judge(check: Check, spec: CheckSpec, reading: Reading, seconds: number): CheckResult {
    const figures = mapValues(reading.figures, rounded);
    const series = mapValues(reading.series ?? {}, points =>
        mapValues(Object.fromEntries(Object.entries(points).slice(0, MOST_POINTS)), rounded),
    );
    const missed =
        reading.missing === undefined ? misses(check, spec, figures, series, reading.findings.length > 0) : [];
    const findings = [...reading.findings, ...missed];
    return {
        passed: findings.length === 0 && reading.missing === undefined,
        seconds: rounded(seconds),
        figures,
        ...(Object.keys(series).length > 0 ? { series } : {}),
        findings,
        ...(reading.missing === undefined ? {} : { missing: reading.missing }),
    };
}

/** Judges kept figures by other thresholds; what was wrong whatever the thresholds were stays wrong. */
export function judgeAgain(check: Check, spec: CheckSpec, kept: CheckResult): CheckResult {
    const findings = kept.findings.filter(({ source }) => source === undefined);
    return judge(check, spec, { ...kept, findings }, kept.seconds);
}

/** `at least 400 GB/s`, for people. */
export function thresholdWords({ atLeast, atMost, unit }: Threshold): string {
    const parts = [
        ...(atLeast === undefined ? [] : [`at least ${amount(atLeast, unit)}`]),
        ...(atMost === undefined ? [] : [`at most ${amount(atMost, unit)}`]),
    ];
    return parts.join(" and ");
}

function misses(
    check: Check,
    spec: CheckSpec,
    figures: Readonly<Record<string, number>>,
    series: Readonly<Record<string, Readonly<Record<string, number>>>>,
    hasFindings: boolean,
): Finding[] {
    return Object.entries(spec.thresholds).flatMap(([what, threshold]) => {
        const figure = figures[what];
        const { atLeast = -Infinity, atMost = Infinity, unit, source } = threshold;
        // Whatever kept a figure from being measured is a finding already, or there is none and this one says so.
        const explained = figure === undefined && hasFindings;
        if (explained || (figure !== undefined && figure >= atLeast && figure <= atMost)) {
            return [];
        }
        // A figure that is the worst of a series of its name says where it was found.
        const places = Object.entries(series[what] ?? {}).flatMap(([place, value]) =>
            value === figure ? [place] : [],
        );
        const where = places.length === 0 ? "" : ` (${places.slice(0, 4).join(", ")})`;
        const found = figure === undefined || Number.isNaN(figure) ? "not measured" : amount(figure, unit) + where;
        return [{ what, found, wanted: thresholdWords(threshold), causes: [...check.causes(what, spec)], source }];
    });
}

function amount(value: number, unit: string): string {
    return unit === "" ? String(value) : `${value} ${unit}`;
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
    return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
