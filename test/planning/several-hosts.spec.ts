import assert from "node:assert/strict";
import * as fc from "fast-check";
import { findModel } from "../../catalog";
import { planSite, type ModelPlan, type Refusal } from "../../components/planning";
import { gpusOfReplica, groupsOf } from "../../components/planning/groups";
import { sequenceBytes, worldSize } from "../../components/planning/memory";
import type { Site, SiteHost, SiteModel } from "../../components/site/site";
import { planOf, refusalOf } from "./requests";
import { gpuHosts, host, service, site } from "./sites";

const infiniband = { kind: "infiniband", linkGbps: 400, rails: 8 } as const;

const withFabric = (hosts: readonly SiteHost[], models: readonly SiteModel[]): Site => ({
    ...site(hosts, models),
    fabric: infiniband,
});

function planned(of: Site): ModelPlan {
    const result = planSite(of);
    if (!("plan" in result)) {
        throw new Error(result.refusals.map(one => one.refusal.sentence).join("\n"));
    }
    const [first] = result.plan.models;
    assert.ok(first);
    return first;
}

function refused(of: Site): Refusal {
    const result = planSite(of);
    const refusal = "refusals" in result ? result.refusals[0]?.refusal : undefined;
    assert.ok(refusal, "is not refused");
    return refusal;
}

describe("a replica of several hosts", () => {
    it("is planned where one host is too small and a fabric joins the hosts, on the fewest that do", () => {
        const plan = planned(withFabric(gpuHosts(4, "H100"), [service("r1", { replicas: 2 })]));
        assert.deepEqual([plan.hosts, plan.gpusPerHost, plan.tensorParallel, plan.replicas], [2, 8, 16, 2]);
        assert.match(plan.warnings.join(" "), /does not fit on one host: .*689 GB.*640 GB.*spans 2 hosts/);
    });

    it("is planned over rails without a fabric that the site describes, and refused without either, saying so", () => {
        const railed = gpuHosts(2, "H100").map(one => ({ ...one, rails: ["mlx5_0"] }));
        assert.equal(planned(site(railed, [service("r1")])).hosts, 2);
        assert.match(
            refused(site(gpuHosts(2, "H100"), [service("r1")])).sentence,
            /2 hosts of 8 × H100 would hold it, and nothing joins them by InfiniBand or RoCE/,
        );
        const ethernet = { ...infiniband, kind: "ethernet" } as const;
        assert.match(
            refused({ ...site(gpuHosts(2, "H100"), [service("r1")]), fabric: ethernet }).sentence,
            /InfiniBand or RoCE/,
        );
    });

    it("spans no more hosts than the site says, and as many as degrees ask for", () => {
        const one = service("r1", { parallelism: { hostsPerReplica: 1 } });
        assert.match(refused(withFabric(gpuHosts(4, "H100"), [one])).sentence, /689 GB.*640 GB/);
        const two = service("r1", { tensorParallel: 8, parallelism: { hostsPerReplica: 2, pipeline: 2 } });
        const plan = planned(withFabric(gpuHosts(4, "H200"), [two]));
        assert.deepEqual([plan.hosts, plan.tensorParallel, plan.pipelineParallel], [2, 8, 2]);
        const wide = service("r1", { parallelism: { hostsPerReplica: 4, data: 32 } });
        const expert = planned(withFabric(gpuHosts(4, "H200"), [wide]));
        assert.deepEqual([expert.hosts, expert.dataParallel, expert.expertParallel], [4, 32, true]);
    });

    it("is laid over plain Ethernet only where the site insists, with a warning", () => {
        const two = service("r1", { parallelism: { hostsPerReplica: 2 } });
        assert.match(planned(site(gpuHosts(2, "H100"), [two])).warnings.join(" "), /neither InfiniBand nor RoCE/);
    });

    it("is made of CPUs too, a stage a host", () => {
        const tiny = service("tiny", {
            model: "tiny-deepseek",
            precision: "f32",
            engine: "llamacpp",
            pool: "cpu",
            contextTokens: 2048,
            parallelism: { hostsPerReplica: 2, pipeline: 2 },
        });
        const plan = planned(site([host("a"), host("b")], [tiny]));
        assert.deepEqual([plan.hosts, plan.gpusPerHost, plan.pipelineParallel], [2, 0, 2]);
        assert.match(refused(site([host("a")], [tiny])).sentence, /pipeline parallel 2 is asked of 1 host/);
    });

    it("counts prefill and decode groups as hosts of their own", () => {
        const apart = service("r1", { parallelism: { prefillDecode: "apart" } });
        const plan = planned(withFabric(gpuHosts(2, "H200"), [apart]));
        assert.deepEqual(
            groupsOf(plan).map(({ role, groups }) => [role, groups]),
            [
                ["prefill", 1],
                ["decode", 1],
            ],
        );
        assert.equal(gpusOfReplica(plan), 16);
        assert.match(
            refused(withFabric(gpuHosts(1, "H200"), [apart])).sentence,
            /1 replica of 1 prefill group of 8 × H200 and 1 decode group of 8 × H200, and the pool gpu has 1 host/,
        );
    });

    it("never becomes impossible with more hosts, and uses what it says", () => {
        const gpu = fc.constantFrom("H100", "H200", "A100-80", "L40S", "Ascend-910B");
        const model = fc.constantFrom(
            { model: "deepseek-r1", precision: "fp8" },
            { model: "deepseek-r1", precision: "bf16" },
            { model: "deepseek-r1", precision: "w8a8" },
            { model: "deepseek-r1-distill-llama-70b", precision: "bf16" },
        );
        const parallelism = fc.record(
            { hostsPerReplica: fc.integer({ min: 1, max: 4 }), data: fc.constantFrom(8, 16) },
            { requiredKeys: [] },
        );
        const count = fc.integer({ min: 1, max: 6 });
        fc.assert(
            fc.property(gpu, model, parallelism, count, count, fc.boolean(), (name, what, how, hosts, more, joined) => {
                const models = [service("one", { ...what, parallelism: how }), service("two", what)];
                const of = (number: number): Site =>
                    joined ? withFabric(gpuHosts(number, name), models) : site(gpuHosts(number, name), models);
                const before = planSite(of(hosts));
                fc.pre("plan" in before);
                assert.ok("plan" in before && "plan" in planSite(of(hosts + more)));
                for (const plan of before.plan.models) {
                    assert.equal(worldSize(plan), gpusOfReplica(plan));
                    assert.ok(plan.hosts <= (plan.name === "one" ? (how.hostsPerReplica ?? hosts) : hosts));
                }
            }),
            { numRuns: 60 },
        );
    });
});

