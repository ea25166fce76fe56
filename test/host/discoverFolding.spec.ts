import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { parse } from "yaml";
import type { Discovered } from "../../components/host/discover";
import { type FoundHost, inventory } from "../../components/host/discoverInventory";
import { foldRange } from "../../components/host/discoverRange";
import { expandRange } from "../../components/site/range";
import type { SiteHost } from "../../components/site/site";
import { fixture, hostKey, hostsOf, read } from "./found";

describe("folding", () => {
    const numbers = fc.uniqueArray(fc.nat(2000), { minLength: 1, maxLength: 12 });

    it("gives a range that stands for the same values", () => {
        const values = fc.tuple(
            fc.constantFrom("gpu-", "r2-n", "10.20.0."),
            numbers,
            fc.nat(4),
            fc.constantFrom("", "-a"),
        );
        fc.assert(
            fc.property(values, ([before, some, width, after]) => {
                const texts = some.map(number => `${before}${String(number).padStart(width, "0")}${after}`);
                const range = foldRange(texts);
                assert.ok(range !== undefined || width > 1, texts.join());
                assert.deepEqual(range === undefined ? texts : expanded(range), texts);
            }),
        );
    });

    const expanded = (text: string) => {
        const range = expandRange(text);
        return "values" in range ? range.values : assert.fail(range.problem);
    };

    it("writes neighbours as one range, and keeps zeros", () => {
        assert.equal(foldRange(["gpu-08", "gpu-09", "gpu-10"]), "gpu-[08-10]");
        assert.equal(foldRange(["gpu-8", "gpu-9", "gpu-10"]), "gpu-[8-10]");
        assert.equal(foldRange(["mlx5_0", "mlx5_1", "mlx5_4"]), "mlx5_[0-1,4]");
        assert.equal(foldRange(["a1", "b1"]), undefined);
        assert.equal(foldRange(["a1", "a1"]), undefined);
        assert.equal(foldRange(["a1", "a2", "a1"]), undefined);
    });

    const base = read(fixture("discovered-h200.txt"));
    const shape = fc.record({
        memoryGiB: fc.constantFrom(125, 126),
        rails: fc.nat(2),
        disks: fc.nat(2),
        gpu: fc.boolean(),
    });
    const some = fc.uniqueArray(fc.record({ number: fc.nat(30), rack: fc.constantFrom("a", "b"), shape }), {
        selector: ({ number, rack }) => `${rack}${number}`,
        maxLength: 12,
        minLength: 1,
    });

    it("loses, invents and changes no host", () => {
        fc.assert(
            fc.property(some, hosts => {
                const found = hosts.map(({ number, rack, shape: { gpu, memoryGiB, rails, disks } }): FoundHost => {
                    const { gpu: gpus, ...rest } = base;
                    const facts: Discovered = {
                        ...rest,
                        ...(gpu && gpus ? { gpu: gpus } : {}),
                        hasGpus: gpu,
                        name: `gpu-${rack}${number}`,
                        memoryGiB,
                        rails: Array.from({ length: rails }, (_, at) => ({
                            name: `mlx5_${at}`,
                            pci: `0000:1${at}:00.0`,
                            linkLayer: "InfiniBand",
                            linkGbps: 400,
                            active: true,
                        })),
                        disks: Array.from({ length: disks }, (_, at) => ({
                            name: `nvme${at}n1`,
                            sizeGB: 3840,
                            model: "MODEL",
                            serial: `S${rack}${number}${at}`,
                            use: "",
                            byId: `/dev/disk/by-id/nvme-S${rack}${number}-${at}`,
                            byPath: `/dev/disk/by-path/pci-0000:4${at}:00.0-nvme-1`,
                        })),
                    };
                    const address = `10.20.${rack === "a" ? 1 : 2}.${number}`;
                    return { address, hostKey: hostKey(number + (rack === "a" ? 0 : 100)), facts };
                });
                const yaml = inventory(found);
                const alone = found.flatMap(host => hostsOf(inventory([host])));
                const byName = (left: SiteHost, right: SiteHost) => (left.name < right.name ? -1 : 1);
                const withoutPaths = (host: SiteHost) => ({ ...host, nvme: host.nvme.length });
                assert.deepEqual(
                    [...hostsOf(yaml)].sort(byName).map(withoutPaths),
                    alone.sort(byName).map(withoutPaths),
                );
            }),
            { numRuns: 60 },
        );
    });

    it("folds hosts that are alike, and no others", () => {
        const host = (number: number, memoryGiB = 125): FoundHost => ({
            address: `10.20.0.${10 + number}`,
            hostKey: hostKey(number),
            facts: { ...base, name: `gpu-0${number}`, memoryGiB },
        });
        const names = (hosts: readonly FoundHost[]) =>
            (parse(inventory(hosts)) as { hosts: { name: string; address: string }[] }).hosts.map(
                ({ name, address }) => `${name} ${address}`,
            );
        assert.deepEqual(names([host(3), host(1), host(2)]), ["gpu-[01-03] 10.20.0.[11-13]"]);
        assert.deepEqual(names([host(1), host(9)]), ["gpu-[01,09] 10.20.0.[11,19]"]);
        assert.deepEqual(names([host(1), host(2, 250)]), ["gpu-01 10.20.0.11", "gpu-02 10.20.0.12"]);
    });

    it("names disks by PCI path where several hosts share an entry", () => {
        const host = (number: number): FoundHost => {
            const [byId, byPath] = [`/dev/disk/by-id/nvme-S${number}`, "/dev/disk/by-path/pci-0000:41:00.0-nvme-1"];
            const disk = { name: "nvme0n1", sizeGB: 3840, model: "M", serial: `S${number}`, use: "", byId, byPath };
            const facts = { ...base, name: `gpu-${number}`, disks: [disk] };
            return { address: `10.20.0.${number}`, hostKey: hostKey(number), facts };
        };
        const paths = hostsOf(inventory([host(1), host(2)])).map(({ nvme }) => nvme.join());
        assert.deepEqual(paths, Array(2).fill("/dev/disk/by-path/pci-0000:41:00.0-nvme-1"));
        assert.deepEqual(hostsOf(inventory([host(1)]))[0]?.nvme, ["/dev/disk/by-id/nvme-S1"]);
        assert.match(inventory([host(1), host(2)]), /# gpu-2: disk nvme0n1, serial S2, 3\.84 TB, M/);
    });

    it("warns of hosts that share a name", () => {
        const twins = [1, 2].map(number => ({ address: `10.20.0.${number}`, hostKey: hostKey(number), facts: base }));
        assert.equal(inventory(twins).match(/WARNING: several hosts call themselves gpu-01/g)?.length, 2);
    });
});
