import * as fc from "fast-check";
import { catalogue } from "../../catalog";
import type { Layout } from "../../components/planning/memory";
import type { ModelPlan } from "../../components/planning/plan";
import type { EngineName, SiteModel } from "../../components/site/site";
import { r1Model, r1Plan } from "./fixtures";

/** Names of all engines. */
export const engineNames = Object.keys(catalogue.engines) as readonly EngineName[];

/** Engines that run on NVIDIA's GPUs. */
export const gpuEngines = ["vllm", "sglang", "trtllm", "triton"] as const;

/** Layouts of hosts of 8 GPUs: tensor parallel alone, with stages, and attention data parallel with experts. */
export const layouts = fc
    .record({ hosts: fc.constantFrom(1, 2, 4), form: fc.constantFrom(0, 1, 2, 3) })
    .map(({ hosts, form }): Layout => ({
        hosts,
        gpusPerHost: 8,
        tensorParallel: [8, 8 * hosts, 1, 4][form] ?? 8,
        pipelineParallel: form === 0 ? hosts : 1,
        dataParallel: [1, 1, 8 * hosts, 2 * hosts][form] ?? 1,
        expertParallel: form >= 2,
    }));

/** What plans say beside their layout. */
const choices = fc.record({
    model: fc.constantFrom("deepseek-r1", "deepseek-v3", "deepseek-v3.1"),
    gpu: fc.constantFrom("H200", "B200", "H100"),
    contextTokens: fc.integer({ min: 1024, max: 163_840 }),
    concurrency: fc.integer({ min: 1, max: 2048 }),
    memoryUtilisation: fc.constantFrom(0.8, 0.85, 0.9, 0.95),
    kvCache: fc.constantFrom("bf16" as const, "fp8" as const),
    draftTokens: fc.integer({ min: 0, max: 3 }),
    redundantExperts: fc.constantFrom(0, 32),
});

const apart = fc.record({
    prefill: layouts,
    decode: layouts,
    prefillGroups: fc.integer({ min: 1, max: 3 }),
    decodeGroups: fc.integer({ min: 1, max: 3 }),
});

/** Plans for GPUs, together and apart, some of which no engine serves. */
export const plans: fc.Arbitrary<ModelPlan> = fc
    .tuple(layouts, choices, fc.option(apart, { nil: undefined }))
    .map(([layout, chosen, groups]) => ({ ...r1Plan, ...layout, ...chosen, apart: groups }));

/** The model of a plan, with an image of the engine's newest release. */
export const modelOf = (plan: ModelPlan, release = "99.0"): SiteModel => ({
    ...r1Model,
    model: plan.model,
    engine: plan.engine,
    image: `registry.example.org/engine:v${release}`,
});

/** Flags with their values: `{"--port": "8000", "--offline": ""}`. */
export function flags(args: readonly string[]): Record<string, string> {
    return Object.fromEntries(
        args.flatMap((arg, i) => {
            const next = args[i + 1];
            return arg.startsWith("--") ? [[arg, next === undefined || next.startsWith("--") ? "" : next]] : [];
        }),
    );
}

/** Those of the flags alone. */
export const some = (found: Record<string, string> | undefined, ...names: readonly string[]): object =>
    Object.fromEntries(names.map(name => [name, found?.[name]]));

/** Expert parallelism over so many hosts of 8 GPUs, attention on each GPU by itself. */
export const wide = (hosts: number): Layout => ({
    hosts,
    gpusPerHost: 8,
    tensorParallel: 1,
    pipelineParallel: 1,
    dataParallel: 8 * hosts,
    expertParallel: true,
});
