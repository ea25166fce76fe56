import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { hugePages } from "../../components/host/hugepages";
import { kinds } from "../../provider/kinds";
import { itemsOf } from "../../provider/script";

describe("huge pages", () => {
    it("of 2 MiB are reserved in every node, and those of 1 GiB at boot for all nodes together", () => {
        assert.deepEqual(hugePages({ "2MiB": 512, "1GiB": 16 }, 2), {
            sysfs: {
                "/sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages": "512",
                "/sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages": "512",
            },
            kernelArguments: { "hugepagesz=1G hugepages": { value: "32" } },
        });
    });

    it("are no items where none are asked for", () => {
        assert.deepEqual(hugePages(undefined, 2), {});
        assert.deepEqual(hugePages({ "2MiB": 0 }, 2), {});
    });

    it("are as many as were asked for in each node, and items that their kinds take", () => {
        const law = fc.property(fc.nat(4096), fc.nat(64), fc.integer({ min: 1, max: 8 }), (small, large, nodes) => {
            const items = hugePages({ "2MiB": small, "1GiB": large }, nodes);
            const sum = Object.values(items.sysfs ?? {}).reduce((total, count) => total + Number(count), 0);
            assert.equal(sum, small * nodes);
            const boot = items.kernelArguments?.["hugepagesz=1G hugepages"]?.value ?? "0";
            assert.equal(Number(boot), large * nodes);
            for (const kind of kinds) {
                for (const [key, item] of Object.entries(itemsOf(items, kind.name))) {
                    assert.deepEqual(kind.check(key, item), []);
                }
            }
        });
        fc.assert(law);
    });
});
