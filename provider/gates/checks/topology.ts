import type { Check, CheckSpec, Finding } from "../check";
import { countFinding } from "../perGpu";
import { needNvidiaSmi } from "../programs";
import { listSetting, numberSetting, specProblems } from "../settings";
import { nvlinks, PATHS, readTopology, type TopologyMatrix } from "../topologyMatrix";

/** A GPU and its NIC meet below the CPU's host bridge: GPUDirect RDMA runs at full speed only there. */
const NEAR = ["PIX", "PXB"];
const LINK_CAUSES: readonly string[] = [
    "the fabric manager is not running, or not of the driver's version (systemctl status nvidia-fabricmanager)",
    "a link is down (nvidia-smi nvlink -s; dmesg, XID 74)",
    "the GPU waits for a reset (nvidia-smi -q, GPU Recovery Action)",
    "a GPU module or the NVSwitch board is not seated well",
];

/**
 * How GPUs reach one another and the NICs: `nvidia-smi topo -m`, and the state of every NVLink.
 * Figures: `gpus`, `nvlinks` (fewest between any two).
 * Settings: `gpus`, `links` (NVLinks that every pair must have; without it pairs are not judged), `rails` (RDMA
 * devices: each must be there, and each GPU must have one of them at PIX or PXB).
 */
export const topology: Check = {
    name: "topology",
    words: "links between GPUs, and between GPUs and NICs",
    check: spec => specProblems(spec, { gpus: "number", links: "number", rails: "list" }, ["gpus", "nvlinks"]),
    script: () => `${needNvidiaSmi}\nnvidia-smi topo -m 2>&1\nnvidia-smi nvlink -s 2>&1`,
    limitSeconds: () => 60,
    parse: (lines, spec) => {
        const matrix = readTopology(lines);
        if (matrix.gpus.length === 0) {
            const found = lines.find(line => line.trim() !== "") ?? "nothing was printed";
            const causes = ["the driver is not loaded (lsmod, dmesg)", "driver and tools differ: reboot the host"];
            return {
                figures: {},
                findings: [{ what: "nvidia-smi topo -m", found, wanted: "a table of GPUs", causes }],
            };
        }
        const pairs = pairsOf(matrix);
        const wanted = numberSetting(spec, "gpus", matrix.gpus.length);
        return {
            figures: {
                gpus: matrix.gpus.length,
                ...(pairs.length === 0 ? {} : { nvlinks: Math.min(...pairs.map(({ cell }) => nvlinks(cell))) }),
            },
            series: { nvlinks: Object.fromEntries(pairs.map(({ name, cell }) => [name, nvlinks(cell)])) },
            findings: [
                ...(wanted === matrix.gpus.length ? [] : [countFinding(matrix.gpus.length, wanted)]),
                ...pairFindings(pairs, spec),
                ...inactiveLinks(lines),
                ...railFindings(matrix, spec),
            ],
        };
    },
    causes: () => LINK_CAUSES,
};

interface Pair {
    /** `GPU 0 – GPU 3`. */
    readonly name: string;
    readonly cell: string;
}

const spaced = (name: string): string => name.replace("GPU", "GPU ");

function pairsOf({ gpus, cells }: TopologyMatrix): Pair[] {
    return gpus.flatMap((one, place) =>
        gpus
            .slice(place + 1)
            .map(other => ({ name: `${spaced(one)} – ${spaced(other)}`, cell: cells.get(one)?.get(other) ?? "" })),
    );
}

function pairFindings(pairs: readonly Pair[], spec: CheckSpec): Finding[] {
    const links = numberSetting(spec, "links", 0);
    return pairs
        .filter(({ cell }) => nvlinks(cell) < links)
        .map(({ name, cell }) => ({
            what: name,
            found: PATHS[cell] === undefined ? cell || "nothing" : `${cell}, ${PATHS[cell]}`,
            wanted: `NV${links}, ${links} NVLinks`,
            causes: LINK_CAUSES,
        }));
}

/** NVLinks that `nvidia-smi nvlink -s` calls inactive, by GPU. */
function inactiveLinks(lines: readonly string[]): Finding[] {
    const down = new Map<string, string[]>();
    let gpu = "GPU";
    for (const line of lines) {
        const [, index] = /^GPU (\d+): /.exec(line) ?? [];
        const [, link] = /^\s*Link (\d+): <?inactive>?/i.exec(line) ?? [];
        gpu = index === undefined ? gpu : `GPU ${index}`;
        if (link !== undefined) {
            down.set(gpu, [...(down.get(gpu) ?? []), link]);
        }
    }
    return [...down].map(([what, links]) => ({
        what,
        found: `NVLink ${links.join(", ")} inactive`,
        wanted: "every NVLink active",
        causes: LINK_CAUSES,
    }));
}

function railFindings({ gpus, cells, nics }: TopologyMatrix, spec: CheckSpec): Finding[] {
    const rails = listSetting(spec, "rails");
    const columns = [...nics].filter(([, device]) => rails.includes(device));
    const there = columns.map(([, device]) => device);
    const missing = rails
        .filter(rail => !there.includes(rail))
        .map(rail => ({
            what: rail,
            found: `not among the devices ${[...nics.values()].join(", ") || "(none)"}`,
            wanted: "an RDMA device of that name",
            causes: [
                "the driver of the NIC is not loaded (lsmod, mlx5_ib)",
                "devices have other names on this host (ibdev2netdev; rdma link)",
                "the card is missing on the bus (lspci -d 15b3:)",
            ],
        }));
    const far = gpus.flatMap(gpu => {
        const paths = columns.map(([column, device]) => ({ device, cell: cells.get(gpu)?.get(column) ?? "" }));
        return paths.length === 0 || paths.some(({ cell }) => NEAR.includes(cell)) ? [] : [farFinding(gpu, paths)];
    });
    return [...missing, ...far];
}

function farFinding(gpu: string, paths: readonly { readonly device: string; readonly cell: string }[]): Finding {
    const order = Object.keys(PATHS);
    const nearest = [...paths].sort((one, other) => order.indexOf(one.cell) - order.indexOf(other.cell))[0];
    return {
        what: spaced(gpu),
        found: `its nearest NIC is ${nearest?.device ?? "none"} at ${nearest?.cell ?? ""}, ${PATHS[nearest?.cell ?? ""] ?? "unknown"}`,
        wanted: `one of ${paths.map(({ device }) => device).join(", ")} at ${NEAR.join(" or ")}`,
        causes: [
            "a NIC is in the wrong slot, or missing",
            "a virtual machine without the PCIe topology of its host",
            "rails name the wrong devices",
        ],
    };
}
