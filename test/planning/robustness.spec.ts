import assert from "node:assert/strict";
import * as fc from "fast-check";
import { catalogue, gpuNames, modelNames } from "../../catalog";
import { fit, type FitRequest } from "../../components/planning";

const allPrecisions = Object.keys(catalogue.precisions);

const law = <T>(property: fc.IProperty<T>, numRuns: number): void => fc.assert(property, { numRuns });

describe("fit, on anything", () => {
    it("never throws, whatever is asked, and answers in one sentence", () => {
        const number = fc.oneof(
            { weight: 9, arbitrary: fc.constantFrom(1, 1, 2, 4, 8, 16, 4096) },
            { weight: 1, arbitrary: fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -1, NaN, Infinity)) },
        );
        const optional = fc.option(number, { nil: undefined });
        const anything = fc.record({
            model: fc.oneof(fc.constantFrom(...modelNames), fc.string(), fc.constantFrom("constructor", "__proto__")),
            precision: fc.oneof(fc.constantFrom(...allPrecisions), fc.constantFrom("toString", "")),
            engine: fc.constantFrom("vllm", "llamacpp", "abacus"),
            gpu: fc.option(fc.oneof(fc.constantFrom(...gpuNames), fc.constantFrom("cpu", "hasOwnProperty")), {
                nil: undefined,
            }),
            gpusPerHost: number,
            hosts: number,
            contextTokens: number,
            concurrency: number,
            tensorParallel: optional,
            pipelineParallel: optional,
            dataParallel: optional,
            memoryUtilisation: fc.option(fc.double({ min: -0.1, max: 1.1 }), { nil: undefined }),
            hostMemoryGiB: optional,
        });
        law(
            fc.property(anything, asked => {
                const result = fit(asked as FitRequest);
                assert.ok(
                    result.fits ||
                        (/[.?]$/.test(result.refusal.sentence) && !/undefined|NaN GB|\n/.test(result.refusal.sentence)),
                );
            }),
            1000,
        );
    });

    it("answers for every combination of model, precision and GPU of the catalogue", () => {
        for (const model of modelNames) {
            for (const precision of allPrecisions) {
                for (const gpu of [...gpuNames, "cpu"]) {
                    for (const engine of ["vllm", "llamacpp"] as const) {
                        const gpusPerHost = catalogue.gpus[gpu]?.gpusPerHost ?? 0;
                        fit({
                            model,
                            precision,
                            engine,
                            gpu,
                            gpusPerHost,
                            hosts: 2,
                            contextTokens: 2048,
                            concurrency: 1,
                        });
                    }
                }
            }
        }
    });
});
