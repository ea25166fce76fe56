import * as assert from "node:assert/strict";
import { members } from "../../components/inference/engines/member";
import { engines } from "../../components/inference/engines/registry";
import type { ModelPlan } from "../../components/planning/plan";
import { flags, modelOf, wide } from "./engine-plans";
import { r1Plan, tiny } from "./fixtures";

describe("TensorRT-LLM", () => {
    const onOneHost = { prefill: wide(1), decode: wide(1), prefillGroups: 1, decodeGroups: 2 };
    const plan: ModelPlan = { ...r1Plan, ...wide(1), apart: onOneHost };

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
    it("refuses ranks that are not the plan's GPUs, that lie on parts of hosts, and experts that do not divide", () => {
        const refused = (plan: ModelPlan): string => engines.vllm.refusal(plan) ?? "";
        assert.match(refused({ ...r1Plan, hosts: 2 }), /are 8 ranks, and 2 × 8 GPUs are 16/);
        const parts = { ...r1Plan, hosts: 3, tensorParallel: 12, dataParallel: 2 };
        assert.match(refused(parts), /2 data-parallel ranks do not divide among 3 hosts/);
        assert.match(refused({ ...r1Plan, redundantExperts: 4 }), /256 experts and 4 redundant ones do not divide/);
        assert.match(refused({ ...r1Plan, redundantExperts: 8, expertParallel: false }), /need expert parallelism/);
        assert.equal(engines.vllm.refusal({ ...r1Plan, redundantExperts: 8 }), undefined);
    });

    it("can be asked for one token of its model", () => {
        for (const engine of Object.values(engines)) {
            const { path, body } = engine.tokenRequest(r1Plan);
            assert.equal(path, "/v1/completions");
            const asked = JSON.parse(body) as { readonly model: string; readonly max_tokens: number };
            assert.deepEqual([asked.model, asked.max_tokens], ["deepseek-r1", 1]);
        }
    });
});
