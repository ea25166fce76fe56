import assert from "node:assert/strict";
import * as fc from "fast-check";
import { planSite } from "../../../components/planning";
import type { Site, SiteModel } from "../../../components/site/site";
import { gpuHosts } from "../sites";
import { busy, joined, planned, refused, traffic } from "./asked";

/** The site of one model as an alternative of its refusal would have it. */
function followed(words: string, of: Site): Site {
    const [model] = of.models;
    assert.ok(model?.traffic);
    const [plain = ""] = words.split(" (");
    const number = Number(/^([\d,.]+)/.exec(plain)?.[1]?.replaceAll(",", ""));
    const withModel = (rest: Partial<SiteModel>): Site => ({ ...of, models: [{ ...model, ...rest }] });
    const withHosts = (count: number, gpu: string): Site => ({ ...of, hosts: gpuHosts(count, gpu) });
    const hosts = /^(?:(\d+) hosts of )?8 × (\S+)$/.exec(plain);
    if (hosts !== null) {
        return withHosts(Number(hosts[1] ?? 1), hosts[2] ?? "");
    }
    if (/requests a day$/.test(plain)) {
        return withModel({ traffic: { ...model.traffic, dailyRequests: number } });
    }
    if (/replicas?$/.test(plain)) {
        return withModel({ replicas: number });
    }
    if (/draft tokens? a step$/.test(plain)) {
        return withModel({ parallelism: { draftTokens: number } });
    }
    if (plain === "prefill and decode apart") {
        return withModel({ parallelism: { prefillDecode: "apart" } });
    }
    const inSeconds = (pattern: RegExp): number | undefined => {
        const found = pattern.exec(plain);
        return found === null ? undefined : Number(found[1]) / (found[2] === "ms" ? 1000 : 1);
    };
    const ttft = inSeconds(/the first token in ([\d.]+) (ms|s)/);
    const tpot = inSeconds(/([\d.]+) (ms|s) a token/);
    assert.ok(ttft !== undefined || tpot !== undefined, words);
    const objectives = {
        ...(model.objectives ?? { rankBy: "cost" as const }),
        ...(ttft === undefined ? {} : { ttftSeconds: ttft }),
        ...(tpot === undefined ? {} : { tpotMilliseconds: tpot * 1000 }),
    };
    return withModel({ objectives });
}

describe("a refusal of the search", () => {
    it("says the floor of a promise that nothing keeps, and what would do at what cost", () => {
        const objectives = { rankBy: "cost", tpotMilliseconds: 5 } as const;
        const refusal = refused(joined(16, "H200", [busy("r1", { objectives })]));
        assert.equal(refusal.limit, "speed");
        assert.equal(refusal.needed, "5 ms a token");
        assert.match(refusal.available, /^[\d.]+ ms a token$/);
        assert.match(refusal.sentence, /the least that 8 × H200 reach is [\d.]+ ms a token, with 1 of its sequences/);
        assert.match(refusal.sentence, /USD in \d+ years/);
        const first = refused(joined(16, "H200", [busy("r1", { objectives: { rankBy: "cost", ttftSeconds: 0.001 } })]));
        assert.match(first.needed, /^the first token in 1 ms$/);
    });

    it("says both numbers where the site's replicas are too few, and takes what it offers", () => {
        const many = traffic({ dailyRequests: 4_000_000 });
        const of = joined(32, "H200", [busy("r1", { traffic: many, replicas: 2, replicasGiven: true })]);
        const refusal = refused(of);
        assert.deepEqual([refusal.limit, refusal.available], ["capacity", "2 replicas"]);
        assert.match(
            refusal.sentence,
            /140 requests a second at its busiest, of which one replica answers [\d.]+ a second/,
        );
        assert.equal(
            planned(followed(refusal.alternatives[0] ?? "", of)).replicas,
            Number.parseInt(refusal.needed, 10),
        );
    });

    it("says for how many requests the hosts would do where they are too few", () => {
        const of = joined(2, "H200", [busy("r1", { traffic: traffic({ dailyRequests: 9_000_000 }) })]);
        const refusal = refused(of);
        assert.equal(refusal.limit, "hosts");
        assert.match(
            refusal.sentence,
            /for 310 requests a second at its busiest, and the pool gpu has 2 hosts with 16 GPUs/,
        );
        assert.match(refusal.sentence, /requests a day \([\d,]+ USD in \d+ years\)(?:,| or) \d+ hosts of 8 × H200 \(/);
    });

    it("says what is wrong with traffic of nothing, and with prompts longer than the context", () => {
        const none = refused(joined(2, "H200", [busy("r1", { traffic: traffic({ dailyRequests: 0 }) })]));
        assert.match(none.sentence, /0 requests a day.*leave traffic out/);
        const long = refused(joined(2, "H200", [busy("r1", { traffic: traffic({ inputTokens: 40_000 }) })]));
        assert.deepEqual([long.limit, long.needed, long.available], ["context", "40,500 tokens", "32,768 tokens"]);
    });

    it("offers only what is then accepted", function () {
        this.timeout(120_000);
        const kinds = fc.constantFrom("H200", "H100", "B200", "MI300X");
        const asked = fc.record({
            dailyRequests: fc.constantFrom(10_000, 400_000, 5_000_000, 20_000_000),
            inputTokens: fc.constantFrom(500, 4000, 20_000),
            outputTokens: fc.constantFrom(100, 1000, 4000),
            ttftSeconds: fc.constantFrom(undefined, 0.05, 0.5),
            tpotMilliseconds: fc.constantFrom(undefined, 4, 12, 30),
            replicas: fc.constantFrom(undefined, 1, 3),
        });
        fc.assert(
            fc.property(kinds, fc.integer({ min: 1, max: 8 }), asked, (gpu, hosts, what) => {
                const { ttftSeconds, tpotMilliseconds, replicas, ...lengths } = what;
                const of = joined(hosts, gpu, [
                    busy("r1", {
                        traffic: traffic(lengths),
                        objectives: { rankBy: "cost", ttftSeconds, tpotMilliseconds },
                        ...(replicas === undefined ? {} : { replicas, replicasGiven: true }),
                    }),
                ]);
                const result = planSite(of);
                fc.pre("refusals" in result && result.refusals[0]?.refusal.limit !== "memory");
                for (const words of "refusals" in result ? (result.refusals[0]?.refusal.alternatives ?? []) : []) {
                    const then = planSite(followed(words, of));
                    assert.ok("plan" in then, `${words}: ${JSON.stringify(then)}`);
                }
            }),
            { numRuns: 15 },
        );
    });
});
