/** How vLLM must read and parse a family of models. Matched by the start of the catalogue name, first match wins. */
interface Family {
    readonly prefix: string;
    readonly args: readonly string[];
    /** Number format of the KV cache that the family's kernels have alone. Unset: the plan's. */
    readonly kvCache?: "fp8";
    /** How the layers that its weights bring propose tokens. Unset: multi-token prediction. */
    readonly draft?: "dspark";
}

/**
 * Sources: docs.vllm.ai, features/reasoning_outputs and features/tool_calling (v0.11 to v0.20); the recipes of
 * vllm-project/recipes for V3.2, V4 and V4.1. The distills of R1 think in R1's own tags. R1 and V3 call tools only with
 * a chat template that images do not carry, so no tool parser is named for them. Where V4.1 keeps its n-gram memory by
 * default depends on the release, and the plan counts it in main memory.
 */
const FAMILIES: readonly Family[] = [
    { prefix: "deepseek-r1", args: ["--reasoning-parser", "deepseek_r1"] },
    {
        prefix: "deepseek-v4.1",
        draft: "dspark",
        args: [
            ...["--tokenizer-mode", "deepseek_v41", "--engram-config", '{"cpu_offload":true}'],
            ...tools("deepseek_v41", "deepseek_v41"),
        ],
    },
    {
        prefix: "deepseek-v4",
        kvCache: "fp8",
        args: ["--block-size", "256", "--tokenizer-mode", "deepseek_v4", ...tools("deepseek_v4", "deepseek_v4")],
    },
    {
        prefix: "deepseek-v3.2",
        args: ["--tokenizer-mode", "deepseek_v32", ...tools("deepseek_v32", "deepseek_v3")],
    },
    { prefix: "deepseek-v3.1", args: ["--reasoning-parser", "deepseek_v3"] },
];

function tools(toolParser: string, reasoningParser: string): readonly string[] {
    return [
        ...["--enable-auto-tool-choice", "--tool-call-parser", toolParser],
        ...["--reasoning-parser", reasoningParser],
    ];
}

/** What a model's family asks of vLLM beside its plan: parsers, tokenisers, formats. */
export function familyOf(model: string): Omit<Family, "prefix"> {
    return FAMILIES.find(family => model.startsWith(family.prefix)) ?? { args: [] };
}
