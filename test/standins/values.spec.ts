import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { changesBetween, formatPath, withoutPaths } from "../../local/standins/diff";
import { hasUnknown, Json, markSecrets, reveal, same, secret, UNKNOWN } from "../../local/standins/values";

const leaf: fc.Arbitrary<Json> = fc.oneof(fc.string(), fc.integer(), fc.boolean());
const { json } = fc.letrec<{ json: Json }>(tie => ({
    json: fc.oneof(
        { depthSize: "small" },
        leaf,
        fc.array(tie("json"), { maxLength: 3 }),
        fc.dictionary(fc.stringMatching(/^[a-z.]{1,4}$/), tie("json"), { maxKeys: 3 }),
    ),
}));

describe("stand-ins: property values", () => {
    it("reveals what was marked secret, at any depth", () => {
        fc.assert(fc.property(json, value => same(reveal({ a: [secret(value)] }), { a: [value] })));
    });

    it("marks exactly what is secret in the model", () => {
        const marked = markSecrets({ data: { a: "1", b: "2" }, list: ["x"] }, { data: { a: secret("1"), b: "2" } });
        assert.deepEqual(marked, { data: { a: secret("1"), b: "2" }, list: ["x"] });
    });

    it("finds an unknown value inside lists and objects", () => {
        assert.ok(hasUnknown({ a: [{ b: UNKNOWN }] }));
        assert.ok(!hasUnknown({ a: [{ b: "known" }] }));
    });
});

describe("stand-ins: diff", () => {
    const compare = (a: Json, b: Json): ReadonlyMap<string, unknown> =>
        changesBetween(a, b, { replaces: ([top]) => top === "triggers" });

    it("sees no change between a value and itself, and some between different values", () => {
        fc.assert(fc.property(json, value => compare(value, value).size === 0));
        fc.assert(fc.property(json, json, (a, b) => same(a, b) === (compare(a, b).size === 0)));
    });

    it("names the deepest place that changed", () => {
        assert.deepEqual(
            [
                ...compare(
                    { spec: { ports: [{ port: 80 }], a: 1 }, triggers: [1] },
                    { spec: { ports: [{ port: 81 }] }, triggers: [2] },
                ),
            ],
            [
                ["spec.ports[0].port", { kind: "update", replace: false }],
                ["spec.a", { kind: "delete", replace: false }],
                ["triggers[0]", { kind: "update", replace: true }],
            ],
        );
    });

    it("quotes keys that are no identifiers", () => {
        assert.equal(
            formatPath(["metadata", "labels", "app.kubernetes.io/name", 0]),
            'metadata.labels["app.kubernetes.io/name"][0]',
        );
    });

    it("leaves out ignored paths and all below them, but not their namesakes", () => {
        const changes = compare({ spec: { replicas: 1, replicasMax: 1 } }, { spec: { replicas: 2, replicasMax: 2 } });
        assert.deepEqual([...withoutPaths(changes as never, ["spec.replicas"]).keys()], ["spec.replicasMax"]);
    });
});
