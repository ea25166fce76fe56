import * as assert from "node:assert/strict";
import { type Member, members } from "../../components/inference/engines/member";
import { engines } from "../../components/inference/engines/registry";
import type { Layout } from "../../components/planning/memory";
import type { ModelPlan } from "../../components/planning/plan";
import type { EngineName } from "../../components/site/site";
import { flags, modelOf } from "./engine-plans";
import { r1Plan, tiny } from "./fixtures";

const wide = (hosts: number): Layout => ({
    hosts,
    gpusPerHost: 8,
    tensorParallel: 1,
    pipelineParallel: 1,
    dataParallel: 8 * hosts,
    expertParallel: true,
});

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

const some = (found: Record<string, string> | undefined, ...names: readonly string[]): object =>
    Object.fromEntries(names.map(name => [name, found?.[name]]));

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

describe("TensorRT-LLM", () => {
    const plan: ModelPlan = { ...apart, redundantExperts: 0, hosts: 1, apart: { ...wideOnOne() } };

    function wideOnOne(): NonNullable<ModelPlan["apart"]> {
        return { prefill: wide(1), decode: wide(1), prefillGroups: 1, decodeGroups: 2 };
    }

    it("gets all of a plan in a file, with the kernels of its GPU", () => {
        const [prefill, decode] = members(plan).map(
            member =>
                JSON.parse(
                    engines.trtllm.command(plan, modelOf(plan), member).files?.["/etc/engine/config.yml"] ?? "",
                ) as Record<string, unknown>,
        );
        assert.deepEqual(prefill?.moe_config, { backend: "CUTLASS" });
        assert.equal(prefill.disable_overlap_scheduler, true);
        assert.equal(decode?.disable_overlap_scheduler, undefined);
        assert.deepEqual(decode?.cache_transceiver_config, { backend: "NIXL", max_tokens_in_buffer: 32768 });
        const blackwell: ModelPlan = { ...r1Plan, gpu: "B200" };
        const file = engines.trtllm.command(blackwell, modelOf(blackwell)).files?.["/etc/engine/config.yml"] ?? "";
        assert.match(file, /"backend": "DEEPGEMM"/);
    });

    it("has a router whose file names servers without a scheme", () => {
        const groups = { prefill: ["http://p0.p0.models.svc:8000"], decode: ["http://d0:8000", "http://d1:8000"] };
        const { files = {}, args } = engines.trtllm.router?.command(plan, groups) ?? { args: [] };
        const file = JSON.parse(files["/etc/engine/disaggregated.yml"] ?? "") as Record<string, unknown>;
        assert.deepEqual(file.context_servers, { num_instances: 1, urls: ["p0.p0.models.svc:8000"] });
        assert.deepEqual(file.generation_servers, { num_instances: 2, urls: ["d0:8000", "d1:8000"] });
        assert.equal(flags(args)["--config_file"], "/etc/engine/disaggregated.yml");
    });

    it("refuses several hosts, and attention that is partly data parallel, with what to choose", () => {
        assert.match(engines.trtllm.refusal({ ...r1Plan, ...wide(2) }) ?? "", /MPI.*choose one host a replica/);
        const mixed = { ...r1Plan, tensorParallel: 4, dataParallel: 2 };
        assert.match(engines.trtllm.refusal(mixed) ?? "", /choose tensor parallel 1, or data parallel 1/);
    });
});

describe("vLLM on Ascend", () => {
    const plan: ModelPlan = { ...r1Plan, engine: "vllm-ascend", gpu: "Ascend-910B", precision: "w8a8" };

    it("says whose quantisation it is, and how HCCL talks on that host", () => {
        const { args, env } = engines["vllm-ascend"].command(plan, modelOf(plan));
        assert.equal(flags(args)["--quantization"], "ascend");
        assert.equal(env.HCCL_BUFFSIZE, "200");
        const a3: ModelPlan = { ...plan, gpu: "Ascend-910C", gpusPerHost: 16, tensorParallel: 16, precision: "bf16" };
        const on910C = engines["vllm-ascend"].command(a3, modelOf(a3));
        assert.equal(on910C.env.HCCL_OP_EXPANSION_MODE, "AIV");
        assert.equal(on910C.env.HCCL_BUFFSIZE, undefined);
        assert.equal(flags(on910C.args)["--quantization"], undefined);
    });

    it("runs on NPUs alone, and neither engine runs on the other's", () => {
        const nvidia = { ...plan, gpu: "H200", precision: "fp8" };
        assert.equal(
            engines["vllm-ascend"].refusal(nvidia),
            "the engine vllm-ascend runs on GPUs of Huawei, and H200 is NVIDIA's",
        );
        assert.match(engines.sglang.refusal(plan) ?? "", /runs on GPUs of NVIDIA and AMD/);
    });
});

describe("llama.cpp on several hosts", () => {
    const plan: ModelPlan = { ...tiny.plan, hosts: 3, pipelineParallel: 3, cpuCores: 4 };
    const [leader, worker] = members(plan);

    it("gives its last layers to workers, which it knows by its own name", () => {
        const { args, own } = engines.llamacpp.command(plan, tiny.model, leader);
        const peer = (index: number): string =>
            `$(SEAMOUNT_POD_NAME)-${index}.$(SEAMOUNT_POD_NAME).$(SEAMOUNT_POD_NAMESPACE):50052`;
        assert.equal(flags(args)["--rpc"], `${peer(1)},${peer(2)}`);
        // Of the layers and the output layer, two thirds.
        assert.match(flags(args)["--n-gpu-layers"] ?? "", /^[1-9]\d*$/);
        assert.deepEqual(own?.map(({ name }) => name).sort(), [
            "SEAMOUNT_POD_IP",
            "SEAMOUNT_POD_NAME",
            "SEAMOUNT_POD_NAMESPACE",
        ]);
        assert.ok(leader);
        assert.deepEqual(engines.llamacpp.meeting?.(plan, leader)?.slice(-1), ["--list-devices"]);
    });

    it("has workers that read no weights, and listen at the pod's own address", () => {
        assert.ok(worker);
        const { command, args } = engines.llamacpp.command(plan, tiny.model, worker);
        assert.deepEqual(command, ["ggml-rpc-server"]);
        assert.deepEqual(flags(args), {
            "--host": "$(SEAMOUNT_POD_IP)",
            "--port": "50052",
            "--threads": "4",
        });
        assert.equal(engines.llamacpp.meeting?.(plan, worker), undefined);
        assert.deepEqual(engines.llamacpp.ports(worker), [50052]);
    });
});

describe("every engine", () => {
    it("can be asked for one token of its model", () => {
        for (const engine of Object.values(engines)) {
            const { path, body } = engine.tokenRequest(r1Plan);
            assert.equal(path, "/v1/completions");
            const asked = JSON.parse(body) as { readonly model: string; readonly max_tokens: number };
            assert.deepEqual([asked.model, asked.max_tokens], ["deepseek-r1", 1]);
        }
    });
});
