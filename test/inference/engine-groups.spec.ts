import * as assert from "node:assert/strict";
import { type Member, members } from "../../components/inference/engines/member";
import { engines } from "../../components/inference/engines/registry";
import type { ModelPlan } from "../../components/planning/plan";
import type { EngineName } from "../../components/site/site";
import { flags, modelOf, some, wide } from "./engine-plans";
import { r1Plan } from "./fixtures";

/** R1 with wide expert parallelism over four hosts: prefill on two of one host, decode on one of two. */
const apart: ModelPlan = {
    ...r1Plan,
    ...wide(2),
    concurrency: 512,
    draftTokens: 1,
    redundantExperts: 32,
    apart: { prefill: wide(1), decode: wide(2), prefillGroups: 2, decodeGroups: 1 },
};

const pods = (
    plan: ModelPlan,
    engine: EngineName,
): readonly { member: Member; found: Record<string, string>; env: Readonly<Record<string, string>> }[] =>
    members({ ...plan, engine }).map(member => {
        const command = engines[engine].command({ ...plan, engine }, modelOf(plan), member);
        return { member, found: flags(command.args), env: command.env };
    });

describe("vLLM on several hosts", () => {
    it("meets at the leader, which binds its own address, and has headless workers", () => {
        const plan: ModelPlan = { ...r1Plan, hosts: 2, pipelineParallel: 2, expertParallel: false };
        const [leader, worker] = pods(plan, "vllm");
        const meeting = ["--nnodes", "--node-rank", "--master-addr", "--master-port", "--headless", "--host"];
        assert.deepEqual(some(leader?.found, ...meeting), {
            "--nnodes": "2",
            "--node-rank": "0",
            "--master-addr": "$(SEAMOUNT_POD_IP)",
            "--master-port": "29500",
            "--headless": undefined,
            "--host": "127.0.0.1",
        });
        assert.deepEqual(some(worker?.found, ...meeting), {
            "--nnodes": "2",
            "--node-rank": "$(LWS_WORKER_INDEX)",
            "--master-addr": "$(LWS_LEADER_ADDRESS)",
            "--master-port": "29500",
            "--headless": "",
            "--host": undefined,
        });
        assert.equal(leader?.env.VLLM_HOST_IP, "$(SEAMOUNT_POD_IP)");
    });

    it("runs prefill and decode apart: DeepEP's kernels for each, caches over NIXL, experts held twice", () => {
        const [prefill, decode, worker] = pods(apart, "vllm");
        const own = ["--all2all-backend", "--kv-transfer-config", "--max-num-seqs", "--data-parallel-size"];
        const transfer = (role: string): string =>
            JSON.stringify({ kv_connector: "NixlConnector", kv_role: role, kv_load_failure_policy: "fail" });
        assert.deepEqual(some(prefill?.found, ...own), {
            "--all2all-backend": "deepep_high_throughput",
            "--kv-transfer-config": transfer("kv_producer"),
            // 512 sequences on two groups of eight ranks.
            "--max-num-seqs": "32",
            "--data-parallel-size": "8",
        });
        assert.deepEqual(some(decode?.found, ...own), {
            "--all2all-backend": "deepep_low_latency",
            "--kv-transfer-config": transfer("kv_consumer"),
            "--max-num-seqs": "32",
            "--data-parallel-size": "16",
        });
        assert.equal(decode?.found["--api-server-count"], "8");
        assert.equal(worker?.member.count, 1);
        assert.deepEqual(JSON.parse(decode?.found["--eplb-config"] ?? ""), { num_redundant_experts: 32 });
        assert.deepEqual(JSON.parse(decode?.found["--speculative-config"] ?? ""), {
            method: "mtp",
            num_speculative_tokens: 1,
        });
        assert.equal(prefill?.env.VLLM_NIXL_SIDE_CHANNEL_HOST, "$(SEAMOUNT_POD_IP)");
        assert.deepEqual(engines.vllm.ports(prefill.member).slice(0, 2), [5600, 5601]);
    });

    it("takes no kernels that Ampere and AMD's GPUs lack", () => {
        for (const gpu of ["A100-80", "MI300X"]) {
            const found = [...pods({ ...apart, gpu }, "vllm"), ...pods({ ...apart, gpu }, "sglang")].map(pod => [
                pod.found["--all2all-backend"],
                pod.found["--moe-a2a-backend"],
            ]);
            assert.deepEqual([...new Set(found.flat())], [undefined]);
        }
    });

    it("has a router that knows every leader", () => {
        const groups = { prefill: ["http://p0:8000", "http://p1:8000"], decode: ["http://d0:8000"] };
        const args = engines.vllm.router?.command(apart, groups).args ?? [];
        assert.deepEqual(
            args.filter((_, i) => args[i - 1] === "--prefill"),
            groups.prefill,
        );
        assert.ok(args.includes("--vllm-pd-disaggregation"));
        assert.equal(engines.vllm.router?.image, "router");
    });
});

