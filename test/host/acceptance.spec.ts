import assert from "node:assert/strict";
import * as fc from "fast-check";
import { findGpu, type Gpu, gpuAcceptance, type GpuAcceptance, gpuList } from "../../catalog";
import { acceptanceChecks, notJudged } from "../../components/host/acceptance";
import {
    allReduceGate,
    meshBusGBps,
    multicastBusGBps,
    ringBusGBps,
    ringOfTimes,
} from "../../components/host/gates/allReduce";
import { nvlinksOf } from "../../components/host/gates/gpus";
import { pairGate } from "../../components/host/gates/pair";
import type { Fabric, SiteHost, SiteModel } from "../../components/site/site";
import { checkNamed } from "../../provider/gates/registry";
import { h200Host } from "../gates/replay";

const GIB = 2 ** 30;
const known = (name: string): readonly [Gpu, GpuAcceptance] => {
    const [gpu, facts] = [findGpu(name), gpuAcceptance[name]];
    assert.ok(gpu !== undefined && facts !== undefined, name);
    return [gpu, facts];
};
const infiniband: Fabric = { kind: "infiniband", linkGbps: 400, rails: 8 };
const rails = Array.from({ length: 8 }, (_, index) => `mlx5_${index}`);

describe("bus bandwidth of an all-reduce", () => {
    it("of rings is within 5 % of what 2, 3 and 4 GPUs reached, by times of 4 GPUs at other sizes", () => {
        const { ringTimes } = gpuAcceptance.H200 ?? {};
        assert.ok(ringTimes !== undefined);
        // Measured on one host with 4 H200, NCCL 2.28.9 without multicast, 16 GiB.
        for (const [gpus, measured] of [
            [2, 349.4],
            [3, 363.6],
            [4, 366.0],
        ] as const) {
            const expected = ringBusGBps(ringOfTimes(ringTimes), gpus, 16 * GIB);
            assert.ok(Math.abs(expected / measured - 1) < 0.05, `${gpus} GPUs: ${expected}, measured ${measured}`);
        }
    });

    it("of rings gives back the times that it was made of", () => {
        const point = fc.record({
            busGBps: fc.double({ min: 5, max: 1000, noNaN: true }),
            step: fc.integer({ max: 50, min: 0 }),
        });
        fc.assert(
            fc.property(point, fc.integer({ min: 2, max: 16 }), ({ busGBps, step }, gpus) => {
                const ring = { busGBps, stepMicroseconds: step };
                const time = (bytes: number): number =>
                    (2 * (gpus - 1) * bytes) / gpus / ringBusGBps(ring, gpus, bytes) / 1e3;
                const points = [GIB / 4, GIB].map(bytes => ({ bytes, microseconds: time(bytes) }));
                const [small, large] = points;
                assert.ok(small !== undefined && large !== undefined);
                const again = ringOfTimes({ gpus, points: [large, small] });
                assert.ok(Math.abs(again.busGBps / busGBps - 1) < 1e-6);
                assert.ok(Math.abs(again.stepMicroseconds - step) < 0.1 + step * 1e-3);
            }),
        );
    });

    it("of rings falls with every GPU more, and less so the larger the size", () => {
        const ring = { busGBps: 359, stepMicroseconds: 12 };
        fc.assert(
            fc.property(fc.integer({ min: 2, max: 15 }), fc.integer({ min: 20, max: 33 }), (gpus, power) => {
                const at = (n: number, bytes: number): number => ringBusGBps(ring, n, bytes);
                assert.ok(at(gpus + 1, 2 ** power) < at(gpus, 2 ** power));
                assert.ok(at(gpus, 2 ** power) < at(gpus, 2 ** (power + 1)) && at(gpus, 2 ** power) < 359);
            }),
        );
    });

    it("with multicast goes with 2(n − 1)/n, and in a mesh with the links that are left", () => {
        assert.equal(multicastBusGBps(480, 8, 8), 480);
        assert.equal(Math.round(multicastBusGBps(480, 8, 4)), 411);
        assert.equal(Math.round(multicastBusGBps(480, 8, 2)), 274);
        assert.equal(meshBusGBps(314, 8, 8), 314);
        // One link of a mesh alone: what Azure's checks expect between two MI300X is 44 GB/s.
        assert.equal(Math.round(meshBusGBps(314, 8, 2)), 45);
    });

    it("takes the faster way, and never a figure of another number of GPUs", () => {
        const [gpu, facts] = known("H200");
        const gate = (gpus: number, multicast: boolean): number =>
            Math.round(allReduceGate(gpu, facts, { gpus, bytes: 16 * GIB, multicast })?.busGBps ?? 0);
        assert.deepEqual(
            [8, 4, 2, 1].map(gpus => gate(gpus, true)),
            [431, 369, 323, 0],
        );
        assert.deepEqual(
            [8, 4, 2, 9].map(gpus => gate(gpus, false)),
            [322, 323, 323, 0],
        );
        const [amd, mesh] = known("MI300X");
        assert.equal(Math.round(allReduceGate(amd, mesh, { gpus: 4, bytes: GIB, multicast: true })?.busGBps ?? 0), 135);
        const [a100, ring] = known("A100-80");
        const ofFour = allReduceGate(a100, ring, { gpus: 4, bytes: 16 * GIB, multicast: true });
        assert.ok((ofFour?.busGBps ?? 0) > 228 && (ofFour?.busGBps ?? 0) < 230);
        assert.match(ofFour?.source ?? "", /from 228 GB\/s on 8 by steps of a ring/);
    });

    it("over two hosts is what rails or links carry, whichever is less", () => {
        const [, facts] = known("H100");
        assert.deepEqual(Math.round(pairGate(facts, 8, 400)?.busGBps ?? 0), 333);
        assert.deepEqual(Math.round(pairGate(facts, 4, 400)?.busGBps ?? 0), 171);
        assert.equal(pairGate(gpuAcceptance.B200, 8, 400), undefined);
    });
});

