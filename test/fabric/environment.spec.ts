import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { hostEnvironment, ONE_POD, poolEnvironment } from "../../components/fabric/environment";
import { roceItems, trafficClass } from "../../components/fabric/roce";
import type { Fabric, RoceMarking, SiteHost } from "../../components/site/site";

const base: SiteHost = {
    name: "gpu-01",
    address: "10.20.0.11",
    role: "gpu",
    pool: "gpu",
    gpu: { model: "H200", count: 8 },
    rails: ["mlx5_0", "mlx5_1"],
    interfaces: ["ens1np0", "ens2np0"],
    managementInterface: "eno1",
    nvme: [],
    managed: true,
};
const roce: Fabric = { kind: "roce", linkGbps: 400, rails: 2 };
const subnet = {
    subnetManager: "opensm",
    managers: ["gpu-01"],
    routingEngine: "ftree",
    adaptiveRouting: false,
    sharp: false,
    partitions: [],
    ipoib: [],
} as const;
const infiniband: Fabric = { kind: "infiniband", linkGbps: 400, rails: 2, infiniband: subnet };
const MEETING = ["NCCL_SOCKET_IFNAME", "GLOO_SOCKET_IFNAME", "TP_SOCKET_IFNAME", "NVSHMEM_BOOTSTRAP_UID_SOCK_IFNAME"];
const HCCL_MEETING = ["HCCL_IF_IP", "HCCL_SOCKET_IFNAME", "GLOO_SOCKET_IFNAME", "TP_SOCKET_IFNAME"];

