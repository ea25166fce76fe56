import assert from "node:assert/strict";
import { planSite, type Refusal, type SitePlan } from "../../components/planning";
import type { Site } from "../../components/site/site";
import { gpuHosts, host, localSite, productionSite, service, site } from "./sites";

function planned(of: Site): SitePlan {
    const result = planSite(of);
    if (!("plan" in result)) {
        throw new Error(result.refusals.map(one => one.refusal.sentence).join("\n"));
    }
    return result.plan;
}

function refused(of: Site): ReadonlyMap<string, Refusal> {
    const result = planSite(of);
    return new Map("refusals" in result ? result.refusals.map(one => [one.service, one.refusal]) : []);
}

describe("planSite", () => {
    it("plans the models of a site in its order, each on the hosts of its pool", () => {
        const { models } = planned(localSite);
        assert.deepEqual(
            models.map(one => [one.name, one.gpu, one.gpusPerHost, one.candidates.join(" ")]),
            [
                ["tiny-deepseek", "cpu", 0, "node-1"],
                ["deepseek-r1", "H200", 8, "h200-01 h200-02 h200-03 h200-04"],
            ],
        );
    });

    it("asks for a passed gate where every host of the pool is a managed node, and nowhere else", () => {
        const nodes = gpuHosts(2, "H200").map(one => ({ ...one, managed: true, node: one.name }));
        const acceptance = { gates: true, skip: [], loadSeconds: 120, python: "python3", multicast: true };
        const gated = (hosts: Site["hosts"], gates = true) =>
            planned({ ...site(hosts, [service("r1")]), acceptance: { ...acceptance, gates } }).models[0]?.gated;
        assert.equal(gated(nodes), true);
        assert.equal(gated(nodes, false), undefined);
        assert.equal(gated(nodes.map((one, index) => ({ ...one, managed: index > 0 }))), undefined);
        assert.equal(gated(gpuHosts(2, "H200")), undefined);
    });

    it("goes by the label of the pool where every host of it is a node, and nowhere else", () => {
        const nodes = gpuHosts(2, "H200").map(one => ({ ...one, managed: false, node: one.name }));
        const labelled = (hosts: Site["hosts"]) => planned(site(hosts, [service("r1")])).models[0]?.labelled;
        assert.equal(labelled(nodes), true);
        assert.equal(labelled(nodes.map((one, index) => (index > 0 ? one : { ...one, node: undefined }))), undefined);
    });

    it("lets models share a pool, down to the last GPU", () => {
        const distill = { model: "deepseek-r1-distill-llama-70b", precision: "bf16" };
        const models = (replicas: number) => [
            service("chat", distill),
            service("r1"),
            service("more", { ...distill, replicas }),
        ];
        assert.equal(planned(site(gpuHosts(2, "H200"), models(3))).models.length, 3);
        const refusal = refused(site(gpuHosts(2, "H200"), models(4))).get("more");
        assert.equal(refusal?.limit, "hosts");
        assert.equal(
            refusal?.sentence,
            "more needs 4 replicas of 2 × H200, and the pool gpu has 2 hosts with 16 GPUs shared with chat and r1: use 3 replicas.",
        );
        assert.match(
            planned(site(gpuHosts(2, "H200"), models(3))).models[1]?.warnings.join(" ") ?? "",
            /r1 fits beside chat and more only where their replicas share hosts/,
        );
        assert.deepEqual(planned(productionSite).models[1]?.warnings, []);
    });

    it("refuses more replicas than the pool has hosts for", () => {
        const two = service("r1", { replicas: 2 });
        assert.match(
            refused(site(gpuHosts(1, "H200"), [two])).get("r1")?.sentence ?? "",
            /^r1 needs 2 replicas of 8 × H200, and the pool gpu has 1 host with 8 GPUs: use 1 replica\.$/,
        );
        assert.equal(planned(site(gpuHosts(2, "H200"), [two])).models[0]?.replicas, 2);
    });

    for (const hosts of [1, 4]) {
        it(`refuses FP8 on 8 × H100 in one sentence with 689 GB, 640 GB and what a service can have, of ${hosts}`, () => {
            const sentence = refused(site(gpuHosts(hosts, "H100"), [service("r1")])).get("r1")?.sentence ?? "";
            assert.match(
                sentence,
                /689 GB.*640 GB.*: use W4A8 on 8 × H100 \(.*\), AWQ on 8 × H100 \(.*\) or 8 × H200 \([\d,]+ USD\)\.$/,
            );
            assert.equal(sentence.split(". ").length, 1);
        });
    }

    it("refuses a pool that mixes GPUs, and one without hosts", () => {
        const mixed = refused(site([...gpuHosts(1, "H100"), ...gpuHosts(1, "H200")], [service("r1")])).get("r1");
        assert.match(mixed?.sentence ?? "", /the pool gpu of r1 mixes 8 × H100 and 8 × H200: give each kind/);
        const empty = refused(site(gpuHosts(1, "H200"), [service("r1", { pool: "gpus" })])).get("r1");
        assert.match(empty?.sentence ?? "", /the pool gpus of r1 has no hosts: the site's pools are gpu\./);
    });

    it("returns every refusal at once", () => {
        const models = [service("a"), service("b", { precision: "fp9" }), service("c", { pool: "none" })];
        assert.deepEqual([...refused(site(gpuHosts(1, "H100"), models)).keys()], ["a", "b", "c"]);
    });

    it("checks main memory where the site states it", () => {
        const small = [host("one", { memoryGiB: 1 })];
        const distill = {
            model: "deepseek-r1-distill-llama-8b",
            precision: "q4_k_m",
            engine: "llamacpp",
            pool: "cpu",
        } as const;
        assert.equal(
            refused(site(small, [service("chat", { ...distill, concurrency: 1 })])).get("chat")?.limit,
            "memory",
        );
        const short = gpuHosts(1, "H200").map(one => ({ ...one, memoryGiB: 512 }));
        assert.match(
            planned(site(short, [service("r1")])).models[0]?.warnings.join(" ") ?? "",
            /Loading will be slow: 689 GB/,
        );
    });
});
