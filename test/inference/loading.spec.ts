import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { engines } from "../../components/inference/engines/registry";
import { loadTimes } from "../../components/inference/loading";
import { r1 } from "./fixtures";

describe("loadTimes", () => {
    it("never shortens when the weights grow", () => {
        const size = fc.double({ min: 0.001, max: 2000, noNaN: true });
        fc.assert(
            fc.property(size, size, (a, b) => {
                const total = (weightsGB: number): number =>
                    loadTimes({ ...r1.plan, weightsGB }, r1.model, engines.vllm).total;
                assert.ok(a > b || total(a) <= total(b));
            }),
        );
    });
});
