import assert from "node:assert/strict";
import {
    catalogue,
    engines,
    findGpu,
    findModel,
    gpuList,
    gpuNames,
    modelList,
    modelNames,
    precisions,
    type Sourced,
} from "../../catalog";

const sourced: readonly (readonly [string, Sourced])[] = [
    ...gpuList.map(gpu => [gpu.name, gpu] as const),
    ...modelList.map(model => [model.name, model] as const),
    ...modelList.flatMap(model =>
        Object.entries(model.weights).map(([precision, weights]) => [`${model.name} ${precision}`, weights] as const),
    ),
    ...Object.entries(precisions),
    ...Object.entries(engines),
];

const numbersOf = (value: unknown): readonly number[] =>
    typeof value === "number"
        ? [value]
        : typeof value === "object" && value !== null
          ? Object.values(value).flatMap(numbersOf)
          : [];

/** The field at a dotted path, by its longest matching keys: `weights.fp4-fp8.architectures`. */
const field = (value: unknown, path: string): unknown =>
    path.split(".").reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], value);

describe("catalogue", () => {
    it("names a source and a date for every entry", () => {
        for (const [name, { source }] of sourced) {
            assert.ok(source.where.length > 5, `${name}: no source`);
            assert.match(source.date, /^20\d\d-(0[1-9]|1[0-2])(-([0-2]\d|3[01]))?$/, `${name}: date`);
        }
    });

    it("calls only fields unverified that the entry has", () => {
        for (const [name, entry] of sourced) {
            for (const path of entry.unverified ?? []) {
                assert.notEqual(field(entry, path), undefined, `${name}: ${path}`);
            }
        }
    });

    it("has unique names, and finds each by its name", () => {
        assert.equal(new Set(gpuNames).size, gpuNames.length);
        assert.equal(new Set(modelNames).size, modelNames.length);
        assert.ok(gpuNames.every(name => findGpu(name)?.name === name));
        assert.ok(modelNames.every(name => findModel(name)?.name === name));
        assert.equal(findGpu("constructor"), undefined);
        assert.equal(findModel("toString"), undefined);
    });

    it("has the GPUs and models that sites are described with", () => {
        const gpus =
            "T4 L40S RTX-6000-Ada A100-80 H100 H20 H200 B200 MI300X MI325X MI355X Ascend-910B Ascend-910C MLU370 Jetson-Orin Jetson-Thor";
        const models =
            "deepseek-v3 deepseek-r1 deepseek-v3.2 deepseek-v4-flash deepseek-v4-pro deepseek-v4.1-flash tiny-deepseek";
        assert.deepEqual(
            gpus.split(" ").filter(name => findGpu(name) === undefined),
            [],
        );
        assert.deepEqual(
            models.split(" ").filter(name => findModel(name) === undefined),
            [],
        );
        assert.equal(modelNames.filter(name => name.startsWith("deepseek-r1-distill-")).length, 6);
    });

    it("has no negative figure, and none that is not a number", () => {
        for (const [name, entry] of sourced) {
            assert.ok(
                numbersOf(entry).every(value => Number.isFinite(value) && value >= 0),
                name,
            );
        }
        for (const gpu of gpuList) {
            assert.ok(gpu.memoryGB > 0 && gpu.memoryBandwidthGBps > 0 && gpu.gpusPerHost >= 1, gpu.name);
            assert.ok(
                Object.values(gpu.denseTflops).every(tflops => tflops > 0),
                gpu.name,
            );
        }
    });

    it("gives narrower formats at least the throughput of wider ones", () => {
        const order = ["f32", "bf16", "fp8", "fp4"] as const;
        for (const gpu of gpuList) {
            const speeds = order.flatMap(format => gpu.denseTflops[format] ?? []);
            assert.deepEqual(
                speeds,
                [...speeds].sort((a, b) => a - b),
                gpu.name,
            );
            assert.ok((gpu.denseTflops.int8 ?? Infinity) >= (gpu.denseTflops.fp16 ?? 0), gpu.name);
        }
    });

    it("measured throughput and bandwidth of the H200 stay below its data sheet, and near it", () => {
        const h200 = findGpu("H200");
        const within = (measured: number, stated: number): boolean => measured <= stated && measured > 0.7 * stated;
        assert.ok(within(4380, h200?.memoryBandwidthGBps ?? 0), "4.38 TB/s read");
        assert.ok(within(1437.2, h200?.denseTflops.fp8 ?? 0), "FP8, 8192³");
        assert.ok(within(791.5, h200?.denseTflops.bf16 ?? 0), "BF16, 8192³");
    });

    it("counts experts, weights and heads consistently", () => {
        for (const model of modelList) {
            assert.ok(model.expertParametersB < model.parametersB && model.activeB <= model.parametersB, model.name);
            assert.equal(model.experts > 0, model.moeInter !== undefined, model.name);
            assert.ok(model.experts > 0 || model.denseInter !== undefined, model.name);
            for (const weights of Object.values(model.weights)) {
                assert.ok((weights.offloadedGB ?? 0) < weights.weightsGB, model.name);
            }
            for (const gpu of Object.keys(model.excludedGpus ?? {})) {
                assert.ok(findGpu(gpu), `${model.name} excludes ${gpu}, which the catalogue does not have`);
            }
        }
    });

    it("has at least one precision that some engine of each model reads", () => {
        for (const model of modelList) {
            for (const engine of Object.values(catalogue.engines).filter(
                one => model.engines[one.name] !== undefined,
            )) {
                assert.ok(
                    engine.precisions.some(one => model.weights[one] !== undefined),
                    `${model.name}, ${engine.name}`,
                );
            }
        }
    });
});
