import assert from "node:assert/strict";
import * as fc from "fast-check";
import { catalogue, findModel, gpuNames, modelList, type Catalogue, type Precision } from "../../catalog";
import { alternatives, fit, type FitRequest, type ServingPlan } from "../../components/planning";
import { evaluate } from "../../components/planning/evaluate";
import { indivisible } from "../../components/planning/layout";

/** Any model in one of its own precisions, by the first engine that reads it. */
const modelAndPrecision = fc
    .constantFrom(...modelList)
    .chain(model =>
        fc.constantFrom(...Object.keys(model.weights)).map(precision => ({ model: model.name, precision })),
    );

const request: fc.Arbitrary<FitRequest> = fc
    .record({
        entry: modelAndPrecision,
        gpu: fc.constantFrom(...gpuNames),
        gpusPerHost: fc.constantFrom(1, 2, 4, 6, 8, 16),
        hosts: fc.integer({ min: 1, max: 6 }),
        contextTokens: fc.constantFrom(512, 4096, 16_384, 32_768, 131_072),
        concurrency: fc.integer({ min: 1, max: 64 }),
    })
    .map(({ entry, ...rest }) => ({ ...entry, engine: "vllm", ...rest }));

/** Without the search for alternatives, which refusals would pay for. */
const planOf = (asked: FitRequest, using: Catalogue = catalogue): ServingPlan | undefined => {
    const verdict = evaluate(asked, using);
    return "plan" in verdict ? verdict.plan : undefined;
};

const gpusOf = (plan: ServingPlan): number => plan.hosts * plan.gpusPerHost;

/** One host with all its GPUs in tensor parallel: a layout that does not change with what is varied. */
const fixed = (asked: FitRequest): FitRequest => ({ ...asked, hosts: 1, tensorParallel: asked.gpusPerHost });

const law = <T>(property: fc.IProperty<T>, numRuns = 300): void => fc.assert(property, { numRuns });

describe("fit, laws", () => {
    it("more GPU memory never makes a plan infeasible", () => {
        law(
            fc.property(request, fc.integer({ min: 1, max: 400 }), (asked, moreGB) => {
                const gpu = catalogue.gpus[asked.gpu ?? ""];
                assert.ok(gpu);
                const larger = { ...gpu, memoryGB: gpu.memoryGB + moreGB };
                const richer = { ...catalogue, gpus: { ...catalogue.gpus, [gpu.name]: larger } };
                assert.ok(planOf(asked) === undefined || planOf(asked, richer) !== undefined);
            }),
        );
    });

    it("more hosts never make a plan infeasible, and never change one", () => {
        law(
            fc.property(request, fc.integer({ min: 1, max: 8 }), (asked, more) => {
                const plan = planOf(asked);
                assert.ok(
                    plan === undefined ||
                        gpusOf(plan) === gpusOf(planOf({ ...asked, hosts: asked.hosts + more }) ?? plan),
                );
                assert.ok(plan === undefined || planOf({ ...asked, hosts: asked.hosts + more }) !== undefined);
            }),
        );
    });

    it("a smaller precision on the same GPU never needs more GPUs", () => {
        const twoPrecisions = fc
            .constantFrom(...modelList.filter(model => Object.keys(model.weights).length > 1))
            .chain(model =>
                fc.record({
                    model: fc.constant(model),
                    two: fc.shuffledSubarray(Object.keys(model.weights) as Precision[], { minLength: 2, maxLength: 2 }),
                }),
            );
        law(
            fc.property(request, twoPrecisions, (asked, { model, two }) => {
                const size = (precision: Precision): number => model.weights[precision]?.weightsGB ?? 0;
                const [small = "fp8", large = "fp8"] = [...two].sort((a, b) => size(a) - size(b));
                const one = { ...asked, model: model.name, contextTokens: 4096 };
                const plan = planOf({ ...one, precision: large });
                fc.pre(plan !== undefined && planOf({ ...one, precision: small, hosts: 16 }) !== undefined);
                const smaller = planOf({ ...one, precision: small });
                assert.ok(plan !== undefined && smaller !== undefined, `${small} does not fit where ${large} does`);
                assert.ok(gpusOf(smaller) <= gpusOf(plan));
            }),
            200,
        );
    });

    it("a longer context never holds more sequences", () => {
        law(
            fc.property(request, fc.integer({ min: 1, max: 100_000 }), (asked, more) => {
                const sequences = (plan: ServingPlan | undefined): number =>
                    plan === undefined ? 0 : Math.floor(plan.kvCacheTokens / plan.contextTokens);
                const longer = { ...fixed(asked), contextTokens: asked.contextTokens + more };
                assert.ok(sequences(planOf(longer)) <= sequences(planOf(fixed(asked))));
            }),
        );
    });

    it("a larger share of memory never leaves fewer tokens of cache", () => {
        law(
            fc.property(
                request,
                fc.double({ min: 0.5, max: 1, noNaN: true }),
                fc.double({ min: 0.5, max: 1, noNaN: true }),
                (asked, a, b) => {
                    const tokens = (share: number): number =>
                        planOf({ ...fixed(asked), memoryUtilisation: share })?.kvCacheTokens ?? 0;
                    assert.ok(tokens(Math.min(a, b)) <= tokens(Math.max(a, b)));
                },
            ),
        );
    });

    it("every plan divides the model, fits into memory, and uses GPUs that are there", () => {
        law(
            fc.property(request, fc.constantFrom(1, 2, 4, 8), (asked, dataParallel) => {
                const plan = planOf({ ...asked, dataParallel });
                const model = findModel(asked.model);
                const weights = model?.weights[asked.precision as Precision];
                fc.pre(plan !== undefined && model !== undefined && weights !== undefined);
                if (plan === undefined || model === undefined || weights === undefined) {
                    return;
                }
                assert.equal(indivisible(model, weights, plan), undefined);
                assert.ok(plan.weightsPerGpuGB <= plan.memoryUtilisation * (catalogue.gpus[plan.gpu]?.memoryGB ?? 0));
                assert.equal(plan.tensorParallel * plan.pipelineParallel * plan.dataParallel, gpusOf(plan));
                assert.ok(plan.hosts <= asked.hosts && plan.gpusPerHost <= asked.gpusPerHost);
                assert.ok(plan.kvCacheTokens >= plan.contextTokens);
            }),
        );
    });

    it("every alternative in a refusal fits when it is asked for", () => {
        law(
            fc.property(
                request,
                fc.option(fc.constantFrom(1, 2, 8, 16, 32), { nil: undefined }),
                (asked, tensorParallel) => {
                    const refused = tensorParallel === undefined ? asked : { ...asked, tensorParallel };
                    const result = fit(refused);
                    fc.pre(!result.fits);
                    const found = alternatives(refused, catalogue);
                    assert.deepEqual(
                        result.fits ? [] : result.refusal.alternatives,
                        found.map(one => one.words),
                    );
                    assert.ok(found.length <= 4);
                    found.forEach(one => assert.ok(planOf(one.request), `${one.words} does not fit`));
                },
            ),
        );
    });
});
