import assert from "node:assert/strict";
import * as fc from "fast-check";
import { catalogue } from "../../../catalog";
import { planSite } from "../../../components/planning";
import { keeps } from "../../../components/planning/capacity";
import { gpusOfReplica, groupsOf } from "../../../components/planning/groups";
import { worldSize } from "../../../components/planning/memory";
import { withoutRoom } from "../../../components/planning/placement";
import { settle } from "../../../components/planning/search/settle";
import type { Site, SiteModel } from "../../../components/site/site";
import { busy, joined, plansOf, traffic } from "./asked";

const model: fc.Arbitrary<Partial<SiteModel>> = fc
    .record({
        what: fc.constantFrom(
            { model: "deepseek-r1", precision: "fp8" },
            { model: "deepseek-v3.2", precision: "fp8" },
            { model: "deepseek-r1-distill-llama-70b", precision: "bf16" },
            { model: "deepseek-r1-distill-qwen-7b", precision: "bf16" },
            { model: "deepseek-v4-flash", precision: "fp4-fp8" },
        ),
        dailyRequests: fc.constantFrom(1000, 100_000, 1_000_000),
        inputTokens: fc.constantFrom(200, 2000, 16_000),
        outputTokens: fc.constantFrom(100, 1000),
        rankBy: fc.constantFrom("cost" as const, "latency" as const, "gpus" as const),
        tpotMilliseconds: fc.constantFrom(undefined, 40, 100),
        replicas: fc.constantFrom(undefined, 2),
        parallelism: fc.record(
            {
                hostsPerReplica: fc.constantFrom(1, 2, 4),
                prefillDecode: fc.constantFrom("together" as const, "apart" as const),
                draftTokens: fc.constantFrom(0, 2),
            },
            { requiredKeys: [] },
        ),
    })
    .map(({ what, rankBy, tpotMilliseconds, replicas, parallelism, ...lengths }) => ({
        ...what,
        traffic: traffic(lengths),
        objectives: { rankBy, tpotMilliseconds },
        parallelism,
        ...(replicas === undefined ? {} : { replicas, replicasGiven: true }),
    }));

const models = fc
    .array(model, { minLength: 1, maxLength: 2 })
    .map(all => all.map((one, index) => busy(`model-${index + 1}`, one)));

const gpu = fc.constantFrom("H200", "H100", "B200");

/** Without the search for alternatives, which refusals would pay for. */
function isAccepted(of: Site): boolean {
    const { failures, crowded } = settle(of, catalogue, { told: false });
    return failures.size + crowded.size === 0;
}

describe("the search, laws", function () {
    this.timeout(120_000);

    it("GPUs, ranks, memory and promises of every accepted plan agree", () => {
        fc.assert(
            fc.property(gpu, fc.integer({ min: 1, max: 12 }), models, (kind, hosts, asked) => {
                const of = joined(hosts, kind, asked);
                fc.pre(isAccepted(of));
                const plans = plansOf(of);
                assert.equal(withoutRoom(of, plans).size, 0);
                assert.ok(plans.reduce((sum, plan) => sum + plan.replicas * gpusOfReplica(plan), 0) <= hosts * 8);
                for (const plan of plans) {
                    groupsOf(plan).forEach(({ layout }) =>
                        assert.equal(worldSize(layout), layout.hosts * layout.gpusPerHost),
                    );
                    const memoryGB = catalogue.gpus[plan.gpu]?.memoryGB ?? 0;
                    assert.ok(plan.weightsPerGpuGB < memoryGB * plan.memoryUtilisation);
                    const own = asked.find(({ name }) => name === plan.name);
                    const { capacity, curve = [] } = plan.chosen ?? {};
                    assert.ok(own?.traffic);
                    if (capacity !== undefined) {
                        assert.ok(plan.replicas >= capacity.needed);
                        assert.ok(keeps(capacity.operatingPoint, own.objectives ?? {}));
                        const { concurrency } = capacity.operatingPoint;
                        assert.ok(concurrency <= (curve.at(-1)?.concurrency ?? 0));
                        const length = own.traffic.inputTokens + own.traffic.outputTokens;
                        assert.ok(concurrency * length <= plan.kvCacheTokens * (plan.apart?.decodeGroups ?? 1));
                    }
                }
            }),
            { numRuns: 40 },
        );
    });

    it("more hosts never make a site impossible", () => {
        const count = fc.integer({ min: 1, max: 8 });
        fc.assert(
            fc.property(gpu, count, count, models, (kind, hosts, more, asked) => {
                fc.pre(isAccepted(joined(hosts, kind, asked)));
                const larger = joined(hosts + more, kind, asked);
                assert.ok(isAccepted(larger), JSON.stringify(planSite(larger)));
            }),
            { numRuns: 40 },
        );
    });
});