describe("the catalogue's acceptance", () => {
    it("is of GPUs that the catalogue has, with figures below what their makers promise", () => {
        const names = gpuList.map(({ name }) => name);
        for (const [name, { figures }] of Object.entries(gpuAcceptance)) {
            assert.ok(names.includes(name), name);
            const [gpu] = known(name);
            assert.ok((figures.readTBps?.value ?? 0) * 1000 <= gpu.memoryBandwidthGBps);
            assert.ok((figures.bf16Tflops8192?.value ?? 0) <= (gpu.denseTflops.bf16 ?? Infinity));
            assert.ok((figures.fp8Tflops8192?.value ?? 0) <= (gpu.denseTflops.fp8 ?? Infinity));
        }
    });

    it("knows how many NVLinks a GPU has by its bandwidth", () => {
        assert.deepEqual(
            ["A100-80", "H100", "H200", "B200", "L40S", "MI300X"].map(name => nvlinksOf(entry(name))),
            [12, 18, 18, 18, 0, 0],
        );
    });
});

function entry(name: string): Gpu {
    const gpu = findGpu(name);
    assert.ok(gpu !== undefined, name);
    return gpu;
}

describe("the checks of a host", () => {
    const model = (name: string, hostPath: string, replicas: number): SiteModel => ({
        name,
        model: "deepseek-r1",
        precision: "fp8",
        engine: "vllm",
        image: "",
        proxyImage: "",
        pool: "r1",
        replicas,
        contextTokens: 8192,
        concurrency: 1,
        weights: { hostPath, sha256sums: "", sizeGB: 700 },
        endpoint: { host: "", serviceType: "NodePort", port: 443 },
    });
    const full = h200Host(8, { rails, nvme: ["a", "b"], memoryGiB: 2048, managementInterface: "eno1" });
    const site = { models: [model("r1", "/data/r1", 1)], hosts: [full], fabric: infiniband };

    it("are clock and memory on hosts at the edge and of the control plane", () => {
        for (const role of ["edge", "control-plane", "storage"] as const) {
            const host: SiteHost = { ...h200Host(1), role };
            const peer = { ...host, name: "gpu-2" };
            const checks = Object.keys(acceptanceChecks({ models: [], hosts: [] }, host, { peer }));
            assert.deepEqual(checks, ["clock", "memory", ...(role === "storage" ? ["iperf3"] : [])]);
        }
    });

    it("are all of them on a host with GPUs, rails, disks, weights and a peer", () => {
        const checks = acceptanceChecks(site, full, { peer: { ...full, name: "gpu-2" }, dcgmLevel: 3 });
        assert.deepEqual(Object.keys(checks).sort(), [
            "clock",
            "dcgm",
            "fio",
            "gemm",
            "gpuHealth",
            "h2d",
            "hbm",
            "iperf3",
            "memory",
            "nccl",
            "ncclPair",
            "rdma",
            "topology",
        ]);
        assert.deepEqual(checks.topology?.settings, { gpus: 8, links: 18, rails });
        assert.equal(checks.nccl?.thresholds.busGBps?.atLeast, 431);
        assert.deepEqual(checks.nccl?.settings, { gpus: 8, largestMiB: 16384 });
        assert.equal(checks.rdma?.thresholds.writeGbps?.atLeast, 360);
        assert.equal(checks.fio?.thresholds.randomReadIops?.atLeast, 1_000_000);
        // 689 GB within two minutes.
        assert.equal(checks.fio?.thresholds.sequentialReadGBps?.atLeast, 5.742);
        const environment = checks.ncclPair?.settings?.environment;
        assert.ok(Array.isArray(environment) && environment.includes("NCCL_SOCKET_IFNAME==eno1"), String(environment));
    });

    it("read weights faster where two replicas load from one disk, and in their own folders", () => {
        const two = { ...site, models: [model("r1", "/data/r1", 2), model("other", "/data/other", 1)] };
        const { fio, "fio:2": second } = acceptanceChecks(two, full, { loadSeconds: 60 });
        assert.equal(fio?.thresholds.sequentialReadGBps?.atLeast, 22.97);
        assert.deepEqual([fio?.settings?.folder, second?.settings?.folder], ["/data/r1", "/data/other"]);
    });

    it("switch multicast off where the host has none, and expect less", () => {
        const { nccl } = acceptanceChecks(site, h200Host(4), { multicast: false });
        assert.deepEqual(nccl?.settings?.environment, ["NCCL_NVLS_ENABLE=0"]);
        assert.ok((nccl?.thresholds.busGBps?.atLeast ?? 0) < 330);
    });

    it("have no threshold, and say so, for GPUs whose figures nobody has", () => {
        const host: SiteHost = { ...h200Host(8), gpu: { model: "H20", count: 8 } };
        const checks = acceptanceChecks({ models: [], hosts: [] }, host);
        assert.deepEqual(notJudged(checks), ["hbm", "h2d", "nccl"]);
        assert.deepEqual(Object.keys(checks.gemm?.thresholds ?? {}), ["temperatureCelsius"]);
    });

    it("are such that every GPU's gate is accepted by its checks", () => {
        for (const gpu of gpuList) {
            for (const count of [1, 2, gpu.gpusPerHost]) {
                const host: SiteHost = { ...full, gpu: { model: gpu.name, count } };
                const peer = { ...host, name: "gpu-2" };
                const checks = acceptanceChecks(site, host, { peer, dcgmLevel: 1, python: "/opt/torch/bin/python3" });
                for (const [name, spec] of Object.entries(checks)) {
                    const check = checkNamed(name);
                    assert.ok(check !== undefined, name);
                    assert.deepEqual(check.check(spec), [], `${gpu.name} × ${count}, ${name}`);
                    assert.ok(Object.values(spec.thresholds).every(({ source }) => source.length > 3));
                }
            }
        }
    });
});
