import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { characters, checkInputs, DEFAULT_SPECIALS, encodeId, shuffled } from "../../local/standins/random/generate";
import { Properties } from "../../local/standins/values";

const rules = fc.record({
    minLower: fc.integer({ min: 0, max: 4 }),
    minUpper: fc.integer({ min: 0, max: 4 }),
    minNumeric: fc.integer({ min: 0, max: 4 }),
    minSpecial: fc.integer({ min: 0, max: 4 }),
    length: fc.integer({ min: 16, max: 40 }),
});

function count(text: string, pattern: RegExp): number {
    return (text.match(pattern) ?? []).length;
}

describe("stand-in for random", () => {
    it("keeps the length and the least number of each class", () => {
        fc.assert(
            fc.property(rules, inputs => {
                const text = characters(inputs);
                assert.equal(text.length, inputs.length);
                assert.ok(count(text, /[a-z]/g) >= inputs.minLower);
                assert.ok(count(text, /[A-Z]/g) >= inputs.minUpper);
                assert.ok(count(text, /[0-9]/g) >= inputs.minNumeric);
                assert.ok(count(text, /[^a-zA-Z0-9]/g) >= inputs.minSpecial);
                assert.ok([...text.replace(/[a-zA-Z0-9]/g, "")].every(char => DEFAULT_SPECIALS.includes(char)));
            }),
        );
    });

    it("uses no class that is switched off, and only the specials that are given", () => {
        const text = characters({ length: 200, upper: false, numeric: false, overrideSpecial: "-" });
        assert.match(text, /^[a-z-]+$/);
        assert.match(characters({ length: 200, special: false }), /^[a-zA-Z0-9]+$/);
    });

    it("shuffles: the same items, not always in the same order", () => {
        const items = [1, 2, 3, 4, 5, 6, 7, 8];
        assert.deepEqual([...shuffled(items)].sort(), items);
        assert.deepEqual(
            shuffled(items, below => below - 1),
            [...items].reverse(),
        );
    });

    it("refuses what cannot be", () => {
        const reasons = (kind: string, inputs: Properties): readonly string[] =>
            checkInputs(kind, inputs).map(({ property, reason }) => `${property}: ${reason}`);
        assert.deepEqual(reasons("RandomPassword", { length: 4, minLower: 3, minUpper: 2 }), [
            "length: length is 4, but the least numbers of characters add up to 5",
        ]);
        assert.deepEqual(reasons("RandomString", {}), ["length: length is required"]);
        assert.deepEqual(reasons("RandomInteger", { min: 2, max: 1 }), ["min: min is greater than max"]);
        assert.deepEqual(reasons("RandomId", { byteLength: 8 }), []);
    });

    it("writes an id in all its forms", () => {
        assert.deepEqual(encodeId(Buffer.from([0xff, 0xef, 0x01]), "p-"), {
            id: "_-8B",
            outputs: { b64Std: "p-/+8B", b64Url: "p-_-8B", hex: "p-ffef01", dec: "p-16772865" },
        });
    });
});
