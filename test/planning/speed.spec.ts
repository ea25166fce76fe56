import assert from "node:assert/strict";
import { catalogue, gpuNames, modelList } from "../../catalog";
import { acceptedTokens, curve, floorOf, performance, type Replica, speedKnown } from "../../components/planning/speed";
import { residenceSeconds } from "../../components/planning/speed/performance";

const r1: Replica = {
    model: "deepseek-r1",
    precision: "fp8",
    gpu: "H200",
    hosts: 1,
    gpusPerHost: 8,
    tensorParallel: 8,
    pipelineParallel: 1,
    dataParallel: 1,
    expertParallel: false,
};
const load = { concurrency: 8, inputTokens: 1024, outputTokens: 1024, prefixCacheHitRate: 0 };
const within = (value: number, wanted: number, share: number): void =>
    assert.ok(Math.abs(value / wanted - 1) <= share, `${value} is not within ${share * 100} % of ${wanted}`);

describe("speed", () => {
    it("tells the time per token of R1 on 8 × H200 that was published at 8 to 64 sequences, within 15 %", () => {
        const published = [12.8, 17.2, 25.6, 34.6];
        curve(r1, load, [8, 16, 32, 64]).forEach((one, place) =>
            within(one.tpotSeconds * 1e3, published[place] ?? NaN, 0.15),
        );
    });

    it("tells prefill and decode of 96 × H100 with experts over hosts, within 15 %", () => {
        const wide: Replica = {
            ...r1,
            gpu: "H100",
            tensorParallel: 1,
            expertParallel: true,
            redundantExperts: 32,
            twoBatches: true,
            fabric: { linkGbps: 400, rails: 8 },
        };
        const lengths = { inputTokens: 2000, outputTokens: 100, prefixCacheHitRate: 0 };
        const prefill = performance(
            { ...wide, hosts: 4, dataParallel: 32 },
            { ...lengths, outputTokens: 1, concurrency: 32 * 16 },
        );
        within((prefill?.inputTokensPerSecond ?? 0) / 4, 52_300, 0.15);
        const decode = performance({ ...wide, hosts: 9, dataParallel: 72 }, { ...lengths, concurrency: 256 * 72 });
        assert.ok(decode);
        const { attention, feedForward, head, communication, overhead } = decode.decodeStep;
        const step = attention + feedForward + head + communication + overhead;
        within((256 * 72) / step / 9, 22_300, 0.15);
    });

    it("says nothing where the model has no shape, the GPU lacks the format, or hosts are not connected", () => {
        assert.equal(performance({ ...r1, model: "deepseek-v4.1-flash", precision: "fp4-fp8" }, load), undefined);
        assert.equal(performance({ ...r1, gpu: "A100-80" }, load), undefined);
        assert.equal(performance({ ...r1, gpu: "cpu", precision: "q4_k_m" }, load), undefined);
        assert.equal(performance({ ...r1, model: "constructor" }, load), undefined);
        assert.equal(performance({ ...r1, hosts: 2, tensorParallel: 16 }, load), undefined);
        assert.deepEqual(curve({ ...r1, model: "no such model" }, load, [1, 2]), []);
        assert.equal(floorOf({ ...r1, precision: "no such format" }, load), undefined);
        assert.equal(speedKnown(r1), true);
    });

    it("knows every DeepSeek of V3's shape and every distill on every GPU with 16-bit arithmetic", () => {
        const shaped = modelList.filter(model => model.shape !== undefined).map(model => model.name);
        assert.ok(shaped.length >= 10);
        const missing = shaped.flatMap(model =>
            gpuNames
                .filter(gpu => (catalogue.gpus[gpu]?.denseTflops.bf16 ?? 0) > 0)
                .filter(gpu => !speedKnown({ ...r1, model, gpu, precision: "bf16" })),
        );
        assert.deepEqual(missing, []);
    });

    it("accepts 1.85 tokens a step with one proposed, and 2.55 with four, as published", () => {
        assert.equal(acceptedTokens(0), 1);
        within(acceptedTokens(1), 1.85, 1e-9);
        within(acceptedTokens(4), 2.55, 0.02);
    });

    it("makes sequences faster by proposed tokens when there are few of them", () => {
        const alone = performance(r1, { ...load, concurrency: 1 });
        const drafted = performance({ ...r1, draftTokens: 1 }, { ...load, concurrency: 1 });
        assert.ok(alone && drafted && drafted.tpotSeconds < alone.tpotSeconds / 1.4);
    });

    it("reads less cache in FP8, and attends to 2,048 tokens of a sparse model only", () => {
        const long = { ...load, concurrency: 64, inputTokens: 100_000 };
        const step = (replica: Replica): number => performance(replica, long)?.decodeStep.attention ?? 0;
        assert.ok(step({ ...r1, kvCache: "fp8" }) < step(r1) * 0.75);
        assert.ok(step({ ...r1, model: "deepseek-v3.2" }) < step(r1) * 0.5);
    });

    it("keeps decode steps free of prefill when it is apart, and lets the slower group bound the rate", () => {
        const group = { ...r1, tensorParallel: 1, dataParallel: 8, expertParallel: true };
        const both = performance(group, { ...load, concurrency: 512 });
        const layout = { ...group, hosts: 1 };
        const apart = (prefillGroups: number, decodeGroups: number): ReturnType<typeof performance> =>
            performance(
                {
                    ...group,
                    fabric: { linkGbps: 400, rails: 8 },
                    apart: { prefill: layout, decode: layout, prefillGroups, decodeGroups },
                },
                { ...load, concurrency: 512 },
            );
        const one = apart(1, 1);
        const more = apart(1, 2);
        assert.ok(both && one && more && one.tpotSeconds < both.tpotSeconds);
        assert.ok(more.tpotSeconds < one.tpotSeconds && more.requestsPerSecond >= one.requestsPerSecond);
        const starved = performance(
            {
                ...group,
                fabric: { linkGbps: 400, rails: 8 },
                apart: { prefill: layout, decode: layout, prefillGroups: 1, decodeGroups: 8 },
            },
            { ...load, concurrency: 2048, inputTokens: 8192, outputTokens: 16 },
        );
        assert.ok(starved && starved.requestsPerSecond * 16 * starved.tpotSeconds < 2048 * 0.5);
        assert.ok(starved.ttftSeconds > 1, "prompts wait where prefill is short");
    });

    it("pays for tensor parallel over hosts, and for pipelines that are not full", () => {
        const two: Replica = { ...r1, gpu: "H100", hosts: 2, fabric: { linkGbps: 400, rails: 8 } };
        const tensor = performance({ ...two, tensorParallel: 16 }, { ...load, concurrency: 1 });
        within((tensor?.tpotSeconds ?? 0) * 1e3, 23.3, 0.05);
        const pipeline: Replica = { ...two, pipelineParallel: 2 };
        const half = performance(pipeline, { ...load, concurrency: 1 });
        const full = performance(pipeline, { ...load, concurrency: 2 });
        assert.ok(half && full && full.requestsPerSecond > half.requestsPerSecond * 1.8);
    });
});

describe("the queue between prefill and decode", () => {
    it("is the service alone for one customer, and bounded by the slower station for many", () => {
        within(residenceSeconds(2, 10, 1), 2, 1e-12);
        within(100 / (residenceSeconds(2, 10, 100) + 10), 1 / 2, 0.02);
        within(3 / (residenceSeconds(0.001, 10, 3) + 10), 3 / 10, 0.001);
    });
});
