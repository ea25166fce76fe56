import assert from "node:assert/strict";
import { findModel } from "../../catalog";
import { describePlan } from "../../components/planning";
import { sequenceBytes } from "../../components/planning/memory";
import { asked, planOf, refusalOf } from "./requests";

const r1 = findModel("deepseek-r1");

describe("fit", () => {
    it("names both numbers and what fits, when the weights exceed the memory", () => {
        const refusal = refusalOf({ gpu: "H100" });
        assert.equal(refusal.needed, "689 GB");
        assert.equal(refusal.available, "640 GB");
        assert.deepEqual(refusal.alternatives, [
            "2 hosts of 8 × H100",
            "W4A8 on 8 × H100",
            "AWQ on 8 × H100",
            "8 × H200",
        ]);
        assert.equal(
            refusal.sentence,
            "deepseek-r1 in FP8 needs 689 GB for its weights, and 8 × H100 have 640 GB: " +
                "use 2 hosts of 8 × H100, W4A8 on 8 × H100, AWQ on 8 × H100 or 8 × H200.",
        );
    });

    it("counts what the engine needs and may take: 689 GB do not fit into the 768 GB of 8 × H20", () => {
        const { sentence } = refusalOf({ gpu: "H20" });
        assert.match(sentence, /needs 757 GB for its 689 GB of weights and the engine itself/);
        assert.match(sentence, /recipe asks for 805 GB.*of the 768 GB of 8 × H20 the engine may take 691 GB/);
    });

    it("tells the 128 rule with its arithmetic, and splits by pipeline instead", () => {
        const refusal = refusalOf({ hosts: 4, tensorParallel: 32 });
        assert.match(refusal.sentence, /2048 \/ 32 = 64, not a multiple of the 128/);
        assert.deepEqual(refusal.alternatives, ["tensor parallel 16 × pipeline parallel 2 on 4 hosts of 8 × H200"]);
        const pro = refusalOf({
            model: "deepseek-v4-pro",
            precision: "fp4-fp8",
            gpu: "H100",
            hosts: 2,
            tensorParallel: 16,
        });
        assert.match(pro.sentence, /3072 \/ 16 = 192/);
        assert.deepEqual(pro.alternatives, ["tensor parallel 8 × pipeline parallel 2 on 2 hosts of 8 × H100"]);
    });

    it("chooses TP16 for R1 on two hosts and TP8 × PP2 for V4-Pro", () => {
        const two = planOf({ gpu: "H100", hosts: 2 });
        assert.deepEqual([two.tensorParallel, two.pipelineParallel, two.hosts], [16, 1, 2]);
        const pro = planOf({ model: "deepseek-v4-pro", precision: "fp4-fp8", gpu: "H100", hosts: 2 });
        assert.deepEqual([pro.tensorParallel, pro.pipelineParallel, pro.hosts], [8, 2, 2]);
        assert.ok(Math.abs(pro.weightsPerGpuGB - ((31 / 61) * 865) / 8) < 1e-9, "the fuller stage has 31 of 61 layers");
    });

    it("counts the latent cache at 70,272 bytes a token (kaito generator_test.go)", () => {
        assert.ok(r1);
        assert.equal(sequenceBytes(r1, 1), 70_272);
        assert.equal(planOf().kvCacheBytesPerToken, 70_272);
    });

    it("counts the latent cache once a rank: about 470,000 tokens on 8 × H200, 2 sequences of full length", () => {
        const plan = planOf({ contextTokens: 163_840 });
        assert.equal(plan.tensorParallel, 8);
        assert.ok(Math.abs(plan.kvCacheTokens - 470_000) < 0.03 * 470_000, String(plan.kvCacheTokens));
        assert.match(plan.warnings.join(" "), /holds 2 sequences of 163,840 tokens at once, not 4/);
    });

    it("shards the latent cache under attention data parallel, and repeats attention weights", () => {
        const plan = planOf({ dataParallel: 8, contextTokens: 163_840, concurrency: 8 });
        assert.deepEqual([plan.tensorParallel, plan.dataParallel, plan.expertParallel], [1, 8, true]);
        assert.ok(plan.weightsPerGpuGB > planOf().weightsPerGpuGB + 10);
        assert.ok(plan.kvCacheTokens > 3 * planOf().kvCacheTokens, String(plan.kvCacheTokens));
    });

    it("divides the cache of grouped-query attention by tensor parallel up to its 8 heads", () => {
        const at = (tensorParallel: number, gpusPerHost: number) =>
            planOf({ model: "deepseek-r1-distill-llama-8b", precision: "bf16", tensorParallel, gpusPerHost });
        assert.equal(at(8, 8).kvCacheBytesPerToken, 131_072);
        const free = (weightsGB: number) => 0.9 * 141 - 1.07 * weightsGB - 2.47;
        for (const degree of [1, 2, 4, 8, 16]) {
            const expected = (free(16.1 / degree) * 1e9) / (131_072 / Math.min(8, degree));
            assert.equal(at(degree, 16).kvCacheTokens, Math.floor(expected), `TP${degree}`);
        }
    });

    it("uses no more GPUs of a host than it needs", () => {
        assert.equal(planOf({ model: "deepseek-r1-distill-llama-70b", precision: "bf16" }).gpusPerHost, 2);
        assert.equal(planOf({ model: "deepseek-r1-distill-qwen-7b", precision: "bf16" }).gpusPerHost, 1);
    });

    it("refuses a context beyond the model's, and one that the cache cannot hold, with what would do", () => {
        const beyond = refusalOf({ contextTokens: 200_000 });
        assert.deepEqual(
            [beyond.limit, beyond.needed, beyond.available],
            ["context", "200,000 tokens", "163,840 tokens"],
        );
        assert.deepEqual(beyond.alternatives[0], "a context of 163,840 tokens");
        const large = refusalOf({ model: "deepseek-v4-pro", precision: "fp4-fp8", contextTokens: 1_000_000 });
        assert.equal(large.limit, "kv-cache");
        assert.equal(large.alternatives[0], "a context of 402,432 tokens");
    });

    it("asks main memory and cores of the CPU, and no GPU, with llama.cpp", () => {
        const cpu = { engine: "llamacpp", gpu: "cpu", gpusPerHost: 0 } as const;
        const tiny = planOf({ ...cpu, model: "tiny-deepseek", precision: "f32", contextTokens: 4096 });
        assert.deepEqual([tiny.gpu, tiny.gpusPerHost, tiny.hostMemoryGiB, tiny.cpuCores], ["cpu", 0, 0.5, 0.25]);
        assert.equal(tiny.kvCacheTokens, 4 * 4096);
        const distill = { ...cpu, model: "deepseek-r1-distill-llama-8b", precision: "q4_k_m", contextTokens: 8192 };
        assert.ok(planOf(distill).hostMemoryGiB > 8);
        assert.equal(refusalOf({ ...distill, hostMemoryGiB: 4 }).limit, "memory");
        assert.match(
            refusalOf({ ...cpu }).sentence,
            /llamacpp does not serve deepseek-r1, vllm, sglang, .* or vllm-ascend does/,
        );
        assert.match(refusalOf({ gpu: "cpu", gpusPerHost: 0 }).sentence, /vllm needs GPUs/);
    });

    it("keeps the n-gram memory of V4.1-Flash in main memory", () => {
        const plan = planOf({ model: "deepseek-v4.1-flash", precision: "fp4-fp8", gpusPerHost: 4 });
        assert.ok(plan.hostMemoryGiB > 203 / 1.074 && plan.weightsPerGpuGB < 80);
    });

    it("suggests names for names that the catalogue does not have", () => {
        assert.match(refusalOf({ gpu: "H2OO" }).sentence, /no GPU "H2OO": did you mean H20 or H200/);
        assert.match(refusalOf({ model: "deepseek-r2" }).sentence, /did you mean deepseek-r1/);
        assert.match(refusalOf({ precision: "fp9" }).sentence, /no precision of deepseek-r1 "fp9": did you mean fp8\?/);
        assert.match(refusalOf({ gpu: "abacus" }).sentence, /it has T4, L40S/);
        assert.match(
            refusalOf({ concurrency: 0 }).sentence,
            /^concurrency is 0 and must be a whole number from 1 on\.$/,
        );
    });

    it("describes a plan in sentences", () => {
        assert.deepEqual(describePlan(planOf({ concurrency: 1 })), [
            "deepseek-r1: FP8 by vllm on 1 host of 8 × H200, tensor parallel 8.",
            "86 GB of weights a GPU, 459,304 tokens of KV cache at 70,272 bytes: 14 sequences of 32,768 tokens at once.",
            "A replica asks for 80 GiB of main memory and 20 CPU cores on each host.",
        ]);
        assert.equal(asked().model, "deepseek-r1");
    });
});
