import assert from "node:assert/strict";
import { catalogue } from "../../catalog";
import { everyPlan } from "../../components/planning/evaluate";
import { asked, planOf, refusalOf } from "./requests";

describe("fit, by engine", () => {
    it("refuses GPUs of makers that an engine does not run on", () => {
        assert.match(
            refusalOf({ engine: "vllm-ascend", precision: "bf16", hosts: 2 }).sentence,
            /vllm-ascend runs on GPUs of Huawei, and H200 is NVIDIA's/,
        );
        const ascend = { engine: "sglang", gpu: "Ascend-910C", gpusPerHost: 16, precision: "int8" } as const;
        assert.equal(refusalOf(ascend).limit, "engine");
    });

    it("refuses what an engine cannot do, in its own words", () => {
        const several = refusalOf({ engine: "trtllm", hosts: 2, tensorParallel: 16 });
        assert.equal(several.limit, "engine");
        assert.match(several.sentence, /several hosts through MPI alone.*: use tensor parallel 8 on 8 × H200\./);
        assert.match(refusalOf({ engine: "triton", apart: true }).sentence, /Triton hands no KV cache/);
    });

    it("lays a model out only as its engine can", () => {
        for (const engine of ["trtllm", "triton"] as const) {
            const plans = [1, 2, 4, 8].flatMap(dataParallel =>
                everyPlan(asked({ engine, hosts: 4, dataParallel }), catalogue),
            );
            assert.ok(plans.some(({ dataParallel }) => dataParallel === 8));
            assert.ok(plans.every(({ hosts }) => hosts === 1));
            assert.ok(plans.every(plan => plan.dataParallel === 1 || plan.tensorParallel === 1));
        }
        const mixed = everyPlan(asked({ engine: "vllm", dataParallel: 4 }), catalogue);
        assert.ok(mixed.some(plan => plan.dataParallel === 4 && plan.tensorParallel === 2));
        const dense = { model: "deepseek-r1-distill-llama-70b", precision: "bf16", dataParallel: 2 };
        assert.match(refusalOf({ ...dense, engine: "sglang" }).sentence, /mixtures of experts alone/);
        assert.equal(planOf({ ...dense, engine: "vllm" }).dataParallel, 2);
    });
});
