import type { Catalogue, EngineFacts, Gpu, Model, ModelWeights, Precision } from "../../catalog";
import type { FitRequest, Problem, Resolved } from "./request";
import { choicesProblem, engineAbilityProblem, linkProblem } from "./rules";
import { count, listOf, nearestNames } from "./words";

/** Looks the request's names up and checks all that does not need arithmetic on memory. */
export function resolve(request: FitRequest, catalogue: Catalogue): Resolved | { readonly problem: Problem } {
    const numbers = wrongNumber(request);
    if (numbers !== undefined) {
        return { problem: numbers };
    }
    const model = own(catalogue.models, request.model);
    if (model === undefined) {
        return { problem: unknown("model", request.model, Object.keys(catalogue.models)) };
    }
    const precision = Object.keys(model.weights).find(name => name === request.precision) as Precision | undefined;
    const weights = precision === undefined ? undefined : model.weights[precision];
    if (precision === undefined || weights === undefined) {
        return { problem: unknown(`precision of ${model.name}`, request.precision, Object.keys(model.weights)) };
    }
    const engine = own(catalogue.engines, request.engine);
    if (engine === undefined) {
        return { problem: unknown("engine", request.engine, Object.keys(catalogue.engines)) };
    }
    const gpuName = request.gpu ?? "cpu";
    const gpu = gpuName === "cpu" ? undefined : own(catalogue.gpus, gpuName);
    if (gpuName !== "cpu" && gpu === undefined) {
        return { problem: unknown("GPU", gpuName, Object.keys(catalogue.gpus)) };
    }
    const subject = `${model.name} in ${catalogue.precisions[precision].label}`;
    const problem =
        engineProblem(model, precision, engine, catalogue) ??
        (engine.device === "gpu"
            ? (gpuProblem(model, precision, weights, engine, gpu, subject, catalogue) ??
              linkProblem(request, model, gpu))
            : undefined) ??
        engineAbilityProblem(request, engine, gpu) ??
        choicesProblem(request, model, engine, gpu) ??
        contextProblem(model, request.contextTokens);
    return problem !== undefined
        ? { problem }
        : {
              request,
              catalogue,
              model,
              precision,
              weights,
              engine,
              subject,
              ...(engine.device === "gpu" && gpu !== undefined ? { gpu } : {}),
              memoryUtilisation: request.memoryUtilisation ?? engine.memoryUtilisation,
          };
}

const own = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
    Object.hasOwn(record, name) ? record[name] : undefined;

function wrongNumber(request: FitRequest): Problem | undefined {
    const gpus = request.gpu === undefined || request.gpu === "cpu" ? 0 : 1;
    const wholes: readonly (readonly [string, number, number])[] = [
        ["hosts", request.hosts, 1],
        ["gpusPerHost", request.gpusPerHost, gpus],
        ["contextTokens", request.contextTokens, 1],
        ["concurrency", request.concurrency, 1],
        ["tensorParallel", request.tensorParallel ?? 1, 1],
        ["pipelineParallel", request.pipelineParallel ?? 1, 1],
        ["dataParallel", request.dataParallel ?? 1, 1],
        ["draftTokens", request.draftTokens ?? 0, 0],
        ["redundantExperts", request.redundantExperts ?? 0, 0],
    ];
    for (const [name, value, least] of wholes) {
        if (!Number.isSafeInteger(value) || value < least) {
            return wrong(name, `a whole number from ${least} on`, String(value));
        }
    }
    const share = request.memoryUtilisation ?? 0.9;
    return share > 0 && share <= 1 ? undefined : wrong("memoryUtilisation", "over 0 and at most 1", String(share));
}

function wrong(name: string, needed: string, available: string): Problem {
    return { limit: "request", needed, available, because: `${name} is ${available} and must be ${needed}` };
}

