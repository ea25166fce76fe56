import assert from "node:assert/strict";
import type { FitRequest } from "../../components/planning";
import { planOf, refusalOf } from "./requests";

const sglang = "SGLang docs/basic_usage/deepseek_v3.md";
const ascend = "vllm-ascend tutorials/models/DeepSeek-R1.md";
const recipes = "vllm-project/recipes";
const matrix = "vLLM quantisation matrix";

type Row = readonly [source: string, request: Partial<FitRequest>];

const name = ({
    model = "deepseek-r1",
    precision = "fp8",
    gpu = "CPU",
    gpusPerHost = 8,
    hosts = 1,
    ...rest
}: Partial<FitRequest>): string =>
    `${model} ${precision} on ${hosts} × ${gpusPerHost} ${gpu}${rest.tensorParallel === undefined ? "" : `, TP${rest.tensorParallel}`}`;

const works: readonly Row[] = [
    [sglang, { precision: "fp8", gpu: "H200" }],
    [sglang, { precision: "fp8", gpu: "B200" }],
    [sglang, { precision: "fp8", gpu: "MI300X" }],
    [sglang, { precision: "fp8", gpu: "H100", hosts: 2 }],
    [sglang, { precision: "fp8", gpu: "H20", hosts: 2 }],
    [sglang, { precision: "bf16", gpu: "H200", hosts: 2 }],
    [sglang, { precision: "bf16", gpu: "MI300X", hosts: 2 }],
    [sglang, { precision: "bf16", gpu: "H100", hosts: 4 }],
    [sglang, { precision: "bf16", gpu: "A100-80", hosts: 4 }],
    [sglang, { precision: "int8", gpu: "A100-80", hosts: 2 }],
    [sglang, { precision: "int8", gpu: "L40S", hosts: 4 }],
    [sglang, { precision: "int8", gpu: "Ascend-910C", gpusPerHost: 16, hosts: 4 }],
    [sglang, { precision: "w4a8", gpu: "H20" }],
    [sglang, { precision: "w4a8", gpu: "H100" }],
    [sglang, { precision: "w4a8", gpu: "H200", gpusPerHost: 4 }],
    [sglang, { precision: "awq", gpu: "H100" }],
    [sglang, { precision: "awq", gpu: "A100-80" }],
    [sglang, { precision: "nvfp4", gpu: "B200", gpusPerHost: 4 }],
    [sglang, { precision: "nvfp4", gpu: "B200" }],
    [sglang, { precision: "mxfp4", gpu: "MI355X", gpusPerHost: 4 }],
    [sglang, { precision: "mxfp4", gpu: "MI355X" }],
    [ascend, { precision: "w8a8", gpu: "Ascend-910C", gpusPerHost: 16 }],
    [ascend, { precision: "w8a8", gpu: "Ascend-910B", hosts: 2 }],
    [ascend, { precision: "w8a8", gpu: "Ascend-910C", gpusPerHost: 16, tensorParallel: 4, dataParallel: 4 }],
    ["sglang#3491: BF16 with TP32", { precision: "bf16", gpu: "A100-80", hosts: 4, tensorParallel: 32 }],
    ["config_671B.json", { gpu: "H200", hosts: 2, tensorParallel: 16 }],
    [recipes, { model: "deepseek-v4-pro", precision: "fp4-fp8", gpu: "H200" }],
    [recipes, { model: "deepseek-v4-pro", precision: "fp8", gpu: "H200", hosts: 2 }],
    [recipes, { model: "deepseek-v4-pro", precision: "fp4-fp8", gpu: "MI355X" }],
    [ascend, { model: "deepseek-v4-pro", precision: "w4a8", gpu: "Ascend-910C", gpusPerHost: 16, hosts: 2 }],
    [ascend, { model: "deepseek-v4-pro", precision: "w4a8", gpu: "Ascend-910B", hosts: 4 }],
    [recipes, { model: "deepseek-v4-flash", precision: "fp4-fp8", gpu: "H200", gpusPerHost: 4 }],
    [recipes, { model: "deepseek-v4-flash", precision: "fp4-fp8", gpu: "B200", gpusPerHost: 4 }],
    [recipes, { model: "deepseek-v4-flash", precision: "fp4-fp8", gpu: "H100" }],
    [recipes, { model: "deepseek-v4-flash", precision: "fp4-fp8", gpu: "MI325X" }],
    [recipes, { model: "deepseek-v4-flash", precision: "fp4-fp8", gpu: "MI355X" }],
    [ascend, { model: "deepseek-v4-flash", precision: "w8a8", gpu: "Ascend-910B" }],
    [ascend, { model: "deepseek-v4-flash", precision: "w8a8", gpu: "Ascend-910C", gpusPerHost: 16 }],
    [recipes, { model: "deepseek-v4.1-flash", precision: "fp4-fp8", gpu: "H200", gpusPerHost: 4 }],
    [
        "distills: 70B with TP2 on H200",
        { model: "deepseek-r1-distill-llama-70b", precision: "bf16", gpu: "H200", tensorParallel: 2 },
    ],
    [
        "distills: 70B with TP4 on 80 GB",
        { model: "deepseek-r1-distill-llama-70b", precision: "bf16", gpu: "H100", tensorParallel: 4 },
    ],
    [
        "distills: 70B with TP4 on L40S",
        { model: "deepseek-r1-distill-llama-70b", precision: "fp8", gpu: "L40S", tensorParallel: 4 },
    ],
    [
        "distills: 32B with TP2 on 80 GB",
        { model: "deepseek-r1-distill-qwen-32b", precision: "bf16", gpu: "A100-80", tensorParallel: 2 },
    ],
    [
        matrix,
        { model: "deepseek-r1-distill-llama-8b", precision: "int8", gpu: "T4", gpusPerHost: 1, contextTokens: 8192 },
    ],
    [
        matrix,
        { model: "deepseek-r1-distill-llama-8b", precision: "awq", gpu: "T4", gpusPerHost: 1, contextTokens: 8192 },
    ],
    [
        matrix,
        { model: "deepseek-r1-distill-llama-8b", precision: "fp16", gpu: "T4", gpusPerHost: 2, contextTokens: 8192 },
    ],
    [
        "SGLang docs, Jetson",
        {
            model: "deepseek-r1-distill-llama-8b",
            precision: "fp16",
            gpu: "Jetson-Orin",
            gpusPerHost: 1,
            contextTokens: 8192,
        },
    ],
    [
        "SGLang docs, Jetson",
        {
            model: "deepseek-r1-distill-llama-8b",
            precision: "fp8",
            gpu: "Jetson-Thor",
            gpusPerHost: 1,
            contextTokens: 8192,
        },
    ],
];

