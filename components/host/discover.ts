import { readAnswer } from "../../provider/shell";
import type { HostGpus } from "../site/site";
import { recogniseGpus } from "./discoverGpus";

/** A fabric device: an HCA or a RoCE adapter. */
export interface FoundRail {
    readonly name: string;
    /** PCI address, 0000:18:00.0. */
    readonly pci: string;
    /** InfiniBand or Ethernet, as the kernel says. */
    readonly linkLayer: string;
    /** Line rate of port 1 in Gb/s; 0 where the kernel does not say. */
    readonly linkGbps: number;
    /** Whether port 1 is up. */
    readonly active: boolean;
    /** Its network interface; undefined where there is none, or several. */
    readonly networkInterface?: string;
    /** GUID of port 1 on InfiniBand, `0x0002c903000e0b72`. */
    readonly portGuid?: string;
}

/** A disk. */
export interface FoundDisk {
    /** Name in the kernel, nvme0n1: it may change with a reboot. */
    readonly name: string;
    /** Size in GB (10^9 bytes), rounded. */
    readonly sizeGB: number;
    readonly model: string;
    readonly serial: string;
    /** What it is used for: "partitions", "mounted", a file system; empty where nothing was seen. */
    readonly use: string;
    /** Path by model and serial, unique to the disk. */
    readonly byId?: string;
    /** Path by PCI address, the same on hosts that are built alike. */
    readonly byPath?: string;
}

/** What a host said about itself. */
export interface Discovered {
    /** What it calls itself: the first label, in lower case. */
    readonly name: string;
    /** Name of the system as it calls itself: `Ubuntu 24.04.3 LTS`. */
    readonly os: string;
    readonly kernel: string;
    /** Interface of the default route. */
    readonly managementInterface?: string;
    /** Whether a kubelet has joined it to a cluster. */
    readonly isNode?: boolean;
    /** Main memory that the kernel can use, in whole GiB, rounded down, 1 at least. */
    readonly memoryGiB: number;
    readonly numaNodes: number;
    /** CPU model, sockets and threads in words; empty where unknown. */
    readonly cpu: string;
    /** GPUs by catalogue name; undefined where there are none, or none that is known. */
    readonly gpu?: HostGpus;
    /** Whether there are GPUs at all, known or not. */
    readonly hasGpus: boolean;
    /** Version of NVIDIA's driver; undefined where it does not answer. */
    readonly driverVersion?: string;
    /** Fabric devices in PCI order. */
    readonly rails: readonly FoundRail[];
    /** Network ports that are hardware: name and speed in words. */
    readonly networks: readonly string[];
    readonly disks: readonly FoundDisk[];
    /** What a person should look at, in sentences. */
    readonly warnings: readonly string[];
}

/**
 * Reads what a host answered to `discoverScript`. Undefined where the answer has no end: nothing of it may be
 * believed. Control characters are taken out, so that nothing a host says can do anything to a terminal or to YAML.
 */
export function readDiscovery(stdout: string, mark: string): Discovered | undefined {
    const { sections, complete } = readAnswer(stdout, mark);
    if (!complete) {
        return undefined;
    }
    const lines = (name: string) => (sections.get(name) ?? []).map(printable).filter(line => line !== "");
    const rows = (name: string) => lines(name).map(line => line.split("\t").map(cell => cell.trim()));
    const system = new Map(rows("system").map(([key = "", value = ""]) => [key, value]));
    const number = (key: string) => Number(system.get(key) ?? "0") || 0;
    const gpus = recogniseGpus(lines("gpus"), rows("pci-gpus"));
    const disks = rows("disks").map(readDisk);
    const management = system.get("management") ?? "";
    return {
        name: (system.get("name") ?? "").split(".")[0]?.toLowerCase() ?? "",
        os: system.get("os") ?? "",
        kernel: system.get("kernel") ?? "",
        ...(management === "" ? {} : { managementInterface: management }),
        ...(system.get("node") === "yes" ? { isNode: true } : {}),
        memoryGiB: Math.max(1, Math.floor(number("memoryKiB") / 2 ** 20)),
        numaNodes: number("numaNodes"),
        cpu: readCpu(lines("cpu")),
        ...gpus,
        rails: rows("rdma").map(readRail).sort(byPci),
        networks: rows("networks").map(([name = "", speed = "", state = ""]) => readSpeed(name, speed, state)),
        disks: disks.filter(disk => disk.sizeGB > 0),
        warnings: gpus.warnings,
    };
}

/** Text without control characters other than tabs. */
function printable(text: string): string {
    return text.replace(/[^\P{C}\t]/gu, "");
}

function readCpu(lines: readonly string[]): string {
    const facts = new Map(
        lines.map(line => {
            const [key = "", ...value] = line.split(":");
            return [key.trim().toLowerCase(), value.join(":").trim()];
        }),
    );
    const [model = "", sockets, threads] = ["model name", "socket(s)", "cpu(s)"].map(key => facts.get(key));
    return [
        sockets === undefined || model === "" ? model : `${sockets} x ${model}`,
        ...(threads === undefined ? [] : [`${threads} threads`]),
    ]
        .filter(part => part !== "")
        .join(", ");
}

function readRail(cells: readonly string[]): FoundRail {
    const [name = "", pci = "", linkLayer = "", rate = "", state = "", nets = "", gid = ""] = cells;
    // The second half of the first GID is the GUID of the port.
    const guid = gid.split(":").slice(4).join("");
    return {
        name,
        pci,
        linkLayer,
        linkGbps: Number.parseFloat(rate) || 0,
        active: state.includes("ACTIVE"),
        ...(/^\S+$/.test(nets) ? { networkInterface: nets } : {}),
        ...(linkLayer === "InfiniBand" && /^[0-9a-f]{16}$/.test(guid) ? { portGuid: `0x${guid}` } : {}),
    };
}

/** PCI addresses are of fixed width but for domains beyond 16 bits; devices of one card go by name. */
function byPci(left: FoundRail, right: FoundRail): number {
    const wide = (pci: string) => pci.padStart(16, "0");
    const [a, b] = [wide(left.pci), wide(right.pci)];
    return a < b ? -1 : a > b ? 1 : left.name.localeCompare(right.name, "en", { numeric: true });
}

function readSpeed(name: string, speed: string, state: string): string {
    const gbps = Number(speed) / 1000;
    return gbps > 0 ? `${name} ${gbps} Gb/s` : `${name} ${state === "up" ? "up" : "no link"}`;
}

function readDisk([
    name = "",
    sectors = "",
    model = "",
    serial = "",
    use = "",
    links = "",
]: readonly string[]): FoundDisk {
    const paths = links.split(" ").filter(path => path !== "");
    // The shortest name is model and serial; udev adds names with the namespace and with the EUI.
    const byId = paths
        .filter(path => path.startsWith("/dev/disk/by-id/nvme-") && !/\/nvme-(eui|nvme)\./.test(path))
        .sort((left, right) => left.length - right.length)[0];
    const byPath = paths.find(path => path.startsWith("/dev/disk/by-path/"));
    return {
        name,
        // The kernel counts sectors of 512 bytes, whatever the disk's own are.
        sizeGB: Math.round((Number(sectors) * 512) / 1e9) || 0,
        model,
        serial,
        use,
        ...(byId === undefined ? {} : { byId }),
        ...(byPath === undefined ? {} : { byPath }),
    };
}
