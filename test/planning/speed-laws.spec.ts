import assert from "node:assert/strict";
import * as fc from "fast-check";
import { catalogue, type Catalogue, type Gpu, modelList, type Precision } from "../../catalog";
import { type Load, performance, type Performance, type Replica, speedKnown } from "../../components/planning/speed";
import { causalPairs } from "../../components/planning/speed/cache";
import { allReduceSeconds, exchangeSeconds } from "../../components/planning/speed/communication";
import { machineOf } from "../../components/planning/speed/machine";
import { distinctExperts } from "../../components/planning/speed/parts";

const shaped = modelList.filter(model => model.shape !== undefined || model.compressedShape !== undefined);

const layouts = fc.constantFrom(
    { hosts: 1, tensorParallel: 1, pipelineParallel: 1, dataParallel: 1 },
    { hosts: 1, tensorParallel: 8, pipelineParallel: 1, dataParallel: 1 },
    { hosts: 1, tensorParallel: 4, pipelineParallel: 2, dataParallel: 1 },
    { hosts: 1, tensorParallel: 1, pipelineParallel: 1, dataParallel: 8 },
    { hosts: 1, tensorParallel: 2, pipelineParallel: 1, dataParallel: 4 },
    { hosts: 2, tensorParallel: 16, pipelineParallel: 1, dataParallel: 1 },
    { hosts: 2, tensorParallel: 8, pipelineParallel: 2, dataParallel: 1 },
    { hosts: 4, tensorParallel: 1, pipelineParallel: 1, dataParallel: 32 },
);

const replica: fc.Arbitrary<Replica> = fc
    .record({
        model: fc.constantFrom(...shaped),
        gpu: fc.constantFrom("H200", "H100", "A100-80", "L40S", "B200", "MI300X"),
        precision: fc.constantFrom<Precision>("bf16", "fp8", "awq", "fp4-fp8"),
        layout: layouts,
        draftTokens: fc.constantFrom(0, 1, 3),
        kvCache: fc.constantFrom<"bf16" | "fp8">("bf16", "fp8"),
        twoBatches: fc.boolean(),
    })
    .map(({ model, layout, ...rest }) => ({
        ...rest,
        ...layout,
        model: model.name,
        gpusPerHost: (layout.tensorParallel * layout.pipelineParallel * layout.dataParallel) / layout.hosts,
        expertParallel: layout.dataParallel > 1 && model.experts > 0,
        fabric: { linkGbps: 400, rails: 8 },
    }))
    .filter(one => speedKnown(one));

const load: fc.Arbitrary<Load> = fc.record({
    concurrency: fc.integer({ min: 1, max: 2048 }),
    inputTokens: fc.integer({ min: 1, max: 100_000 }),
    outputTokens: fc.integer({ min: 1, max: 8000 }),
    prefixCacheHitRate: fc.double({ min: 0, max: 1, noNaN: true }),
});

const known = (one: Replica, at: Load, using: Catalogue = catalogue): Performance => {
    const found = performance(one, at, using);
    assert.ok(found);
    return found;
};
/** Not more than, with room for rounding only. */
const atMost = (a: number, b: number, what: string): void => assert.ok(a <= b * (1 + 1e-9), `${what}: ${a} > ${b}`);
const law = <T>(property: fc.IProperty<T>, numRuns = 300): void => fc.assert(property, { numRuns });
const parts = (step: Performance["decodeStep"]): readonly number[] => [
    step.attention,
    step.feedForward,
    step.head,
    step.communication,
    step.overhead,
];

/** The catalogue with another figure of one GPU; what was measured on it goes up as the data sheet does. */
function faster(name: string, change: (gpu: Gpu) => Partial<Gpu>): Catalogue {
    const gpu = catalogue.gpus[name];
    assert.ok(gpu);
    return { ...catalogue, gpus: { ...catalogue.gpus, [name]: { ...gpu, ...change(gpu) } } };
}