const names = (prefix: string) => (count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const marking: fc.Arbitrary<RoceMarking> = fc.record({
    dscp: fc.integer({ min: 0, max: 63 }),
    priority: fc.integer({ min: 0, max: 7 }),
    cnpDscp: fc.integer({ min: 0, max: 63 }),
});
const fabrics: fc.Arbitrary<Fabric | undefined> = fc.oneof(
    fc.constant(undefined),
    fc.record(
        {
            kind: fc.constantFrom("infiniband" as const, "roce" as const, "ethernet" as const),
            linkGbps: fc.constantFrom(100, 400),
            rails: fc.integer({ min: 1, max: 16 }),
            roce: marking,
            infiniband: fc.record({
                ...Object.fromEntries(Object.entries(subnet).map(([key, value]) => [key, fc.constant(value)])),
                adaptiveRouting: fc.boolean(),
                sharp: fc.boolean(),
            }) as fc.Arbitrary<Fabric["infiniband"]>,
        },
        { requiredKeys: ["kind", "linkGbps", "rails"] },
    ) as fc.Arbitrary<Fabric>,
);
const hosts: fc.Arbitrary<SiteHost> = fc
    .record({
        rails: fc.integer({ min: 0, max: 12 }),
        named: fc.boolean(),
        managementInterface: fc.option(fc.constantFrom("eno1", "bond0"), { nil: undefined }),
        model: fc.constantFrom("H200", "MI300X", "Ascend-910B"),
    })
    .map(({ rails, named, managementInterface, model }) => ({
        ...base,
        gpu: { model, count: 8 },
        rails: names("mlx5_")(rails),
        interfaces: named ? names("ens")(rails) : [],
        managementInterface,
    }));
const withEnvironment = (
    holds: (env: Readonly<Record<string, string>>, fabric: Fabric | undefined, host: SiteHost) => void,
) =>
    fc.assert(
        fc.property(fabrics, hosts, (fabric, host) => holds(hostEnvironment(fabric, host), fabric, host)),
        { numRuns: 500 },
    );

describe("environment of communication libraries", () => {
    it("names the interface to every library, or to none", () => {
        withEnvironment((env, _fabric, host) => {
            const wanted = host.gpu?.model === "Ascend-910B" ? HCCL_MEETING : MEETING;
            const there = Object.keys(env).filter(name => /SOCK_IFNAME|SOCKET_IFNAME|IF_IP/.test(name));
            assert.deepEqual(there.sort(), there.length === 0 ? [] : [...wanted].sort());
            assert.ok(host.managementInterface === undefined || there.length > 0);
        });
        assert.ok(MEETING.every(name => ONE_POD[name]?.replace("=", "") === "lo"));
    });

    it("holds every rail exactly once, in rail order, in each list of devices", () => {
        withEnvironment((env, fabric, host) => {
            const list = (name: string) => env[name]?.replace(/^=/, "").replaceAll(":1", "").split(",");
            const rdma = fabric !== undefined && fabric.kind !== "ethernet" && host.rails.length > 0;
            for (const name of ["NCCL_IB_HCA", "NVSHMEM_HCA_LIST", "UCX_NET_DEVICES"]) {
                assert.deepEqual(list(name), rdma && host.gpu?.model !== "Ascend-910B" ? host.rails : undefined);
            }
        });
    });

    it("marks traffic as the hosts' NICs and the switches are told to", () => {
        withEnvironment((env, fabric, host) => {
            const items = Object.values(roceItems(fabric, host));
            assert.equal(items.length > 0, fabric?.kind === "roce" && (host.interfaces?.length ?? 0) > 0);
            for (const { dscp, priority } of items) {
                const [tc, sl] = [env.NCCL_IB_TC ?? env.HCCL_RDMA_TC, env.NCCL_IB_SL ?? env.HCCL_RDMA_SL];
                assert.equal(Number(tc) >> 2, dscp);
                assert.equal(Number(sl), priority);
                assert.ok(env.NCCL_IB_TC === undefined || env.NCCL_IB_TC === String(trafficClass(dscp)));
                assert.equal(env.NCCL_IB_TC, env.NVSHMEM_IB_TRAFFIC_CLASS);
                assert.equal(env.NCCL_IB_TC, env.UCX_IB_TRAFFIC_CLASS);
            }
            assert.ok(fabric?.kind === "roce" || env.NCCL_IB_TC === undefined);
        });
    });

    it("uses no RDMA device on plain Ethernet", () => {
        withEnvironment((env, fabric, host) => {
            const off = fabric === undefined || fabric.kind === "ethernet" || host.rails.length === 0;
            assert.equal(env.NCCL_IB_DISABLE, off && host.gpu?.model !== "Ascend-910B" ? "1" : undefined);
            assert.ok(!off || Object.keys(env).every(name => !/IB_HCA|HCA_LIST|UCX/.test(name)));
        });
    });

    it("never holds what is for debugging, and no value is empty", () => {
        withEnvironment(env => {
            for (const [name, value] of Object.entries(env)) {
                assert.doesNotMatch(name, /DEBUG|INFO|TRACE|LOG/);
                assert.doesNotMatch(value, /^=?$|undefined|,,/);
            }
        });
    });

    it("is this on RoCE with 8 H200", () => {
        assert.deepEqual(hostEnvironment(roce, base), {
            NCCL_SOCKET_IFNAME: "=eno1",
            GLOO_SOCKET_IFNAME: "eno1",
            TP_SOCKET_IFNAME: "eno1",
            NVSHMEM_BOOTSTRAP_UID_SOCK_IFNAME: "eno1",
            NCCL_IB_HCA: "=mlx5_0,mlx5_1",
            NCCL_IB_TIMEOUT: "20",
            NCCL_IB_RETRY_CNT: "7",
            NVSHMEM_HCA_LIST: "mlx5_0:1,mlx5_1:1",
            NVSHMEM_ENABLE_NIC_PE_MAPPING: "1",
            UCX_NET_DEVICES: "mlx5_0:1,mlx5_1:1",
            NCCL_IB_GID_INDEX: "-1",
            NCCL_IB_ROCE_VERSION_NUM: "2",
            NCCL_IB_TC: "106",
            NCCL_IB_SL: "3",
            NVSHMEM_IB_GID_INDEX: "-1",
            NVSHMEM_IB_ROCE_VERSION_NUM: "2",
            NVSHMEM_IB_TRAFFIC_CLASS: "106",
            NVSHMEM_IB_SL: "3",
            UCX_IB_TRAFFIC_CLASS: "106",
            UCX_IB_SL: "3",
        });
    });

    it("asks for SHARP and adaptive routing where the InfiniBand subnet has them", () => {
        const env = hostEnvironment(
            { ...infiniband, infiniband: { ...subnet, sharp: true, adaptiveRouting: true } },
            base,
        );
        assert.deepEqual([env.NCCL_COLLNET_ENABLE, env.NCCL_IB_ADAPTIVE_ROUTING], ["1", "1"]);
        assert.equal(hostEnvironment(infiniband, base).NCCL_COLLNET_ENABLE, undefined);
    });
});

describe("environment of a pool's pods", () => {
    const other = { ...base, name: "gpu-02", address: "10.20.0.12" };

    it("is one for all hosts, and holds no host's own address", () => {
        const ascend = [base, other].map(host => ({ ...host, gpu: { model: "Ascend-910B", count: 8 } }));
        const result = poolEnvironment({ fabric: roce, hosts: ascend }, "gpu");
        assert.ok("environment" in result, JSON.stringify(result));
        assert.deepEqual(result.environment.own, [{ name: "HCCL_IF_IP", field: "status.hostIP" }]);
        assert.doesNotMatch(JSON.stringify(result.environment.variables), /10\.20\.0/);
    });

    it("is refused where hosts name their interfaces differently, with both names and what would be right", () => {
        const result = poolEnvironment(
            { fabric: roce, hosts: [base, { ...other, managementInterface: "ens3" }] },
            "gpu",
        );
        assert.ok("problems" in result);
        assert.equal(result.problems.length, MEETING.length);
        assert.match(result.problems.join("\n"), /GLOO_SOCKET_IFNAME to be eno1 on gpu-01 and ens3 on gpu-02.*udev/);
    });

    it("is refused for a pool without hosts", () => {
        assert.deepEqual(poolEnvironment({ hosts: [] }, "gpu"), { problems: ["the pool gpu has no hosts"] });
    });
});