const fails: readonly (readonly [...Row, limit: string])[] = [
    ["lmdeploy#2960", { gpu: "H100" }, "memory"],
    [`${sglang}: FP8 on H20 as 2 × 8`, { gpu: "H20" }, "memory"],
    [`${sglang}: BF16 as 2 × 8`, { precision: "bf16", gpu: "H200" }, "memory"],
    [`${sglang}: BF16 as 2 × 8`, { precision: "bf16", gpu: "MI300X" }, "memory"],
    [`${sglang}: INT8 on 16`, { precision: "int8", gpu: "A100-80" }, "memory"],
    [`${sglang}: INT8 on 32`, { precision: "int8", gpu: "L40S", hosts: 2 }, "memory"],
    [`${ascend}: two A2`, { precision: "w8a8", gpu: "Ascend-910B" }, "memory"],
    [`${matrix}: Ampere`, { gpu: "A100-80", hosts: 4 }, "number-format"],
    [`${matrix}: Turing`, { gpu: "T4", hosts: 16 }, "number-format"],
    [ascend, { gpu: "Ascend-910B", hosts: 4 }, "number-format"],
    [sglang, { precision: "nvfp4", gpu: "H200" }, "number-format"],
    [sglang, { precision: "mxfp4", gpu: "H200" }, "number-format"],
    [`${sglang}: 671B on L40S only in INT8`, { gpu: "L40S", hosts: 4 }, "number-format"],
    ["sglang#3345", { gpu: "H200", hosts: 4, tensorParallel: 32 }, "tensor-parallel"],
    [
        "vllm#42384",
        { model: "deepseek-v4-pro", precision: "fp4-fp8", gpu: "H100", hosts: 2, tensorParallel: 16 },
        "tensor-parallel",
    ],
    [recipes, { model: "deepseek-v4-flash", precision: "fp4-fp8", gpu: "MI300X" }, "engine"],
    [recipes, { model: "deepseek-v4-pro", precision: "fp4-fp8", gpu: "MI300X", hosts: 2 }, "engine"],
    [recipes, { model: "deepseek-v4-pro", precision: "fp4-fp8", gpu: "MI325X", hosts: 2 }, "engine"],
    [
        `${matrix}: no BF16 on Turing`,
        { model: "deepseek-r1-distill-qwen-7b", precision: "bf16", gpu: "T4" },
        "number-format",
    ],
    [
        "T4 up to 8B",
        { model: "deepseek-r1-distill-qwen-14b", precision: "awq", gpu: "T4", contextTokens: 4096 },
        "memory",
    ],
    [
        "28 heads",
        { model: "deepseek-r1-distill-qwen-7b", precision: "bf16", gpu: "H100", tensorParallel: 8 },
        "tensor-parallel",
    ],
    [
        "AWQ groups of 128 in 13824",
        { model: "deepseek-r1-distill-qwen-14b", precision: "awq", gpu: "H100", tensorParallel: 8 },
        "tensor-parallel",
    ],
];

describe("fit, by published tables", () => {
    for (const [source, request] of works) {
        it(`allows ${name(request)} (${source})`, () => {
            assert.ok(planOf(request).kvCacheTokens >= (request.contextTokens ?? 32_768));
        });
    }
    for (const [source, request, limit] of fails) {
        it(`refuses ${name(request)} (${source})`, () => {
            const refusal = refusalOf(request);
            assert.equal(refusal.limit, limit, refusal.sentence);
            assert.ok(refusal.alternatives.length > 0, refusal.sentence);
        });
    }
});
