/** What one way took for one thing, and what it cost on the hosts. */
export interface Measurement {
    /** Wall clock of each run, in seconds. At least one. */
    readonly seconds: readonly number[];
    /** SSH connections to one host, of the last run. */
    readonly connections: number;
    /** SSH sessions (commands) on one host, of the last run. */
    readonly sessions: number;
}

/** One way's measurements by what was measured: `first`, `nothing to change`. */
export type Measurements = Readonly<Record<string, Measurement>>;

/** Smallest, middle and largest of some figures; the middle of an even count is the mean of the two. */
export function spread(values: readonly number[]): { min: number; median: number; max: number } {
    const sorted = [...values].sort((a, b) => a - b);
    const [min, max] = [sorted[0], sorted.at(-1)];
    const low = sorted[Math.ceil(sorted.length / 2) - 1];
    const high = sorted[Math.floor(sorted.length / 2)];
    if (min === undefined || max === undefined || low === undefined || high === undefined) {
        throw new Error("nothing was measured");
    }
    return { min, median: (low + high) / 2, max };
}

/**
 * The report as a Markdown table: a row for each thing and way, things in the order of the first way. A ratio is a
 * way's median over that of the first way.
 */
export function report(ways: Readonly<Record<string, Measurements>>): string {
    const [reference = {}] = Object.values(ways);
    const things = [...new Set(Object.values(ways).flatMap(measurements => Object.keys(measurements)))];
    const rows = things.flatMap(thing =>
        Object.entries(ways).flatMap(([way, measurements]) => {
            const measured = measurements[thing];
            return measured === undefined ? [] : [row(thing, way, measured, reference[thing])];
        }),
    );
    return [
        "| what | way | seconds (median; min to max) | ratio | connections a host | sessions a host |",
        "| --- | --- | --- | --- | --- | --- |",
        ...rows,
    ].join("\n");
}

function row(thing: string, way: string, measured: Measurement, reference: Measurement | undefined): string {
    const { min, median, max } = spread(measured.seconds);
    const seconds =
        measured.seconds.length === 1
            ? figure(median)
            : `${figure(median)} (${figure(min)} to ${figure(max)}, ${measured.seconds.length} runs)`;
    const ratio = reference === undefined ? "" : figure(median / spread(reference.seconds).median);
    return `| ${[thing, way, seconds, ratio, measured.connections, measured.sessions].join(" | ")} |`;
}

/** Two digits are all that such figures hold. */
function figure(value: number): string {
    return value >= 10 ? value.toFixed(0) : value.toFixed(value < 1 ? 2 : 1);
}
