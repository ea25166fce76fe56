import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import * as fc from "fast-check";
import type { Command } from "../../components/inference/engines/engine";
import { type Member, members } from "../../components/inference/engines/member";
import { engines } from "../../components/inference/engines/registry";
import type { ModelPlan } from "../../components/planning/plan";
import type { EngineName } from "../../components/site/site";
import { flags, modelOf, plans } from "./engine-plans";
import { r1Plan } from "./fixtures";

const here = path.join(__dirname, "parsers");

/** Folder of what `npm run parsers` fetches; empty where it was not run. */
const folder = execFileSync("bash", [path.join(here, "get.sh"), "--if-there"], { encoding: "utf8" }).trim();

interface Answer {
    readonly parsed?: Readonly<Record<string, unknown>>;
    readonly error?: string;
}

/** What a program's own parser makes of command lines. */
function parse(program: string, lines: readonly (readonly string[])[]): readonly Answer[] {
    const python = ["-I", "-S", path.join(here, "parse.py"), folder, program];
    const said = execFileSync("python3", python, {
        input: JSON.stringify(lines),
        encoding: "utf8",
        maxBuffer: 1 << 28,
        stdio: ["pipe", "pipe", "ignore"],
    });
    return JSON.parse(said) as readonly Answer[];
}

interface Rendered {
    readonly plan: ModelPlan;
    readonly member: Member;
    readonly command: Command;
}

/** What every plan for NPUs has. */
const ascend = {
    gpu: "Ascend-910B",
    precision: "w8a8",
    kvCache: "bf16",
    redundantExperts: 0,
    apart: undefined,
} as const;

/** Command lines of an engine for each kind of pod of generated plans and of every model that it serves. */
function rendered(engine: EngineName, release: string): readonly Rendered[] {
    const models = ["deepseek-v3.2", "deepseek-v4-flash", "deepseek-v4.1-flash", "deepseek-r1-distill-qwen-32b"];
    const given = [
        ...fc.sample(plans, { numRuns: 150, seed: 7 }),
        ...models.map(model => ({ ...r1Plan, model, tensorParallel: 8, expertParallel: false })),
    ];
    return given
        .map((plan): ModelPlan => ({ ...plan, engine, ...(engine === "vllm-ascend" ? ascend : {}) }))
        .filter(plan => engines[engine].refusal(plan) === undefined)
        .flatMap(plan =>
            members(plan).map(member => ({
                plan,
                member,
                command: engines[engine].command(plan, modelOf(plan, release), member),
            })),
        );
}

/** As Kubernetes puts values in the place of variables. */
const expanded = (args: readonly string[]): readonly string[] =>
    args.map(arg =>
        arg.replace("$(LWS_WORKER_INDEX)", "1").replace(/\$\(LWS_LEADER_ADDRESS\)|\$\(\w+_IP\)/, "10.0.0.1"),
    );

const accepted = (program: string, lines: readonly (readonly string[])[]): readonly Record<string, unknown>[] =>
    parse(program, lines).map(({ parsed, error }, i) => {
        assert.equal(error, undefined, `${program} ${lines[i]?.join(" ") ?? ""}`);
        assert.ok(parsed);
        return parsed;
    });

