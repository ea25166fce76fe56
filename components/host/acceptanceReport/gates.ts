import type { CheckResult, CheckSpec, Threshold } from "../../../provider/gates/check";
import { unwrap } from "../../../provider/values";
import type { ExportedResource } from "../exported";

/** What a host's gate has shown. */
export interface GateRecord {
    readonly host: string;
    readonly passed: boolean;
    /** ISO 8601 in UTC; empty where it never ran to its end. */
    readonly ranAt: string;
    /** What it was measured on, text by name. */
    readonly fingerprint: Readonly<Record<string, string>>;
    readonly checks: Readonly<Record<string, CheckSpec>>;
    /** Results by name of the check; a check that never ran has none. */
    readonly results: Readonly<Record<string, CheckResult>>;
}

/** One figure of one check, on all hosts that have it. */
export interface FigureOfHosts {
    readonly check: string;
    readonly figure: string;
    /** Unset: the figure is kept and not judged. The strictest one, where hosts differ. */
    readonly threshold?: Threshold;
    readonly points: readonly {
        readonly host: string;
        readonly value: number;
        /** Whether it meets its own host's threshold. */
        readonly met: boolean;
    }[];
}

/** One series of one check, on all hosts that have it. */
export interface SeriesOfHosts {
    readonly check: string;
    readonly series: string;
    readonly lines: readonly {
        readonly host: string;
        readonly passed: boolean;
        readonly points: Readonly<Record<string, number>>;
    }[];
}

/** The gate that a resource of an exported stack is. */
export function gateRecord({ host, inputs, outputs }: ExportedResource): GateRecord {
    const [wanted, found] = [inputs, outputs].map(wire => unwrap(wire).value as unknown as Partial<GateRecord>);
    const { passed = false, ranAt = "", fingerprint = {}, results = {} } = found ?? {};
    return { host, passed, ranAt, fingerprint, results, checks: wanted?.checks ?? {} };
}

/** Checks of all gates, in the order in which they first appear. */
export function checkNames(gates: readonly GateRecord[]): readonly string[] {
    return [...new Set(gates.flatMap(({ checks, results }) => [...Object.keys(checks), ...Object.keys(results)]))];
}

/** Every figure on all its hosts: those that are judged first, then the rest. */
export function figuresOfHosts(gates: readonly GateRecord[]): readonly FigureOfHosts[] {
    const all = new Map<string, FigureOfHosts>();
    for (const { host, checks, results } of gates) {
        for (const [check, { figures }] of Object.entries(results)) {
            for (const [figure, value] of Object.entries(figures)) {
                const key = JSON.stringify([check, figure]);
                const before = all.get(key);
                const own = checks[check]?.thresholds[figure];
                const threshold = stricter(before?.threshold, own);
                const points = [...(before?.points ?? []), { host, value, met: meets(value, own) }];
                all.set(key, { check, figure, points, ...(threshold === undefined ? {} : { threshold }) });
            }
        }
    }
    const found = [...all.values()];
    const judged = ({ threshold }: FigureOfHosts) => threshold !== undefined;
    return [...found.filter(judged), ...found.filter(entry => !judged(entry))];
}

/** Every series of two points and more on all its hosts; one that is the same everywhere says nothing and is left out. */
export function seriesOfHosts(gates: readonly GateRecord[]): readonly SeriesOfHosts[] {
    const all = new Map<string, SeriesOfHosts>();
    for (const { host, results } of gates) {
        for (const [check, { series = {}, passed }] of Object.entries(results)) {
            for (const [name, points] of Object.entries(series)) {
                if (Object.keys(points).length > 1) {
                    const key = JSON.stringify([check, name]);
                    const lines = [...(all.get(key)?.lines ?? []), { host, passed, points }];
                    all.set(key, { check, series: name, lines });
                }
            }
        }
    }
    const values = ({ lines }: SeriesOfHosts) => new Set(lines.flatMap(({ points }) => Object.values(points)));
    return [...all.values()].filter(series => values(series).size > 1);
}

/** Whether a figure is what it must be. Without a threshold every figure is. */
export function meets(value: number, threshold: Threshold | undefined): boolean {
    return value >= (threshold?.atLeast ?? -Infinity) && value <= (threshold?.atMost ?? Infinity);
}

function stricter(one: Threshold | undefined, other: Threshold | undefined): Threshold | undefined {
    if (one === undefined || other === undefined) {
        return one ?? other;
    }
    const atLeast = Math.max(one.atLeast ?? -Infinity, other.atLeast ?? -Infinity);
    const atMost = Math.min(one.atMost ?? Infinity, other.atMost ?? Infinity);
    return {
        ...one,
        ...(Number.isFinite(atLeast) ? { atLeast } : {}),
        ...(Number.isFinite(atMost) ? { atMost } : {}),
    };
}
