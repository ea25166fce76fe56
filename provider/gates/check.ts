/** One named figure with what it must be. */
export interface Threshold {
    /** Smallest value that passes. */
    readonly atLeast?: number;
    /** Largest value that passes. */
    readonly atMost?: number;
    /** Unit of the figure, as people write it: `GB/s`, `°C`. */
    readonly unit: string;
    /** Where the threshold comes from. */
    readonly source: string;
}

/** One check of a gate as the program asks for it. */
export interface CheckSpec {
    /** Thresholds by the figure's name. A figure without one is kept and not judged. */
    readonly thresholds: Readonly<Record<string, Threshold>>;
    /** What the check needs to know, by name: sizes, devices, expected counts. */
    readonly settings?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** Something that a check found to be wrong. */
export interface Finding {
    /** The figure or fact: `allreduceBusGBps`, `GPU 3`. */
    readonly what: string;
    readonly found: string;
    readonly wanted: string;
    /** Usual causes, the likeliest first, each something a person can look at. */
    readonly causes: readonly string[];
    /** Source of the threshold that was missed. Unset: wrong whatever the thresholds are. */
    readonly source?: string;
}

/** What a check read from the host, before it is judged. */
export interface Reading {
    /** Figures by name; the unit is in the name: `readTBps`, `temperatureCelsius`. */
    readonly figures: Readonly<Record<string, number>>;
    /** Figures by size or by device, for plots: series name, then point name. */
    readonly series?: Readonly<Record<string, Readonly<Record<string, number>>>>;
    /** Facts that are wrong whatever the thresholds are: an XID, a pair of GPUs without NVLink. */
    readonly findings: readonly Finding[];
    /** The check could not run: `tool` is missing and `package` brings it. */
    readonly missing?: { readonly tool: string; readonly package: string };
}

/** Result of one check. */
export interface CheckResult extends Reading {
    readonly passed: boolean;
    readonly seconds: number;
}

/**
 * A kind of check: shell text out, lines in, everything pure. It runs as root, alone on the host, in one session with
 * the other checks of its gate.
 *
 * Each script is a POSIX shell of its own, in a folder of its own in memory, which is removed afterwards. It has
 * `GATE_HOST` (address of the host), `GATE_PEER` (of the peer; empty without one), and the function
 * `need TOOL PACKAGE`, which says that the tool is missing and ends the script with 0: `parse` is not asked then, and
 * the result has `missing`. What it prints to standard output is read by `parse`, empty lines at the end left out;
 * the end of its standard error is shown where it fails without any figure or finding.
 */
export interface Check {
    /** Name in the inputs: `hbm`. */
    readonly name: string;
    /** What it measures, for people: one clause. */
    readonly words: string;
    /** Whether it needs the gate's peer. */
    readonly needsPeer?: boolean;
    /** What is wrong with a definition, a sentence each. */
    check(spec: CheckSpec): readonly string[];
    /** Shell that prints what `parse` reads. It must end by itself and leave nothing behind. */
    script(spec: CheckSpec): string;
    /**
     * Shell for the peer, for checks that need one: a server in the foreground. It has begun before the first check of
     * the gate, has `GATE_HOST` and `GATE_PEER` with the same meaning, and is stopped with all its children once the
     * gate is done.
     */
    peerScript?(spec: CheckSpec): string;
    /** Seconds until it is stopped, which is a finding. The setting `limitSeconds` goes before it. @default 300 */
    limitSeconds?(spec: CheckSpec): number;
    /** Reads what was printed. Throws nothing: what cannot be read is a finding. */
    parse(lines: readonly string[], spec: CheckSpec): Reading;
    /** Usual causes where a figure misses its threshold, the likeliest first. */
    causes(figure: string, spec: CheckSpec): readonly string[];
}
