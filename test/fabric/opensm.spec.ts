import { strict as assert } from "node:assert";
import { hostEnvironment } from "../../components/fabric/environment";
import { fabricRefusals } from "../../components/fabric/host";
import { opensmConf, opensmItems } from "../../components/fabric/opensm";
import { partitionsConf, subnetOf } from "../../components/fabric/partitions";
import type { Site } from "../../components/site/site";
import { checkInputs } from "../../provider/check";
import { hosts, infiniband } from "./subnet";

const partitions = [
    { name: "tenant-a", pkey: "0x7001", pools: ["a"] },
    { name: "tenant-b", pkey: "0x7002", pools: ["b"] },
];
type Fabrics = Pick<Site, "fabric" | "hosts">;
const at = (site: Fabrics, index: number) => {
    const host = site.hosts[index];
    assert.ok(host);
    return opensmItems(site, host);
};
const conf = (site: Fabrics) => {
    const subnet = subnetOf(site);
    assert.ok(subnet);
    return partitionsConf(subnet);
};

describe("opensm", () => {
    const site = { fabric: infiniband(), hosts: hosts() };

    it("runs on the managers alone: the first is primary, and each standby gives way to those before it", () => {
        const priority = (index: number) =>
            /^sm_priority (\d+)$/m.exec(at(site, index).files?.["/etc/opensm/opensm.conf"]?.content ?? "")?.[1];
        assert.deepEqual([0, 1, 2, 3].map(priority), ["15", undefined, "14", undefined]);
        assert.deepEqual(at(site, 1), {});
        assert.deepEqual(at(site, 0).services, {
            "opensm.service": {
                enabled: true,
                running: true,
                restartOn: ["/etc/opensm/opensm.conf", "/etc/opensm/partitions.conf"],
            },
        });
        assert.deepEqual(
            checkInputs({
                connection: { address: "192.0.2.1", hostKey: "" },
                ...at(site, 0),
            }).filter(({ property }) => !property.startsWith("connection")),
            [],
        );
    });

    it("is left alone where UFM manages the subnet, and where there is none", () => {
        const ufm = { ...site, fabric: infiniband({ subnetManager: "ufm" }) };
        assert.deepEqual(
            [0, 1, 2].map(index => at(ufm, index)),
            [{}, {}, {}],
        );
        assert.deepEqual(at({ hosts: site.hosts }, 0), {});
    });

    it("is where the distribution, or NVIDIA's package, has it", () => {
        assert.deepEqual(Object.keys(at({ ...site, hosts: hosts(4, { os: "rocky-9" }) }, 0).files ?? {}), [
            "/etc/rdma/opensm.conf",
            "/etc/rdma/partitions.conf",
        ]);
        const adaptive = { ...site, fabric: infiniband({ routingEngine: "ar_ftree", adaptiveRouting: true }) };
        assert.deepEqual(Object.keys(at(adaptive, 0).services ?? {}), ["opensmd.service"]);
    });

    it("keeps lanes apart only for routing that needs them, and builds SHARP's trees where asked", () => {
        const of = (rest: object) => opensmConf({ ...infiniband().infiniband, ...rest } as never, 0, "/p");
        assert.match(of({ routingEngine: "dfsssp" }), /^qos TRUE$/m);
        assert.match(of({}), /^routing_engine ftree,updn\n(.*\n)*qos FALSE$/m);
        assert.match(of({ sharp: true }), /^sharp_enabled 2$/m);
    });
});

describe("partitions", () => {
    it("without any, everybody is a full member of the default one", () => {
        assert.match(
            conf({ fabric: infiniband(), hosts: hosts() }),
            /^Default=0x7fff : ALL=full, ALL_SWITCHES=full, SELF=full ;$/m,
        );
    });

    it("carry IPoIB with packets of the fabric's size", () => {
        const text = conf({ fabric: infiniband({ ipoib: ["10.31.0.0/16"] }), hosts: hosts() });
        assert.match(text, /^Default=0x7fff, ipoib, rate=16, mtu=5 : /m);
        const small = { ...infiniband({ ipoib: ["10.31.0.0/16"] }), mtu: 2044, linkGbps: 56 };
        assert.match(conf({ fabric: small, hosts: hosts() }), /ipoib, rate=12, mtu=4 : /);
    });

    it("name ports by GUID, and all of them where all pools are in", () => {
        const named = hosts().map((host, index) => ({ ...host, portGuids: [`0x000000000000000${index}`] }));
        const text = conf({ fabric: infiniband({ partitions }), hosts: named });
        assert.match(text, /^Default=0x7fff : ALL=limited/m);
        assert.match(text, /^tenant-a=0x7001 : 0x0000000000000000=full, 0x0000000000000001=full ;$/m);
        assert.match(text, /^tenant-b=0x7002 : 0x0000000000000002=full, 0x0000000000000003=full ;$/m);
        const whole = infiniband({ partitions: [{ name: "all", pkey: "0x7003", pools: ["a", "b"] }] });
        assert.match(conf({ fabric: whole, hosts: hosts() }), /^all=0x7003 : ALL_CAS=full ;$/m);
        assert.deepEqual(fabricRefusals({ fabric: whole, hosts: hosts() }), []);
    });

    it("are refused without GUIDs, and beside IPoIB", () => {
        const refusals = fabricRefusals({
            fabric: infiniband({ partitions, ipoib: ["10.31.0.0/16"] }),
            hosts: hosts(),
        });
        const words = refusals.map(({ path, message }) => `${path}: ${message}`).join("\n");
        assert.match(words, /partitions\[0\]: tenant-a .* knows ports by GUID: gpu-01 and gpu-02 have no portGuids/);
        assert.match(words, /partitions\[1\]: tenant-b/);
        assert.match(words, /ipoib: .* leave one of the two out/);
        assert.equal(refusals.length, 3);
    });

    it("are what NCCL and UCX use", () => {
        const [host] = hosts();
        assert.ok(host);
        const env = hostEnvironment(infiniband({ partitions }), host);
        assert.deepEqual([env.NCCL_IB_PKEY, env.UCX_IB_PKEY], ["1", "0x7001"]);
        assert.equal(hostEnvironment(infiniband(), host).NCCL_IB_PKEY, undefined);
    });
});
