import assert from "node:assert/strict";
import * as fc from "fast-check";
import { findModel, gpuNames, modelList } from "../../catalog";
import { fit } from "../../components/planning";
import { memoryParts } from "../../components/planning/memory-parts";
import { weightParts } from "../../components/planning/memory-weights";
import { asked, planOf } from "./requests";

const sum = (parts: readonly { readonly gb: number }[]): number => parts.reduce((all, { gb }) => all + gb, 0);

const near = (actual: number, expected: number, share: number): void =>
    assert.ok(Math.abs(actual - expected) <= share * expected, `${actual}, not ${expected}`);

describe("memoryParts", () => {
    it("are all of the fullest GPU's memory, for every plan that fits", () => {
        const entry = fc
            .constantFrom(...modelList)
            .chain(({ name, weights }) =>
                fc.constantFrom(...Object.keys(weights)).map(precision => ({ model: name, precision })),
            );
        const request = fc.record({
            gpu: fc.constantFrom(...gpuNames),
            hosts: fc.integer({ min: 1, max: 4 }),
            dataParallel: fc.constantFrom(1, 4, 8),
            contextTokens: fc.constantFrom(2048, 32_768),
        });
        fc.assert(
            fc.property(entry, request, (what, where) => {
                const result = fit(asked({ ...what, ...where }));
                fc.pre(result.fits);
                const parts = result.fits ? memoryParts(result.plan) : undefined;
                assert.ok(result.fits && parts);
                const all = sum(parts.weights) + sum(parts.overheads) + parts.kvCacheGB + parts.unusedGB;
                near(all, parts.gpuGB, 1e-9);
                near(sum(parts.weights), result.plan.weightsPerGpuGB, 1e-9);
                assert.ok(
                    [...parts.weights, ...parts.overheads].every(({ source, gb }) => gb >= 0 && source.length > 9),
                );
            }),
            { numRuns: 200 },
        );
    });

    it("count the 671 × 10⁹ parameters of DeepSeek-R1, of which 653.9 are routed experts, and its draft layer beside", () => {
        const r1 = findModel("deepseek-r1");
        const bf16 = r1?.weights.bf16;
        assert.ok(r1 && bf16);
        const parts = weightParts(r1, bf16);
        const of = (name: string): number => parts.find(part => part.name === name)?.gb ?? 0;
        const draft = of("draft layer") + of("draft layer's experts");
        near(of("routed experts") / (sum(parts) - draft), 653.9 / 671, 1e-3);
        near(draft / (sum(parts) - draft), 11.6 / 671, 0.02);
    });

    it("repeat all but experts on each rank of attention data parallel, and hold buffers for the exchange there", () => {
        const [tensor, data] = [memoryParts(planOf()), memoryParts(planOf({ dataParallel: 8 }))];
        assert.ok(tensor && data);
        const of = (parts: typeof tensor, name: string): number =>
            [...parts.weights, ...parts.overheads].find(part => part.name === name)?.gb ?? 0;
        near(of(data, "attention"), 8 * of(tensor, "attention"), 1e-9);
        near(of(data, "embeddings"), 8 * of(tensor, "embeddings"), 1e-9);
        near(of(data, "routed experts"), of(tensor, "routed experts"), 1e-9);
        near(of(data, "expert exchange"), 3.82, 0.01);
        assert.equal(of(tensor, "expert exchange"), 0);
    });
});