describe("command lines, read by the engines' own parsers (fetched by `npm run parsers`)", function () {
    this.timeout(120_000);

    before(function () {
        if (folder === "") {
            this.skip();
        }
    });

    for (const engine of ["vllm", "vllm-ascend"] as const) {
        it(`of ${engine} are taken by vLLM 0.33 as the plan means them`, () => {
            const all = rendered(engine, "0.33.0");
            assert.ok(all.length > 50);
            const found = accepted(
                "vllm",
                all.map(({ command }) => expanded([...command.command.slice(2), ...command.args])),
            );
            all.forEach(({ plan, member, command }, i) => {
                const { layout, role } = member;
                const parsed = found[i] ?? {};
                assert.equal(parsed.model_tag, "/weights");
                assert.deepEqual(parsed.served_model_name, [plan.name]);
                assert.equal(parsed.tensor_parallel_size, layout.tensorParallel);
                assert.equal(parsed.pipeline_parallel_size, layout.pipelineParallel);
                assert.equal(parsed.data_parallel_size, layout.dataParallel);
                assert.equal(parsed.enable_expert_parallel, layout.expertParallel);
                assert.equal(parsed.nnodes, layout.hosts);
                assert.equal(parsed.headless, role === "worker");
                assert.equal(parsed.quantization, "--quantization" in flags(command.args) ? "ascend" : null);
            });
        });
    }

    for (const release of ["0.5.23", "0.5.20"]) {
        it(`of SGLang ${release} are taken by SGLang 0.5.23 as the plan means them`, () => {
            const all = rendered("sglang", release);
            assert.ok(all.length > 50);
            const found = accepted(
                "sglang",
                all.map(({ command }) => expanded(command.args)),
            );
            all.forEach(({ plan, member: { layout, phase } }, i) => {
                const parsed = found[i] ?? {};
                assert.equal(parsed.tp_size, layout.tensorParallel * layout.dataParallel);
                assert.equal(parsed.pp_size, layout.pipelineParallel);
                const old = parsed.enable_dp_attention === true ? parsed.dp_size : undefined;
                assert.equal(old ?? parsed.attn_dp_size, layout.dataParallel);
                assert.equal(parsed.nnodes, layout.hosts);
                assert.equal(parsed.context_length, plan.contextTokens);
                assert.equal(parsed.disaggregation_mode, phase === "both" ? "null" : phase);
                assert.equal(parsed.ep_num_redundant_experts, plan.redundantExperts ?? 0);
            });
        });
    }

    for (const [engine, program] of [
        ["vllm", "vllm_router"],
        ["sglang", "sglang_router"],
    ] as const) {
        it(`of the router of ${engine} are taken by ${program}`, () => {
            const groups = { prefill: ["http://p-0:8000", "http://p-1:8000"], decode: ["http://d-0:8000"] };
            const { args } = engines[engine].router?.command(r1Plan, groups) ?? { args: [] };
            const [parsed] = accepted(program, [args]);
            assert.deepEqual(
                (parsed?.prefill as string[][]).map(([url]) => url),
                groups.prefill,
            );
            assert.deepEqual(parsed?.decode, [groups.decode]);
            assert.equal(parsed?.port, 8000);
        });
    }

    it("would not be taken with a flag or a value that the engine does not know", () => {
        const vllmErrors = parse("vllm", [
            ["/weights", "--tensor-parallel", "8", "--no-such-flag"],
            ["/weights", "--all2all-backend", "none-such"],
            ["/weights", "--eplb-config", '{"redundant":1}'],
            ["/weights", "--kv-transfer-config", '{"kv_connector":"NixlConnector","kv_role":"prefill"}'],
        ]);
        const sglangErrors = parse("sglang", [
            ["--model-path", "/w", "--reasoning-parser", "none-such"],
            ["--model-path", "/w", "--moe-a2a-backend", "none-such"],
        ]);
        assert.ok([...vllmErrors, ...sglangErrors].every(({ error }) => error !== undefined));
    });

    it("come with variables that the released engines read", () => {
        const modules = { vllm: ["vllm/envs.py"], sglang: ["sglang/srt/environ.py", "sglang/srt/utils/network.py"] };
        for (const [engine, files] of Object.entries(modules)) {
            const source = files.map(file => readFileSync(path.join(folder, "packages", file), "utf8")).join("\n");
            const own = new RegExp(`^${engine.toUpperCase()}_`);
            const named = rendered(engine as EngineName, "99").flatMap(({ command }) => Object.keys(command.env));
            const unknown = [...new Set(named)].filter(name => own.test(name) && !source.includes(name));
            assert.deepEqual(unknown, [], engine);
        }
    });

    it("name parsers and metrics that the released engines have", () => {
        const text = (file: string): string => readFileSync(path.join(folder, "packages", file), "utf8");
        const names = (engine: EngineName, flag: string): readonly string[] => [
            ...new Set(rendered(engine, "99").flatMap(({ command }) => flags(command.args)[flag] ?? [])),
        ];
        const vllmParsers = { "--reasoning-parser": "reasoning", "--tool-call-parser": "tool_parsers" };
        for (const [flag, module] of Object.entries(vllmParsers)) {
            const known = text(`vllm/${module}/__init__.py`);
            assert.deepEqual(
                names("vllm", flag).filter(name => !known.includes(`"${name}"`)),
                [],
            );
        }
        assert.ok(text("vllm/config/cache.py").includes('"fp8",'));
        const known = {
            vllm: text("vllm/v1/metrics/loggers.py"),
            sglang: readdirSync(path.join(folder, "packages/sglang/srt/observability"))
                .filter(file => file.endsWith(".py"))
                .map(file => text(`sglang/srt/observability/${file}`))
                .join("\n"),
        };
        for (const [engine, source] of Object.entries(known)) {
            const { metrics } = engines[engine as "vllm" | "sglang"];
            for (const name of Object.values(metrics).filter(text => text !== metrics.path)) {
                assert.ok(source.includes(`"${name}"`), `${engine} has no ${name}`);
            }
        }
    });
});