function unknown(what: string, name: string, known: readonly string[]): Problem {
    const near = nearestNames(name, known);
    return {
        limit: "catalogue",
        needed: `one of ${known.join(", ")}`,
        available: name,
        because: `the catalogue has no ${what} "${name}"`,
        advice: near.length > 0 ? `did you mean ${listOf(near)}?` : `it has ${listOf(known, "and")}`,
    };
}

function engineProblem(
    model: Model,
    precision: Precision,
    engine: EngineFacts,
    catalogue: Catalogue,
): Problem | undefined {
    const label = catalogue.precisions[precision].label;
    if (model.engines[engine.name] === undefined) {
        const can = Object.keys(model.engines);
        return {
            limit: "engine",
            needed: listOf(can),
            available: engine.name,
            because: `${engine.name} does not serve ${model.name}, ${listOf(can)} does`,
        };
    }
    if (!engine.precisions.includes(precision)) {
        const common = engine.precisions.filter(candidate => model.weights[candidate] !== undefined);
        const others = Object.keys(model.engines).filter(name =>
            own(catalogue.engines, name)?.precisions.includes(precision),
        );
        return {
            limit: "engine",
            needed: `an engine that reads ${label}`,
            available: engine.name,
            because: `${engine.name} does not read ${label}`,
            advice: `${model.name} in ${label} is served by ${listOf(others)}, and ${engine.name} reads ${listOf(common, "and")}`,
        };
    }
    return undefined;
}

function gpuProblem(
    model: Model,
    precision: Precision,
    weights: ModelWeights,
    engine: EngineFacts,
    gpu: Gpu | undefined,
    subject: string,
    catalogue: Catalogue,
): Problem | undefined {
    if (gpu === undefined) {
        return {
            limit: "engine",
            needed: "hosts with GPUs",
            available: "hosts without GPUs",
            because: `${engine.name} needs GPUs, and these hosts have none`,
        };
    }
    const { label, requires } = catalogue.precisions[precision];
    const format = requires[gpu.vendor];
    if (format === undefined || gpu.denseTflops[format] === undefined) {
        return {
            limit: "number-format",
            needed: label,
            available: listOf(Object.keys(gpu.denseTflops), "and"),
            because:
                format === undefined
                    ? `${subject} cannot run on ${gpu.name}: ${engine.name} has no ${label} kernels for ${gpu.vendor}`
                    : `${subject} cannot run on ${gpu.name}: ${gpu.architecture} has no native ${format.toUpperCase()}`,
        };
    }
    if (weights.architectures !== undefined && !weights.architectures.includes(gpu.architecture)) {
        const known = listOf(weights.architectures, "and");
        return {
            limit: "number-format",
            needed: known,
            available: gpu.architecture,
            because: `${subject} is known to run on ${known}, and ${gpu.name} is ${gpu.architecture}`,
        };
    }
    const excluded = own(model.excludedGpus ?? {}, gpu.name);
    if (excluded !== undefined) {
        return {
            limit: "engine",
            needed: "a GPU with kernels for it",
            available: gpu.name,
            because: `${model.name} cannot run on ${gpu.name}: ${excluded}`,
        };
    }
    if (gpu.largestModelB !== undefined && model.parametersB > gpu.largestModelB) {
        return {
            limit: "memory",
            needed: `${count(model.parametersB)} × 10⁹ parameters`,
            available: `${gpu.largestModelB} × 10⁹ parameters`,
            because: `${model.name} has ${count(model.parametersB)} × 10⁹ parameters, and ${gpu.name} is sensible up to ${gpu.largestModelB} × 10⁹`,
        };
    }
    return undefined;
}

function contextProblem(model: Model, contextTokens: number): Problem | undefined {
    return contextTokens <= model.contextTokens
        ? undefined
        : {
              limit: "context",
              needed: `${count(contextTokens)} tokens`,
              available: `${count(model.contextTokens)} tokens`,
              because: `${model.name} takes sequences of ${count(model.contextTokens)} tokens at most, and ${count(contextTokens)} are asked`,
          };
}
