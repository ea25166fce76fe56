/** What `nvidia-smi topo -m` has printed. */
export interface TopologyMatrix {
    /** Names of the rows that are GPUs, in order: `GPU0`. */
    readonly gpus: readonly string[];
    /** How row and column reach one another: `NV18`, `PIX`, `PXB`, `PHB`, `NODE`, `SYS`, `X`; by row, then column. */
    readonly cells: ReadonlyMap<string, ReadonlyMap<string, string>>;
    /** Devices by their column: `NIC0` is `mlx5_0`. */
    readonly nics: ReadonlyMap<string, string>;
}

/** What the words of the matrix mean, the nearest first. */
export const PATHS: Readonly<Record<string, string>> = {
    PIX: "through one PCIe bridge",
    PXB: "through several PCIe bridges",
    PHB: "through the CPU's PCIe host bridge",
    NODE: "through several PCIe host bridges of one NUMA node",
    SYS: "through PCIe and the link between CPUs",
};

/** NVLinks of a cell: 18 of `NV18`; 0 of all others. */
export function nvlinks(cell: string): number {
    return Number(/^NV(\d+)$/.exec(cell)?.[1] ?? 0);
}

/** Reads the matrix. Without a header there are no GPUs in it. */
export function readTopology(lines: readonly string[]): TopologyMatrix {
    // The header is underlined by escape sequences, also where it goes into a pipe.
    const plain = lines.map(line => line.replaceAll(/\x1b\[[0-9;]*m/g, ""));
    const header = plain.findIndex(line => /^\s+GPU0\b/.test(line));
    const columns = words(plain[header] ?? "").filter(isDevice);
    const cells = new Map<string, ReadonlyMap<string, string>>();
    for (const line of header < 0 ? [] : plain.slice(header + 1)) {
        const [row = "", ...values] = words(line);
        if (isDevice(row)) {
            cells.set(row, new Map(columns.map((column, place) => [column, values[place] ?? ""])));
        }
    }
    const nics = plain.flatMap(line => {
        const [, column, device] = /^\s*(NIC\d+):\s+(\S+)/.exec(line) ?? [];
        return column === undefined || device === undefined ? [] : [[column, device] as const];
    });
    return { gpus: [...cells.keys()].filter(name => name.startsWith("GPU")), cells, nics: new Map(nics) };
}

const isDevice = (name: string): boolean => /^(GPU|NIC)\d+$/.test(name);
const words = (line: string): string[] => line.trim().split(/\s+/);
