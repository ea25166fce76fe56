import type { Finding } from "./check";
import type { GpuFacts } from "./nvidiaSmi";

/** One line of the kernel's log about a GPU. */
export interface Xid {
    /** PCI address as the kernel writes it, `0000:06:00`. */
    readonly bus: string;
    readonly code: number;
    readonly words: string;
}

/** XIDs that a faulty program brings about, not the hardware (NVIDIA, XID errors). They are counted, not judged. */
export const APPLICATION_XIDS: ReadonlySet<number> = new Set([13, 31, 43, 45, 68, 69]);

/** What the commonest mean, and what to do. */
const MEANINGS: Readonly<Record<number, readonly [words: string, ...causes: readonly string[]]>> = {
    48: ["uncorrectable memory error", "reset the GPU, then run dcgmi diag -r 3; exchange it where it comes back"],
    62: ["the GPU's controller stopped", "reboot the host; a firmware update of the GPU"],
    63: ["a row of the memory was remapped", "the remapping takes effect with a reset of the GPU: reboot the host"],
    64: ["a row of the memory could not be remapped", "exchange the GPU"],
    74: ["NVLink error", "a GPU module or the NVSwitch board is not seated well", "run dcgmi diag -r 3"],
    79: ["the GPU has fallen off the bus", "power or heat of the GPU", "its PCIe riser or board", "exchange the GPU"],
    92: ["many corrected memory errors", "watch it: the memory is ageing"],
    94: ["contained memory error: one program lost its data", "reset the GPU when it is free"],
    95: ["uncontained memory error", "reboot the host; exchange the GPU where it comes back"],
    119: ["the GPU's system processor does not answer", "reboot the host; another driver release"],
    120: ["the GPU's system processor failed", "reboot the host; another driver release"],
};

/** Reads `NVRM: Xid (PCI:0000:06:00): 79, pid=…` */
export function readXids(lines: readonly string[]): Xid[] {
    return lines.flatMap(line => {
        const [, bus, code, words = ""] = /NVRM: Xid \(PCI:([0-9a-fA-F:.]+)\): (\d+),?\s*(.*)$/.exec(line) ?? [];
        return bus === undefined ? [] : [{ bus, code: Number(code), words }];
    });
}

/** A finding for each GPU and code that is not a program's fault. */
export function xidFindings(xids: readonly Xid[], gpus: readonly GpuFacts[]): Finding[] {
    const groups = new Map<string, Xid[]>();
    for (const xid of xids.filter(({ code }) => !APPLICATION_XIDS.has(code))) {
        const key = `${xid.bus} ${xid.code}`;
        groups.set(key, [...(groups.get(key) ?? []), xid]);
    }
    return [...groups.values()].flatMap(group => {
        const last = group.at(-1);
        if (last === undefined) {
            return [];
        }
        const [meaning, ...causes] = MEANINGS[last.code] ?? [last.words, "NVIDIA's list of XID errors says what to do"];
        const times = group.length === 1 ? "" : `, ${group.length} times`;
        return [
            {
                what: gpuAt(last.bus, gpus),
                found: `XID ${last.code}${times} since boot: ${meaning}`,
                wanted: "no XID since boot",
                causes,
            },
        ];
    });
}

/** `GPU 3` by the kernel's spelling of its address; the address where no GPU has it, as with one that is gone. */
function gpuAt(bus: string, gpus: readonly GpuFacts[]): string {
    const short = bus.toLowerCase().replace(/\.\d$/, "");
    const gpu = gpus.find(({ bus: long }) => long.toLowerCase().replace(/\.\d$/, "").endsWith(short));
    return gpu?.name ?? `GPU at ${bus}`;
}
