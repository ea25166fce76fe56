/** One GPU as `nvidia-smi -q` prints it. */
export interface GpuFacts {
    /** `GPU 0`: its place in the list. */
    readonly name: string;
    /** PCI address, `00000000:06:00.0`. */
    readonly bus: string;
    /**
     * Values by their path, joined with `/`: `ECC Errors/Volatile/DRAM Uncorrectable`. What is "N/A" or has an unknown
     * error is left out: the GPU does not say it.
     */
    readonly facts: ReadonlyMap<string, string>;
}

/** Everything in `nvidia-smi -q`. */
export interface SmiQuery {
    readonly driverVersion?: string;
    readonly gpus: readonly GpuFacts[];
}

/** Reads `nvidia-smi -q`, whose lines are nested by indentation. */
export function readSmiQuery(lines: readonly string[]): SmiQuery {
    const gpus: { bus: string; facts: Map<string, string> }[] = [];
    let path: { readonly indent: number; readonly key: string }[] = [];
    let driverVersion: string | undefined;
    for (const line of lines) {
        const [, bus] = /^GPU ([0-9A-Fa-f:.]+)$/.exec(line) ?? [];
        if (bus !== undefined) {
            gpus.push({ bus, facts: new Map() });
            path = [];
            continue;
        }
        const indent = line.search(/\S/);
        const [key = "", value] = splitOnce(line.trim());
        if (indent < 0) {
            continue;
        }
        path = [...path.filter(above => above.indent < indent), { indent, key }];
        const gpu = gpus.at(-1);
        if (gpu === undefined) {
            driverVersion = key === "Driver Version" ? value : driverVersion;
        } else if (value !== undefined && said(value)) {
            gpu.facts.set(path.map(step => step.key).join("/"), value);
        }
    }
    return {
        ...(driverVersion === undefined ? {} : { driverVersion }),
        gpus: gpus.map((gpu, index) => ({ name: `GPU ${index}`, ...gpu })),
    };
}

/** The number a value begins with: 54 of `54 C`, 16 of `16x`; undefined where the GPU does not say it. */
export function amount(gpu: GpuFacts, path: string): number | undefined {
    const value = Number.parseFloat(gpu.facts.get(path) ?? "");
    return Number.isNaN(value) ? undefined : value;
}

/** Sum of the values whose path begins and ends so; undefined where there is none. */
export function total(gpu: GpuFacts, begin: string, part: RegExp): number | undefined {
    const values = [...gpu.facts.keys()]
        .filter(path => path.startsWith(begin) && part.test(path))
        .flatMap(path => amount(gpu, path) ?? []);
    return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}

const said = (value: string): boolean => value !== "N/A" && !value.startsWith("Unknown") && !value.startsWith("[");

function splitOnce(text: string): [key: string, value?: string] {
    const [, key, value] = /^(.*?)\s+:\s(.*)$/.exec(text) ?? [];
    return key === undefined || value === undefined ? [text] : [key, value.trim()];
}
