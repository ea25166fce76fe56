import assert from "node:assert/strict";
import { describePlan } from "../../../components/planning";
import { requestSeconds } from "../../../components/planning/capacity";
import { gpusOfReplica } from "../../../components/planning/groups";
import { gpuHosts, host, service, site } from "../sites";
import { busy, joined, planned, plansOf, traffic } from "./asked";

describe("the search for a plan", () => {
    it("takes as many replicas as traffic needs, and headroom for a lost host", () => {
        const plan = planned(joined(16, "H200", [busy("r1")]));
        const { capacity } = plan.chosen ?? {};
        assert.ok(capacity);
        assert.equal(plan.replicas, capacity.needed + capacity.headroom);
        assert.ok(plan.replicas * capacity.operatingPoint.requestsPerSecond >= (400_000 / 86_400) * 3);
        assert.equal(plan.concurrency, capacity.operatingPoint.concurrency);
        const more = planned(joined(16, "H200", [busy("r1", { traffic: traffic({ dailyRequests: 1_600_000 }) })]));
        assert.ok(more.replicas > plan.replicas);
    });

    it("keeps the promises of the site, and takes more GPUs for shorter ones", () => {
        const under = (tpotMilliseconds?: number) =>
            planned(
                joined(32, "H200", [
                    busy("r1", {
                        objectives: { rankBy: "gpus", ...(tpotMilliseconds === undefined ? {} : { tpotMilliseconds }) },
                    }),
                ]),
            );
        const [tight, loose] = [under(30), under()];
        assert.ok((tight.chosen?.capacity?.operatingPoint.tpotSeconds ?? 1) <= 0.03);
        assert.ok(tight.replicas * gpusOfReplica(tight) > loose.replicas * gpusOfReplica(loose));
    });

    it("ranks by what the site says, and keeps three runners-up, none of them better by it", () => {
        for (const [rankBy, measure] of [
            ["cost", ({ cost }) => cost?.perMillionTokens ?? NaN],
            ["gpus", ({ plan, replicas }) => gpusOfReplica(plan) * (replicas ?? NaN)],
            ["latency", ({ capacity }) => (capacity ? requestSeconds(capacity.operatingPoint) : NaN)],
        ] as const satisfies readonly (readonly [
            string,
            (one: NonNullable<ReturnType<typeof planned>["chosen"]>) => number,
        ])[]) {
            const plan = planned(joined(16, "H200", [busy("r1", { objectives: { rankBy } })]));
            assert.ok(plan.chosen && plan.runnersUp?.length === 3, rankBy);
            const own = measure(plan.chosen);
            // Apart is told, and never taken unasked.
            const others = plan.runnersUp.filter(one => one.plan.apart === undefined).map(measure);
            assert.ok(
                others.length >= 2 && others.every(other => other >= own * (1 - 1e-9)),
                `${rankBy} ${own} ${others.join()}`,
            );
            assert.match(plan.runnersUp.at(-1)?.because ?? "", /parallelism\.prefillDecode: apart/);
        }
    });

    it("holds fewer sequences than fit into the KV cache and than the site allows", () => {
        const free = planned(joined(16, "H200", [busy("r1")]));
        const most = free.chosen?.curve.at(-1)?.concurrency ?? NaN;
        assert.ok(most * 2500 <= free.kvCacheTokens, `${most} of ${free.kvCacheTokens}`);
        const few = planned(joined(16, "H200", [busy("r1", { concurrency: 16, concurrencyGiven: true })]));
        assert.equal(few.concurrency, 16);
        assert.ok((few.chosen?.curve ?? []).every(({ concurrency }) => concurrency <= 16));
        assert.ok(few.replicas > free.replicas);
    });

    it("sets prefill and decode apart where the site says so, in a ratio that follows the lengths", () => {
        const apart = (inputTokens: number, outputTokens: number) => {
            const lengths = traffic({ inputTokens, outputTokens, prefixCacheHitRate: 0 });
            const parallelism = { prefillDecode: "apart", hostsPerReplica: 2 } as const;
            const objectives = { rankBy: "gpus", ttftSeconds: 5, tpotMilliseconds: 60 } as const;
            const plan = planned(joined(64, "H200", [busy("r1", { traffic: lengths, parallelism, objectives })]));
            assert.ok(plan.apart);
            const { prefill, decode, prefillGroups, decodeGroups } = plan.apart;
            return (prefillGroups * gpusOfReplica(prefill)) / (decodeGroups * gpusOfReplica(decode));
        };
        assert.ok(apart(16_000, 200) > apart(500, 2000));
    });

    it("gives way on a shared pool: every service has the best that the others leave room for", () => {
        const distill = busy("chat", { model: "deepseek-r1-distill-llama-70b", precision: "bf16" });
        const quiet = busy("r1", { traffic: traffic({ dailyRequests: 20_000 }) });
        const [chat, r1] = plansOf(joined(4, "H200", [distill, quiet]));
        assert.ok(chat && r1);
        assert.ok(chat.replicas * gpusOfReplica(chat) + r1.replicas * gpusOfReplica(r1) <= 32);
        assert.match(r1.warnings.join(" "), /The loss of one host may end 1 replica, and none is beyond the 1/);
    });

    it("leaves replicas as they are without traffic, and still tells speed where it is known", () => {
        const plan = planned(site(gpuHosts(2, "H200"), [service("r1", { replicas: 2 })]));
        assert.equal(plan.replicas, 2);
        assert.equal(plan.chosen?.capacity, undefined);
        assert.ok((plan.chosen?.curve.length ?? 0) > 1);
        assert.match(plan.chosen?.because ?? "", /prompts and answers of 1,024 tokens, for the site says no traffic/);
    });

    it("states what it assumes where a price or a speed is not known", () => {
        const unpriced = planned(joined(16, "MI300X", [busy("r1")]));
        assert.match(unpriced.warnings.join(" "), /ranked by GPUs instead of cost.*prices\.host\.MI300X/);
        assert.equal(unpriced.chosen?.cost, undefined);
        const tiny = busy("tiny", {
            model: "tiny-deepseek",
            precision: "f32",
            engine: "llamacpp",
            pool: "cpu",
            contextTokens: 4096,
        });
        const unknown = planned(site([host("edge-1")], [tiny]));
        assert.match(unknown.warnings.join(" "), /Nothing is known of the speed of tiny-deepseek on CPUs/);
        assert.equal(unknown.replicas, 1);
    });

    it("is told in sentences: both groups, why it was chosen, and the next best", () => {
        const parallelism = { prefillDecode: "apart" } as const;
        const [layout = "", , , chosen = "", next = ""] = describePlan(
            planned(joined(16, "H200", [busy("r1", { parallelism })])),
        );
        assert.match(
            layout,
            /on \d prefill groups? of 1 host of 8 × H200.* and \d decode groups? of 1 host of 8 × H200/,
        );
        assert.match(chosen, /^The least cost of \d+ plans: [\d.]+ USD for 10⁶ tokens, \d+ replicas on \d+ GPUs/);
        assert.match(next, /^Next best, .* prefill group.* a token with [\d,]+ sequences a replica\.$/);
    });

    it("is the same for the same site", () => {
        const of = joined(12, "H200", [busy("r1"), busy("other", { traffic: traffic({ dailyRequests: 90_000 }) })]);
        assert.deepEqual(plansOf(of), plansOf(of));
    });
});