describe("rules of size", () => {
    const small = { model: "deepseek-r1-distill-qwen-32b", precision: "fp8" };

    it("divide models of more than 30 × 10⁹ parameters among GPUs, unless the site argues", () => {
        assert.equal(planned(site(gpuHosts(1, "H200"), [service("q", small)])).tensorParallel, 2);
        const argued = service("q", { ...small, parallelism: { tensorParallelAboveB: 33 } });
        assert.equal(planned(site(gpuHosts(1, "H200"), [argued])).tensorParallel, 1);
        const { sentence } = refused(site(gpuHosts(1, "H200", "gpu", 1), [service("q", small)]));
        assert.match(sentence, /33 × 10⁹ parameters, and models of more than 30 × 10⁹ are tensor parallel/);
        assert.match(sentence, /: (use .*|to have it all the same, set parallelism.tensorParallelAboveB to 33)\.$/);
    });

    it("want NVLink or its like above 175 × 10⁹, unless the site argues", () => {
        const int8 = { precision: "int8", parallelism: { hostsPerReplica: 4 } };
        const hosts = gpuHosts(4, "L40S");
        assert.equal(refused(withFabric(hosts, [service("r1", int8)])).limit, "link");
        const argued = { ...int8, parallelism: { hostsPerReplica: 4, fastLinkAboveB: 671 } };
        assert.equal(planned(withFabric(hosts, [service("r1", argued)])).hosts, 3);
    });
});

describe("choices of memory", () => {
    it("an FP8 latent cache is 656 bytes a token and layer, and holds more", () => {
        const r1 = findModel("deepseek-r1");
        assert.ok(r1);
        assert.equal(sequenceBytes(r1, 1, { kvCache: "fp8" }), 656 * 61);
        assert.ok(planOf({ kvCache: "fp8" }).kvCacheTokens > 1.7 * planOf().kvCacheTokens);
        assert.equal(refusalOf({ kvCache: "fp8", precision: "awq", gpu: "A100-80" }).limit, "number-format");
    });

    it("a draft layer has a cache of its own, and not every model has one", () => {
        assert.equal(planOf({ draftTokens: 2 }).kvCacheBytesPerToken, (70_272 / 61) * 62);
        const distill = { model: "deepseek-r1-distill-llama-70b", precision: "bf16", draftTokens: 1 };
        assert.match(refusalOf(distill).sentence, /has no draft layer of its own/);
    });

    it("experts that are held twice take memory, and all ranks must share them evenly", () => {
        const wide = { hosts: 4, dataParallel: 32 };
        const more = planOf({ ...wide, redundantExperts: 32 }).weightsPerGpuGB - planOf(wide).weightsPerGpuGB;
        assert.ok(Math.abs(more - (689 * (653.9 / 671)) / 256) < 0.01, String(more));
        assert.match(
            refusalOf({ ...wide, redundantExperts: 10 }).sentence,
            /routed experts with those held twice: 266 \/ 32 is not a whole number/,
        );
        assert.match(refusalOf({ redundantExperts: 32 }).sentence, /only with expert parallel/);
    });
});
