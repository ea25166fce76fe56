import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fingerprintOf, h200Checks, recorded, replay, findings } from "./replay";

const MEASURING = ["hbm", "gemm", "h2d", "nccl"];

describe("recorded gates of H200 hosts", () => {
    for (const count of [1, 2, 4]) {
        it(`pass with ${count} GPU(s), figure by figure`, () => {
            const checks = h200Checks(count);
            const results = replay(recorded(`h200-x${count}`), checks);
            const ran = MEASURING.filter(name => count > 1 || name !== "nccl");
            assert.deepEqual(
                Object.keys(results),
                ["memory", "topology", "gpuHealth", "hbm", "h2d", "gemm", "nccl"].filter(
                    name => count > 1 || name !== "nccl",
                ),
            );
            for (const name of ["topology", "gpuHealth", ...ran]) {
                assert.deepEqual(results[name]?.findings, [], name);
                assert.equal(results[name]?.passed, true, name);
            }
            for (const name of ran) {
                for (const [figure, { atLeast = 0 }] of Object.entries(checks[name]?.thresholds ?? {})) {
                    const ratio = (results[name]?.figures[figure] ?? 0) / (atLeast || 1);
                    // A gate far below what sound hardware does would find nothing.
                    assert.ok(atLeast === 0 || (ratio >= 1 && ratio < 1.2), `${name} ${figure}: ${ratio}`);
                }
            }
            assert.equal(Object.keys(results.hbm?.series?.readTBps ?? {}).length, count);
        });
    }

    it("say which package brings DCGM, which no host had", () => {
        const { dcgm } = replay(recorded("h200-x1"), h200Checks(1, true));
        assert.equal(dcgm?.missing?.tool, "dcgmi");
        assert.match(dcgm.missing.package, /^datacenter-gpu-manager-4-cuda/);
        assert.equal(dcgm.passed, false);
    });

    it("are warm and at full power under load, not at rest", () => {
        const { gemm, gpuHealth } = replay(recorded("h200-x4"), h200Checks(4));
        assert.ok((gemm?.figures.temperatureCelsius ?? 0) > (gpuHealth?.figures.temperatureCelsius ?? 0) + 10);
        assert.ok(Object.values(gemm?.series?.powerWatts ?? {}).every(watts => watts > 600));
    });

    it("read an all-reduce over two ends of a gate", () => {
        const checks = { ncclPair: { thresholds: {}, settings: {} } };
        const { ncclPair } = replay(recorded("h200-pair"), checks);
        assert.equal(ncclPair?.passed, true);
        assert.equal(ncclPair.figures.busGBps, 365.29);
        assert.deepEqual(Object.keys(ncclPair.series?.busGBps ?? {}), [
            "1 MiB",
            "4 MiB",
            "16 MiB",
            "64 MiB",
            "256 MiB",
            "1 GiB",
            "4 GiB",
            "16 GiB",
        ]);
    });

    it("read nccl-tests, which agree with the program that stands in for them", () => {
        const { nccl } = h200Checks(2);
        assert.ok(nccl !== undefined);
        const [tests, own] = ["h200-x2-nccl-tests", "h200-x2"].map(name => replay(recorded(name), { nccl }).nccl);
        assert.deepEqual(tests?.findings, []);
        assert.equal(tests?.figures.busGBps, 350.38);
        assert.equal(Object.keys(tests?.series?.busGBps ?? {}).length, 15);
        for (const size of ["256 MiB", "1 GiB", "4 GiB", "16 GiB"]) {
            const ratio = (own?.series?.busGBps?.[size] ?? 0) / (tests?.series?.busGBps?.[size] ?? 1);
            assert.ok(ratio > 0.97 && ratio < 1.03, `${size}: ${ratio}`);
        }
    });

    it("name the GPU that another program kept busy", () => {
        const results = replay(recorded("h200-x4-busy"), h200Checks(4));
        const [slow, ...others] = findings(results, "hbm");
        assert.match(slow ?? "", /^GPU 1: readTBps 2\.063, 53 % below 4\.380; copyTBps 1\.987, 54 % below 4\.307/);
        assert.deepEqual(others, [
            "readTBps: 2.0627 TB/s (GPU 1); wanted at least 4.161 TB/s",
            "copyTBps: 1.9874 TB/s (GPU 1); wanted at least 4.075 TB/s",
        ]);
        assert.ok(findings(results, "gemm").every(line => line.includes("GPU 1")));
    });

    it("are what the kept acceptance of four GPUs was made of", () => {
        const checks = h200Checks(4);
        const printed = recorded("h200-x4");
        const results = replay(printed, checks);
        const kept: unknown = JSON.parse(readFileSync(join(__dirname, "fixtures", "acceptance-h200-x4.json"), "utf8"));
        assert.deepEqual(kept, {
            host: "gpu-1",
            passed: Object.values(results).every(({ passed }) => passed),
            ranAt: "2026-11-22T14:23:00.000Z",
            fingerprint: fingerprintOf(printed),
            checks,
            results,
        });
    });
});