describe("SGLang on several hosts", () => {
    it("counts all ranks of a stage as tensor parallel, and divides attention among them", () => {
        const plan: ModelPlan = { ...r1Plan, ...wide(2), tensorParallel: 4, dataParallel: 4 };
        const [leader, worker] = pods(plan, "sglang");
        const own = ["--tp-size", "--attn-dp-size", "--ep-size", "--nnodes", "--node-rank", "--dist-init-addr"];
        assert.deepEqual(some(leader?.found, ...own), {
            "--tp-size": "16",
            "--attn-dp-size": "4",
            "--ep-size": "16",
            "--nnodes": "2",
            "--node-rank": "0",
            "--dist-init-addr": "$(SEAMOUNT_POD_IP):29500",
        });
        assert.equal(worker?.found["--dist-init-addr"], "$(LWS_LEADER_ADDRESS):29500");
    });

    it("spells attention data parallel as its release does", () => {
        const plan: ModelPlan = { ...r1Plan, ...wide(1) };
        const spelt = (release: string): object => {
            const { args } = engines.sglang.command(plan, modelOf(plan, release));
            return some(flags(args), "--attn-dp-size", "--dp-size", "--enable-dp-attention");
        };
        const old = { "--attn-dp-size": undefined, "--dp-size": "8", "--enable-dp-attention": "" };
        assert.deepEqual(spelt("0.5.21"), old);
        assert.deepEqual(spelt("0.5.22"), {
            "--attn-dp-size": "8",
            "--dp-size": undefined,
            "--enable-dp-attention": undefined,
        });
    });

    it("holds a step's tokens of a rank in DeepEP's buffers", () => {
        const [prefill, decode] = pods({ ...apart, concurrency: 4096, draftTokens: 3 }, "sglang");
        assert.equal(decode?.env.SGLANG_DEEPEP_NUM_MAX_DISPATCH_TOKENS_PER_RANK, String((4096 / 16) * 4));
        assert.deepEqual(some(prefill?.found, "--deepep-mode", "--disaggregation-mode"), {
            "--deepep-mode": "normal",
            "--disaggregation-mode": "prefill",
        });
        assert.equal(decode.found["--deepep-mode"], "low_latency");
    });

    it("drafts over stages in prefill alone, and does not set up what its releases disagree on", () => {
        const stages = { ...r1Plan, hosts: 2, pipelineParallel: 2, expertParallel: false, draftTokens: 1 };
        assert.match(engines.sglang.refusal(stages) ?? "", /choose pipeline parallel 1, or 0 draft tokens/);
        const v41 = { ...r1Plan, model: "deepseek-v4.1-flash", expertParallel: false, draftTokens: 1 };
        assert.match(engines.sglang.refusal(v41) ?? "", /DSpark/);
        const method = flags(engines.vllm.command(v41, modelOf(v41)).args)["--speculative-config"] ?? "";
        assert.equal((JSON.parse(method) as { readonly method: string }).method, "dspark");
        const fp4 = { ...r1Plan, ...wide(1), model: "deepseek-v4-flash", precision: "fp4-fp8" };
        assert.match(engines.sglang.refusal(fp4) ?? "", /Hopper/);
        assert.equal(engines.sglang.refusal({ ...fp4, gpu: "B200" }), undefined);
    });

    it("does not share attention of a dense model", () => {
        const plan = { ...r1Plan, model: "deepseek-r1-distill-llama-70b", dataParallel: 2, tensorParallel: 4 };
        assert.match(engines.sglang.refusal({ ...plan, expertParallel: false }) ?? "", /choose data parallel 1/);
    });
});
