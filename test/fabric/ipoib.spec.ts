import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { fabricItems, fabricRefusals } from "../../components/fabric/host";
import { ipoibLinks } from "../../components/fabric/ipoib";
import type { SiteHost } from "../../components/site/site";
import { hosts, infiniband } from "./subnet";

const fabric = { ...infiniband({ ipoib: ["10.31.0.0/16", "10.32.0.0/16"] }), rails: 2 };
const twoRails = { rails: ["mlx5_0", "mlx5_1"], interfaces: ["ibs1", "ibs2"] };
const words = (site: Parameters<typeof fabricRefusals>[0]) =>
    fabricRefusals(site)
        .map(({ path, message }) => `${path}: ${message}`)
        .join("\n");
const ipoib = (...networks: string[]) => ({ ...fabric, ...infiniband({ ipoib: networks }) });

describe("addresses by rail", () => {
    it("are the network's bits and the host's own below them, with the largest packet", () => {
        const [host] = hosts(1, twoRails);
        assert.ok(host);
        assert.deepEqual(ipoibLinks({ fabric }, host), {
            ibs1: { mtu: 4092, addresses: ["10.31.0.11/16"] },
            ibs2: { mtu: 4092, addresses: ["10.32.0.11/16"] },
        });
        assert.deepEqual(fabricItems({ fabric, hosts: [host] }, { ...host, name: "gpu-09" }).modules, {
            ib_ipoib: { state: "loaded" },
        });
    });

    it("are each host's own, and stay whatever other hosts come and go", () => {
        const addresses = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 254 })), {
            minLength: 1,
            maxLength: 40,
            selector: pair => pair.join("."),
        });
        const law = fc.property(addresses, fc.nat(), (all, chosen) => {
            const fleet: SiteHost[] = all.map(([a, b], index) => ({
                ...(hosts(1, twoRails)[0] as SiteHost),
                name: `gpu-${index}`,
                address: `10.20.${a}.${b}`,
            }));
            assert.equal(words({ fabric, hosts: fleet }), "");
            const taken = fleet.flatMap(host =>
                Object.values(ipoibLinks({ fabric }, host)).flatMap(link => link.addresses),
            );
            assert.equal(new Set(taken).size, 2 * fleet.length);
            const host = fleet[chosen % fleet.length];
            assert.ok(host);
            assert.deepEqual(ipoibLinks({ fabric }, host), ipoibLinks({ fabric }, { ...host }));
        });
        fc.assert(law, { numRuns: 50 });
    });

    it("are refused where there is no place for a host, or one for two", () => {
        const [a, b] = hosts(2, twoRails);
        assert.ok(a && b);
        const of = (networks: string[], ...addresses: string[]) =>
            words({
                fabric: ipoib(...networks),
                hosts: addresses.map((address, index) => ({ ...a, name: `gpu-0${index + 1}`, address })),
            });
        assert.match(
            of(["10.31.0.0/24"], "10.20.1.7", "10.20.2.7"),
            /ipoib\[0\]: gives 10\.31\.0\.7\/24 to gpu-01 and gpu-02/,
        );
        assert.match(of(["10.31.0.0/24"], "10.20.1.255"), /has no place for gpu-01.*larger network/);
        assert.match(of(["10.31.0.0/16"], "2001:db8::7"), /has no place for gpu-01/);
        assert.match(of(["10.31.0.0/16", "10.31.128.0/17"], "10.20.1.7"), /ipoib\[1\]: overlaps the network of rail 0/);
        assert.match(of(["10.20.0.0/16"], "10.20.1.7"), /holds 10\.20\.1\.7, the management address of gpu-01/);
        assert.match(of(["10.31.0.0/33"], "10.20.1.7"), /10\.31\.0\.0\/33 is not an IPv4 network/);
        assert.match(
            words({ fabric, hosts: hosts(2, { rails: twoRails.rails, interfaces: [] }) }),
            /ipoib: gpu-01 and gpu-02: rails without interfaces/,
        );
    });
});

describe("items of the fabric", () => {
    it("are lossless rails of 9000 bytes on RoCE, and nothing on plain Ethernet", () => {
        const [host] = hosts(1, { rails: ["mlx5_0"], interfaces: ["ens1np0"] });
        assert.ok(host);
        assert.deepEqual(fabricItems({ fabric: { kind: "roce", linkGbps: 400, rails: 1 }, hosts: [host] }, host), {
            modules: { rdma_cm: { state: "loaded" } },
            links: { ens1np0: { mtu: 9000 } },
            roce: { ens1np0: { device: "mlx5_0", dscp: 26, priority: 3, cnpDscp: 48 } },
        });
        assert.deepEqual(
            fabricItems({ fabric: { kind: "ethernet", linkGbps: 100, rails: 1 }, hosts: [host] }, host),
            {},
        );
        assert.deepEqual(fabricItems({ hosts: [host] }, host), {});
    });

    it("are refused on RoCE where the site does not say which interface each rail is", () => {
        const nameless = hosts(2, { interfaces: undefined });
        assert.match(
            words({ fabric: { kind: "roce", linkGbps: 400, rails: 1 }, hosts: nameless }),
            /hosts: gpu-01 and gpu-02: rails without interfaces, so RoCE would not be lossless there/,
        );
    });
});