describe("speed, laws", () => {
    it("all times and rates are finite and above nothing, and parts are not negative", () => {
        law(
            fc.property(replica, load, (one, at) => {
                const found = known(one, at);
                [found.ttftSeconds, found.tpotSeconds, found.requestsPerSecond, found.outputTokensPerSecond].forEach(
                    value => assert.ok(Number.isFinite(value) && value > 0),
                );
                [...parts(found.decodeStep), ...parts(found.prefill)].forEach(value =>
                    assert.ok(Number.isFinite(value) && value >= 0),
                );
            }),
        );
    });

    it("more bandwidth of memory, of the link or of the fabric never makes anything slower", () => {
        law(
            fc.property(replica, load, fc.double({ min: 1, max: 4, noNaN: true }), (one, at, factor) => {
                const slow = known(one, at);
                const memory = faster(one.gpu, gpu => ({
                    memoryBandwidthGBps: gpu.memoryBandwidthGBps * factor,
                    ...(gpu.limits && { limits: { ...gpu.limits, readTBps: gpu.limits.readTBps * factor } }),
                }));
                const link = faster(one.gpu, gpu => ({
                    link: { ...gpu.link, bandwidthGBps: gpu.link.bandwidthGBps * factor },
                }));
                const wire: Replica = { ...one, fabric: { linkGbps: 400 * factor, rails: 8 } };
                [known(one, at, memory), known(one, at, link), known(wire, at)].forEach(fast => {
                    atMost(slow.outputTokensPerSecond, fast.outputTokensPerSecond, "tokens a second");
                    atMost(fast.tpotSeconds, slow.tpotSeconds, "seconds a token");
                });
            }),
        );
    });

    it("a step is never shorter than reading the cache of its sequences", () => {
        law(
            fc.property(replica, load, (one, at) => {
                const gpu = catalogue.gpus[one.gpu];
                const model = shaped.find(entry => entry.name === one.model);
                fc.pre(model?.kv.kind === "mla" && model.kv.indexBytes === undefined && one.kvCache !== "fp8");
                const context = at.inputTokens + at.outputTokens / 2;
                const bytes = Math.ceil(at.concurrency / one.dataParallel) * context * 70_272;
                const step = parts(known(one, at).decodeStep).reduce((all, part) => all + part, 0);
                // A pipeline's stages read at the same time; a step goes through all of them.
                atMost(bytes / one.pipelineParallel / ((gpu?.memoryBandwidthGBps ?? 0) * 1e9), step, "floor");
            }),
        );
    });

    it("more sequences never get their tokens sooner", () => {
        law(
            fc.property(replica, load, fc.integer({ min: 1, max: 1024 }), (one, at, more) => {
                const few = known(one, at);
                const many = known(one, { ...at, concurrency: at.concurrency + more });
                atMost(few.tpotSeconds, many.tpotSeconds, "seconds a token");
            }),
        );
    });

    it("longer prompts are never faster", () => {
        law(
            fc.property(replica, load, fc.integer({ min: 1, max: 50_000 }), (one, at, more) => {
                const short = known(one, at);
                const long = known(one, { ...at, inputTokens: at.inputTokens + more });
                atMost(short.tpotSeconds, long.tpotSeconds, "seconds a token");
                atMost(short.ttftSeconds, long.ttftSeconds, "seconds to the first token");
            }),
        );
    });

    it("a prefix cache never makes the first token later", () => {
        law(
            fc.property(replica, load, fc.double({ min: 0, max: 1, noNaN: true }), (one, at, rate) => {
                const [low, high] = [Math.min(rate, at.prefixCacheHitRate), Math.max(rate, at.prefixCacheHitRate)];
                const none = known(one, { ...at, prefixCacheHitRate: low });
                const hits = known(one, { ...at, prefixCacheHitRate: high });
                atMost(hits.ttftSeconds, none.ttftSeconds, "seconds to the first token");
                atMost(none.requestsPerSecond, hits.requestsPerSecond, "requests a second");
            }),
        );
    });

    it("Little's law holds: sequences are the rate times the time of a request's tokens, at the most", () => {
        law(
            fc.property(replica, load, (one, at) => {
                const found = known(one, at);
                atMost(found.requestsPerSecond * found.tpotSeconds * at.outputTokens, at.concurrency, "sequences");
            }),
        );
    });

    it("prefill apart keeps the same laws: more sequences are not sooner, hits are not later, and Little's law", () => {
        const group = { hosts: 1, gpusPerHost: 8, tensorParallel: 1, pipelineParallel: 1, dataParallel: 8 };
        const groups = fc.integer({ min: 1, max: 6 });
        law(
            fc.property(
                load,
                groups,
                groups,
                fc.integer({ min: 1, max: 512 }),
                (at, prefillGroups, decodeGroups, more) => {
                    const layout = { ...group, expertParallel: true };
                    const one: Replica = {
                        ...layout,
                        model: "deepseek-r1",
                        precision: "fp8",
                        gpu: "H200",
                        fabric: { linkGbps: 400, rails: 8 },
                        apart: { prefill: layout, decode: layout, prefillGroups, decodeGroups },
                    };
                    const found = known(one, at);
                    const many = known(one, { ...at, concurrency: at.concurrency + more });
                    atMost(found.tpotSeconds, many.tpotSeconds, "seconds a token");
                    atMost(found.requestsPerSecond * found.tpotSeconds * at.outputTokens, at.concurrency, "sequences");
                    const hits = known(one, { ...at, prefixCacheHitRate: 1 });
                    atMost(hits.ttftSeconds, found.ttftSeconds, "seconds to the first token");
                    atMost(found.requestsPerSecond, hits.requestsPerSecond, "requests a second");
                },
            ),
        );
    });

    it("distinct experts are at most all experts and all choices, and grow with the batch", () => {
        law(
            fc.property(
                fc.integer({ min: 1, max: 512 }),
                fc.integer({ min: 1, max: 16 }),
                fc.integer({ min: 0, max: 10_000 }),
                (experts, chosen, tokens) => {
                    fc.pre(chosen <= experts);
                    const found = distinctExperts(experts, chosen, tokens);
                    atMost(found, Math.min(experts, chosen * tokens), "experts");
                    atMost(found, distinctExperts(experts, chosen, tokens + 1), "growth");
                },
            ),
        );
        assert.equal(distinctExperts(0, 0, 100), 0);
        assert.equal(distinctExperts(256, 8, 1), 8);
    });

    it("messages cost more the larger they are and the more hosts they cross", () => {
        const gpu = catalogue.gpus["H200"];
        assert.ok(gpu);
        const machine = machineOf(gpu, 8, { linkGbps: 400, rails: 8 });
        const bytes = fc.integer({ min: 0, max: 2 ** 30 });
        law(
            fc.property(bytes, bytes, fc.constantFrom(2, 4, 8, 16, 64), (a, b, ranks) => {
                const [small, large] = [Math.min(a, b), Math.max(a, b)];
                [allReduceSeconds, exchangeSeconds].forEach(time => {
                    atMost(time(machine, ranks, 8, small), time(machine, ranks, 8, large), "bytes");
                    atMost(time(machine, 8, 8, small), time(machine, 16, 8, small), "hosts");
                    assert.equal(time(machine, 1, 8, large), 0);
                });
            }),
        );
    });

    it("pairs of causal attention are counted one by one", () => {
        law(
            fc.property(
                fc.integer({ min: 1, max: 60 }),
                fc.integer({ min: 0, max: 60 }),
                fc.integer({ min: 1, max: 80 }),
                (tokens, cached, most) => {
                    const counted = Array.from({ length: tokens }, (_, place) =>
                        Math.min(most, cached + place + 0.5),
                    ).reduce((all, one) => all + one, 0);
                    assert.ok(Math.abs(causalPairs(tokens, cached, most) - counted) <= 0.5);
                },
            ),
        );
    });
});
