import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Discovered, readDiscovery } from "../../components/host/discover";
import { discoverScript } from "../../components/host/discoverScript";

const rail = (name: string, layer: string, rate: string, state: string) => ({
    [`/sys/class/infiniband/${name}/ports/1/link_layer`]: layer,
    [`/sys/class/infiniband/${name}/ports/1/rate`]: rate,
    [`/sys/class/infiniband/${name}/ports/1/state`]: state,
    [`/sys/class/infiniband/${name}/ports/1/gids/0`]: `fe80:0000:0000:0000:0002:c903:000e:0b7${name.slice(-1)}`,
});

const disk = (number: number) => ({
    [`/sys/block/nvme${number}n1/size`]: "7501476528",
    [`/sys/block/nvme${number}n1/device/model`]: "MODEL      ",
    [`/sys/block/nvme${number}n1/device/serial`]: `S${number}`,
    [`/dev/nvme${number}n1`]: "",
});

const gpu = (slot: string) => ({
    [`/sys/bus/pci/devices/0000:${slot}:00.0/class`]: "0x030200",
    [`/sys/bus/pci/devices/0000:${slot}:00.0/vendor`]: "0x10de",
    [`/sys/bus/pci/devices/0000:${slot}:00.0/device`]: "0x2335",
});

const files: Readonly<Record<string, string>> = {
    "/proc/sys/kernel/hostname": "gpu-01.example.internal",
    "/proc/sys/kernel/osrelease": "6.8.0",
    "/proc/meminfo": "MemTotal:       2113536000 kB",
    "/proc/mounts": "",
    "/proc/swaps": "",
    "/sys/devices/system/node/node0/x": "",
    "/sys/devices/system/node/node1/x": "",
    ...gpu("19"),
    ...gpu("3b"),
    ...rail("mlx5_0", "InfiniBand", "400 Gb/sec (4X NDR)", "1: DOWN"),
    ...rail("mlx5_2", "InfiniBand", "400 Gb/sec (4X NDR)", "4: ACTIVE"),
    ...rail("mlx5_bond_0", "Ethernet", "200 Gb/sec (4X HDR)", "4: ACTIVE"),
    ...rail("mlx5_7", "InfiniBand", "400 Gb/sec (4X NDR)", "4: ACTIVE"),
    "/sys/devices/0000:5d:00.7/physfn": "",
    "/sys/devices/0000:5d:00.0/net/ibp93s0/x": "",
    "/sys/devices/0000:18:00.0/net/ibp24s0/x": "",
    "/proc/net/route": "Iface\tDestination\tGateway\neno1\t00000000\t0114000A\neno1\t0014000A\t00000000",
    "/etc/kubernetes/kubelet.conf": "",
    "/etc/os-release": 'NAME="Rocky Linux"\nPRETTY_NAME="Rocky Linux 9.6 (Blue Onyx)"',
    ...disk(0),
    ...disk(1),
    ...disk(10),
    "/sys/block/nvme1n1/nvme1n1p1/partition": "1",
    "/sys/block/nvme0c0n1/hidden": "1",
};

const links: Readonly<Record<string, string>> = {
    "/sys/class/infiniband/mlx5_0/device": "/sys/devices/0000:5d:00.0",
    "/sys/class/infiniband/mlx5_2/device": "/sys/devices/0000:18:00.0",
    "/sys/class/infiniband/mlx5_bond_0/device": "/sys/devices/0000:9a:00.0",
    "/sys/class/infiniband/mlx5_7/device": "/sys/devices/0000:5d:00.7",
    "/dev/disk/by-id/nvme-eui.00": "/dev/nvme0n1",
    "/dev/disk/by-id/nvme-MODEL_S0": "/dev/nvme0n1",
    "/dev/disk/by-id/nvme-MODEL_S0_1": "/dev/nvme0n1",
    "/dev/disk/by-id/nvme-MODEL_S1": "/dev/nvme1n1",
    "/dev/disk/by-id/nvme-MODEL_S10": "/dev/nvme10n1",
};

/** What the script finds on a host with these files: its own paths begin with a folder made for this. */
export function runOnTree(): Discovered {
    const root = mkdtempSync(join(tmpdir(), "discover-"));
    try {
        for (const [path, text] of Object.entries(files)) {
            mkdirSync(dirname(root + path), { recursive: true });
            writeFileSync(root + path, `${text}\n`);
        }
        for (const path of ["0000:5d:00.0", "0000:18:00.0", "0000:9a:00.0"]) {
            mkdirSync(`${root}/sys/devices/${path}`, { recursive: true });
        }
        for (const [path, target] of Object.entries(links)) {
            mkdirSync(dirname(root + path), { recursive: true });
            symlinkSync(root + target, root + path);
        }
        const { text, mark } = discoverScript();
        const input = text
            .replaceAll(/\/(sys|proc|dev\/disk|dev\/\$name|etc\/kubernetes|etc\/os-release)\b/g, path => root + path)
            .replace("nvidia-smi", "no-such-command");
        const stdout = execFileSync("sh", ["-s"], { input, encoding: "utf8" }).replaceAll(root, "");
        return readDiscovery(stdout, mark) ?? assert.fail(stdout);
    } finally {
        rmSync(root, { recursive: true });
    }
}
