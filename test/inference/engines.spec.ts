import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { ggufFile } from "../../components/inference/engines/llamacpp";
import { engines } from "../../components/inference/engines/registry";
import { loadTimes } from "../../components/inference/loading";
import { r1Model, r1Plan, tiny } from "./fixtures";

/** Flags with their values: `{"--port": "8000", "--offline": ""}`. */
function flags(args: readonly string[]): Record<string, string> {
    return Object.fromEntries(
        args.flatMap((arg, i) => {
            const next = args[i + 1];
            return arg.startsWith("--") ? [[arg, next === undefined || next.startsWith("--") ? "" : next]] : [];
        }),
    );
}

describe("vLLM's command line", () => {
    const { command, args, env } = engines.vllm.command(r1Plan, r1Model);

    it("serves R1 in FP8 with tensor and expert parallelism and R1's reasoning parser", () => {
        assert.deepEqual(command, ["vllm", "serve", "/weights"]);
        assert.deepEqual(flags(args), {
            "--served-model-name": "deepseek-r1",
            "--host": "127.0.0.1",
            "--port": "8000",
            "--tensor-parallel-size": "8",
            "--enable-expert-parallel": "",
            "--max-model-len": "32768",
            "--max-num-seqs": "16",
            "--gpu-memory-utilization": "0.90",
            "--reasoning-parser": "deepseek_r1",
        });
    });

    it("never passes what vLLM reads from the weights, or what is unsafe", () => {
        for (const precision of ["fp8", "awq", "gptq", "bf16"]) {
            const text = engines.vllm.command({ ...r1Plan, precision }, { ...r1Model, precision }).args.join(" ");
            assert.doesNotMatch(text, /--quantization|--trust-remote-code|--model |--api-key/);
        }
    });

    it("counts sequences per rank under data parallelism", () => {
        const plan = { ...r1Plan, tensorParallel: 1, dataParallel: 8, concurrency: 20 };
        const found = flags(engines.vllm.command(plan, r1Model).args);
        assert.equal(found["--data-parallel-size"], "8");
        assert.equal(found["--tensor-parallel-size"], "1");
        assert.equal(found["--max-num-seqs"], "3");
    });

    it("names the parsers of each family", () => {
        const parsers = (model: string): (string | undefined)[] => {
            const found = flags(engines.vllm.command({ ...r1Plan, model }, r1Model).args);
            return [found["--reasoning-parser"], found["--tool-call-parser"]];
        };
        assert.deepEqual(parsers("deepseek-r1-distill-qwen-32b"), ["deepseek_r1", undefined]);
        assert.deepEqual(parsers("deepseek-v3"), [undefined, undefined]);
        assert.deepEqual(parsers("deepseek-v3.2"), ["deepseek_v3", "deepseek_v32"]);
        assert.deepEqual(parsers("deepseek-v4-flash"), ["deepseek_v4", "deepseek_v4"]);
        assert.deepEqual(parsers("deepseek-v4.1-flash"), ["deepseek_v41", "deepseek_v41"]);
    });

    it("puts the n-gram memory of V4.1 where the plan counts it", () => {
        const found = flags(engines.vllm.command({ ...r1Plan, model: "deepseek-v4.1-flash" }, r1Model).args);
        assert.deepEqual(JSON.parse(found["--engram-config"] ?? ""), { cpu_offload: true });
        assert.equal(found["--tokenizer-mode"], "deepseek_v41");
    });

    it("waits for its own workers as long as the startup probe does, and not the 10 minutes that are its default", () => {
        const { start } = loadTimes(r1Plan, r1Model, engines.vllm);
        assert.ok(start > 600);
        assert.equal(env.VLLM_ENGINE_READY_TIMEOUT_S, String(start));
    });

    it("takes AMD's kernels on AMD's GPUs alone", () => {
        assert.equal(engines.vllm.command({ ...r1Plan, gpu: "MI300X" }, r1Model).env.VLLM_ROCM_USE_AITER, "1");
        assert.equal(env.VLLM_ROCM_USE_AITER, undefined);
    });

    it("writes only where the pod has a volume, and calls nobody", () => {
        const paths = Object.values(env).filter(value => value.startsWith("/"));
        assert.ok(paths.length >= 5);
        assert.ok(
            paths.every(path => path === "/cache" || path.startsWith("/cache/")),
            paths.join(),
        );
        assert.equal(env.HF_HUB_OFFLINE, "1");
        assert.equal(env.VLLM_NO_USAGE_STATS, "1");
    });
});

describe("llama.cpp's command line", () => {
    it("serves one GGUF file on the loopback without extras", () => {
        const { command, args } = engines.llamacpp.command(tiny.plan, tiny.model);
        assert.deepEqual(command, ["llama-server"]);
        assert.deepEqual(flags(args), {
            "--model": "/weights/tiny-deepseek.gguf",
            "--alias": "tiny-deepseek",
            "--host": "127.0.0.1",
            "--port": "8000",
            "--ctx-size": "1024",
            "--parallel": "2",
            "--threads": "1",
            "--cache-ram": "0",
            "--no-ui": "",
            "--no-slots": "",
            "--metrics": "",
            "--offline": "",
        });
    });

    it("gives every slot the whole context, whatever the numbers", () => {
        fc.assert(
            fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 256 }), (context, slots) => {
                const plan = { ...tiny.plan, contextTokens: context, concurrency: slots };
                const found = flags(engines.llamacpp.command(plan, tiny.model).args);
                assert.equal(Number(found["--ctx-size"]) / Number(found["--parallel"]), context);
            }),
        );
    });

    const withFiles = (...files: string[]): typeof tiny.model => ({
        ...tiny.model,
        weights: { ...tiny.model.weights, sha256sums: files.map(f => `${"0".repeat(64)}  ${f}`).join("\n") },
    });

    it("opens the first shard", () => {
        const shards = ["q8/m-00002-of-00003.gguf", "q8/m-00001-of-00003.gguf", "q8/m-00003-of-00003.gguf"];
        assert.equal(ggufFile(withFiles("README.md", ...shards)), "q8/m-00001-of-00003.gguf");
    });

    it("refuses none and several with the setting's name", () => {
        assert.throws(() => ggufFile(withFiles("a.safetensors")), /weights\.sha256sums must list exactly one.*none/);
        assert.throws(() => ggufFile(withFiles("a.gguf", "b.gguf")), /it lists a\.gguf, b\.gguf/);
    });
});
