import type { EngineAbility, EngineFacts, Gpu, GpuLink, Model } from "../../catalog";
import type { EngineName } from "../site/site";
import type { Layout } from "./memory";
import type { FitRequest, Problem } from "./request";
import { count, listOf } from "./words";

/**
 * Rules of thumb that a site may argue with (`parallelism` of a model): above 30 × 10⁹ parameters a model is tensor
 * parallel, above 175 × 10⁹ its GPUs need NVLink or its like.
 */
export const sizeRules = { tensorParallelAboveB: 30, fastLinkAboveB: 175 } as const;

/** Links between the GPUs of a host that carry an all-reduce in each layer without being what limits it. */
const fastLinks: readonly GpuLink["kind"][] = ["NVLink", "xGMI", "HCCS", "MLU-Link"];

/** Whether a model is too large for GPUs without a fast link, by the limit of the request. */
export function linkProblem(
    { fastLinkAboveB = Infinity }: FitRequest,
    model: Model,
    gpu: Gpu | undefined,
): Problem | undefined {
    return gpu === undefined || model.parametersB <= fastLinkAboveB || fastLinks.includes(gpu.link.kind)
        ? undefined
        : {
              limit: "link",
              needed: "NVLink or its like between the GPUs of a host",
              available: gpu.link.kind === "none" ? "no link" : gpu.link.kind,
              because:
                  `${model.name} has ${count(model.parametersB)} × 10⁹ parameters, models of more than ${fastLinkAboveB} × 10⁹ ` +
                  `need NVLink or its like, and ${gpu.name} has ${gpu.link.kind === "none" ? "none" : gpu.link.kind}`,
              advice: `to have it all the same, set parallelism.fastLinkAboveB to ${Math.ceil(model.parametersB)}`,
          };
}

/** Whether an engine cannot run a layout, and why: a sentence that says what to choose instead. */
export function layoutRefusal({ name, cannot }: EngineFacts, model: Model, layout: Layout): string | undefined {
    const asked: readonly (readonly [EngineAbility, boolean])[] = [
        ["tensor", layout.tensorParallel > 1],
        ["hosts", layout.hosts > 1],
        ["pipeline", layout.pipelineParallel > 1],
        ["data", layout.dataParallel > 1],
        ["experts", layout.expertParallel],
    ];
    const [sentence] = asked.flatMap(([ability, is]) => (is ? (cannot[ability] ?? []) : []));
    const divided = layout.dataParallel > 1 && layout.tensorParallel > 1;
    if (sentence === undefined && layout.dataParallel > 1 && model.experts === 0 && !name.startsWith("vllm")) {
        return `${name} shares attention among data-parallel ranks for mixtures of experts alone, and ${model.name} is none: choose data parallel 1 and more replicas`;
    }
    return sentence ?? (divided && wholeAttention.includes(name) ? wholeAttentionWords : undefined);
}

/** Engines whose attention data parallel is a switch for all ranks: `enable_attention_dp` of TensorRT-LLM's llm_args.py. */
const wholeAttention: readonly EngineName[] = ["trtllm", "triton"];
const wholeAttentionWords =
    "TensorRT-LLM has attention data parallel on all ranks or on none: choose tensor parallel 1 with it, or data parallel 1";

/** An engine on GPUs of a maker that it does not run on, or asked for what it cannot do whatever the layout. */
export function engineAbilityProblem(
    request: FitRequest,
    engine: EngineFacts,
    gpu: Gpu | undefined,
): Problem | undefined {
    const { cannot, vendors, name, device } = engine;
    if (device === "gpu" && gpu !== undefined && !vendors.includes(gpu.vendor)) {
        return {
            limit: "engine",
            needed: `GPUs of ${listOf(vendors)}`,
            available: gpu.vendor,
            because: `${name} runs on GPUs of ${listOf(vendors, "and")}, and ${gpu.name} is ${gpu.vendor}'s`,
        };
    }
    const asked: readonly (readonly [EngineAbility, boolean])[] = [
        ["draft", (request.draftTokens ?? 0) > 0],
        ["redundantExperts", (request.redundantExperts ?? 0) > 0],
        ["fp8Cache", request.kvCache === "fp8"],
        ["apart", request.apart === true],
    ];
    const [sentence] = asked.flatMap(([ability, is]) => (is ? (cannot[ability] ?? []) : []));
    return sentence === undefined ? undefined : inability(engine, sentence);
}

/** An engine's sentence of what it cannot do, as a problem. */
export function inability({ name }: EngineFacts, sentence: string): Problem {
    const [because = sentence, ...advice] = sentence.split(": ");
    return {
        limit: "engine",
        needed: "another engine or another layout",
        available: name,
        because,
        ...(advice.length === 0 ? {} : { advice: advice.join(": ") }),
    };
}

/** What of a request's choices the model, the engine or the GPU does not have. */
export function choicesProblem(
    request: FitRequest,
    model: Model,
    engine: EngineFacts,
    gpu: Gpu | undefined,
): Problem | undefined {
    if (request.kvCache === "fp8" && (engine.device === "cpu" || gpu?.denseTflops.fp8 === undefined)) {
        const on = engine.device === "cpu" ? "the CPU" : (gpu?.name ?? "the CPU");
        return {
            limit: "number-format",
            needed: "FP8",
            available: on,
            because: `a KV cache in FP8 needs GPUs with native FP8, and ${model.name} is to run on ${on}`,
            advice: "leave parallelism.kvCache out",
        };
    }
    if ((request.draftTokens ?? 0) > 0 && !hasDraftLayer(model)) {
        return {
            limit: "request",
            needed: "a model with a draft layer",
            available: model.name,
            because: `${model.name} has no draft layer of its own, and ${request.draftTokens ?? 0} draft tokens are asked`,
            advice: "leave parallelism.draftTokens out",
        };
    }
    if ((request.redundantExperts ?? 0) > 0 && (model.experts === 0 || (request.dataParallel ?? 1) === 1)) {
        return {
            limit: "request",
            needed: "expert parallel",
            available: model.experts === 0 ? "a model without experts" : "attention data parallel 1",
            because: `experts are held twice only with expert parallel, and ${model.name} is to run without`,
            advice:
                model.experts === 0
                    ? "leave parallelism.redundantExperts out"
                    : "set parallelism.data, or leave parallelism.redundantExperts out",
        };
    }
    return undefined;
}

/** DeepSeek's own models have one for multi-token prediction; the distills are of shapes that have none. */
const hasDraftLayer = ({ shape, experts, kv, activeB }: Model): boolean =>
    shape === undefined ? experts > 0 && kv.kind !== "gqa" && activeB > 1 : shape.draftLayers > 0;
