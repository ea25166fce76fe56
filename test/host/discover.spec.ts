import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { gpuNames } from "../../catalog";
import { readDiscovery } from "../../components/host/discover";
import { systemOfName } from "../../components/host/discoverFields";
import { inventory } from "../../components/host/discoverInventory";
import { recogniseGpus, recognisedModels } from "../../components/host/discoverGpus";
import { discoverScript } from "../../components/host/discoverScript";
import { fixture, hostKey, hostsOf, read } from "./found";
import { runOnTree } from "./tree";

describe("discovery of hosts", () => {
    const h200 = read(fixture("discovered-h200.txt"));

    it("reads a host with an H200", () => {
        assert.deepEqual(h200.gpu, { model: "H200", count: 1 });
        assert.equal(h200.memoryGiB, 125);
        assert.equal(h200.cpu, "1 x Intel(R) Xeon(R) Processor, 16 threads");
        assert.equal(h200.driverVersion, "580.159.04");
        assert.deepEqual(h200.warnings, []);
    });

    it("writes an entry that can be pasted", () => {
        const yaml = inventory([{ address: "10.20.0.11", hostKey: hostKey(1), facts: h200 }]);
        const [host, ...others] = hostsOf(yaml);
        assert.deepEqual(others, []);
        assert.deepEqual(host, {
            name: "gpu-01",
            address: "10.20.0.11",
            role: "gpu",
            pool: "gpu",
            gpu: { model: "H200", count: 1 },
            memoryGiB: 125,
            os: "ubuntu-24.04",
            numaNodes: 1,
            rails: [],
            nvme: [],
            hostKey: hostKey(1),
            managed: true,
        });
        assert.match(yaml, /# Ubuntu 24\.04\.3 LTS, Linux 6\.18\.44, NVIDIA driver 580\.159\.04\n/);
    });

    it("says loudly that nobody has verified a key", () => {
        const found = { address: "10.20.0.11", hostKey: hostKey(1), facts: h200 };
        assert.match(
            inventory([{ ...found, keyUnverified: true }]),
            /NOBODY HAS VERIFIED(.|\n)*COMPARE ON THE CONSOLE/,
        );
        assert.doesNotMatch(inventory([found]), /CONSOLE/);
    });

    it("believes nothing of an answer without its end", () => {
        const whole = fixture("discovered-h200.txt");
        fc.assert(
            fc.property(fc.nat(whole.length - 1), length => {
                assert.equal(readDiscovery(whole.slice(0, length), "@mark"), undefined);
            }),
        );
    });

    it("takes out control characters", () => {
        const facts = read(fixture("discovered-h200.txt").replaceAll("Ubuntu", "\u001b[2J\u0007Ubuntu\u0085"));
        const yaml = inventory([{ address: "10.20.0.11", hostKey: hostKey(1), facts }]);
        assert.doesNotMatch(yaml.replaceAll("\n", ""), /\p{Cc}/u);
        assert.match(yaml, /Ubuntu 24/);
    });

    it("runs on this machine, to its end, and says nothing on standard error", () => {
        const { text, mark } = discoverScript();
        const { stdout, stderr } = spawnSync("sh", ["-s"], { input: text, encoding: "utf8" });
        const facts = readDiscovery(stdout, mark) ?? assert.fail(stdout);
        assert.equal(stderr, "");
        assert.ok(facts.memoryGiB >= 1 && facts.name !== "" && facts.kernel !== "", stdout);
    }).timeout(70_000);

    it("names systems as a site does, and no system that a site cannot have", () => {
        for (const [name, system] of [
            ["Debian GNU/Linux 12 (bookworm)", "debian-12"],
            ["Ubuntu 22.04.5 LTS", "ubuntu-22.04"],
            ["Red Hat Enterprise Linux 9.4 (Plow)", "rhel-9"],
            ["Rocky Linux 9.6 (Blue Onyx)", "rocky-9"],
            ["Debian GNU/Linux 13 (trixie)", undefined],
            ["Ubuntu 24.10", undefined],
            ["", undefined],
        ] as const) {
            assert.equal(systemOfName(name), system, name);
        }
    });

    it("finds system, node, interfaces and GUIDs of rails, and the interface that manages", () => {
        const facts = runOnTree();
        const [host] = hostsOf(inventory([{ address: "10.20.0.11", hostKey: hostKey(1), facts }]));
        assert.equal(host?.os, "rocky-9");
        assert.equal(host.node, host.name);
        assert.equal(host.numaNodes, 2);
        assert.equal(host.managementInterface, "eno1");
        assert.deepEqual(host.rails, ["mlx5_2", "mlx5_0"]);
        assert.deepEqual(host.interfaces, ["ibp24s0", "ibp93s0"]);
        assert.deepEqual(host.portGuids, ["0x0002c903000e0b72", "0x0002c903000e0b70"]);
    });

    it("gives no interfaces where one of the rails has none, as the others would be shifted", () => {
        const facts = runOnTree();
        const rails = facts.rails.map((rail, at) => ({
            ...rail,
            networkInterface: at === 0 ? undefined : "ibp93s0",
        }));
        const [host] = hostsOf(inventory([{ address: "10.20.0.11", hostKey: hostKey(1), facts: { ...facts, rails } }]));
        assert.equal(host?.interfaces, undefined);
    });

    it("finds rails in PCI order, and disks that are free", () => {
        const facts = runOnTree();
        assert.deepEqual(
            facts.rails.map(({ name, linkGbps, active }) => [name, linkGbps, active]),
            [
                ["mlx5_2", 400, true],
                ["mlx5_0", 400, false],
                ["mlx5_bond_0", 200, true],
            ],
        );
        const yaml = inventory([{ address: "10.20.0.11", hostKey: hostKey(1), facts }]);
        const [host] = hostsOf(yaml);
        assert.deepEqual(host?.rails, ["mlx5_2", "mlx5_0"]);
        assert.deepEqual(host?.nvme, ["/dev/disk/by-id/nvme-MODEL_S0", "/dev/disk/by-id/nvme-MODEL_S10"]);
        assert.deepEqual(host?.gpu, { model: "H200", count: 2 });
        assert.match(yaml, /WARNING: without link: mlx5_0\n/);
        assert.match(yaml, /WARNING: nvidia-smi does not answer/);
        assert.match(yaml, /not InfiniBand: mlx5_bond_0\n/);
        assert.match(yaml, /disk nvme1n1, serial S1, 3\.84 TB, MODEL, partitions\n/);
    });
});

describe("recognising GPUs", () => {
    it("reads the four of a real host", () => {
        const four = recogniseGpus(fixture("nvidia-smi-4-h200.csv").trim().split("\n"), []);
        assert.deepEqual(four, {
            gpu: { model: "H200", count: 4 },
            hasGpus: true,
            driverVersion: "580.159.04",
            warnings: [],
        });
    });

    it("does not take an H200 NVL for an H200, and says so", () => {
        const { gpu, hasGpus, warnings } = recogniseGpus(["name, driver_version", "NVIDIA H200 NVL, 580"], []);
        assert.deepEqual([gpu, hasGpus], [undefined, true]);
        assert.match(warnings.join(), /unknown GPU: NVIDIA H200 NVL/);
    });

    it("counts by the bus without a driver, and leaves the console's display out", () => {
        const bus = [
            ["0000:01:00.0", "0x1a03", "0x2000", "0x030000"],
            ["0000:02:00.0", "0x19e5", "0x1711", "0x030000"],
            ["0000:41:00.0", "0x1002", "0x74a1", "0x120000"],
            ["0000:42:00.0", "0x1002", "0x74a1", "0x120000"],
        ];
        assert.deepEqual(recogniseGpus([], bus).gpu, { model: "MI300X", count: 2 });
        assert.equal(recogniseGpus([], bus.slice(0, 2)).hasGpus, false);
    });

    it("tells of a GPU that the driver has lost", () => {
        const bus = ["41", "42"].map(slot => [`0000:${slot}:00.0`, "0x10de", "0x2335", "0x030200"]);
        const { warnings } = recogniseGpus(["name, driver_version", "NVIDIA H200, 580"], bus);
        assert.deepEqual(warnings, ["the driver sees 1 of 2 NVIDIA GPUs on the PCI bus"]);
    });

    it("knows names of the catalogue only", () => {
        assert.deepEqual(
            recognisedModels.filter(name => !gpuNames.includes(name)),
            [],
        );
    });
});
