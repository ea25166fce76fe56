import type { GpuAcceptance, Reached } from "../../../catalog";
import type { CheckSpec, Threshold } from "../../../provider/gates/check";

/**
 * Share of a measured figure that a gate asks for, where clocks are fixed: memory, PCIe. Three H200 hosts were within
 * 2.5 % of one another.
 */
export const BANDWIDTH_FRACTION = 0.95;
/**
 * The same for arithmetic, whose clocks follow the chip's quality, its temperature and its power: products ran at 769
 * to 798 TFLOP/s on H200s that were sound. A GPU whose clocks are held down is far below.
 */
export const COMPUTE_FRACTION = 0.9;

/** Checks of a gate by name. */
export type Specs = Readonly<Record<string, CheckSpec>>;
/** Settings of one check. */
export type Settings = NonNullable<CheckSpec["settings"]>;
/** Thresholds of one check, by figure. */
export type Thresholds = CheckSpec["thresholds"];

/** A threshold from below, with four significant digits. */
export const atLeast = (value: number, unit: string, source: string): Threshold => ({
    atLeast: rounded(value),
    unit,
    source,
});

/** A threshold from above, with four significant digits. */
export const atMost = (value: number, unit: string, source: string): Threshold => ({
    atMost: rounded(value),
    unit,
    source,
});

/** Four significant digits. */
export const rounded = (value: number): number => Number(value.toPrecision(4));

/** Every figure of a GPU that the catalogue knows, as a threshold: a fraction of what was measured, gates as they are. */
export function knownThresholds(
    known: GpuAcceptance,
    units: Readonly<Record<string, string>>,
    fraction: number,
): Thresholds {
    return Object.fromEntries(
        Object.entries(units).flatMap(([name, unit]) => {
            const reached = known.figures[name];
            return reached === undefined ? [] : [[name, atLeast(...judged(reached, fraction, unit))]];
        }),
    );
}

function judged({ value, kind, source }: Reached, fraction: number, unit: string): [number, string, string] {
    return kind === "gate"
        ? [value, unit, source.where]
        : [value * fraction, unit, `${fraction * 100} % of ${value} ${unit}: ${source.where}`];
}
