import assert from "node:assert/strict";
import fc from "fast-check";
import { editDistance, nearest } from "../../components/site/nearest";
import { expandRange, longestRange } from "../../components/site/range";

function values(text: string): readonly string[] {
    const range = expandRange(text);
    assert.ok("values" in range, JSON.stringify(range));
    return range.values;
}

function problem(text: string): string {
    const range = expandRange(text);
    assert.ok("problem" in range, `${text} was accepted`);
    return range.problem;
}

describe("ranges", () => {
    it("expand with leading zeros, without them, and with gaps", () => {
        assert.deepEqual(values("gpu-[08-11]"), ["gpu-08", "gpu-09", "gpu-10", "gpu-11"]);
        assert.deepEqual(values("10.0.0.[9-11]"), ["10.0.0.9", "10.0.0.10", "10.0.0.11"]);
        assert.deepEqual(values("n[1-2,5]b"), ["n1b", "n2b", "n5b"]);
        assert.deepEqual(values("[0-1]"), ["0", "1"]);
        assert.deepEqual(values("plain"), ["plain"]);
    });

    const wrong: readonly (readonly [string, RegExp])[] = [
        ["gpu-[01-16", /not a range: write one pair of brackets/],
        ["gpu-01]", /not a range/],
        ["gpu-[[1-2]]", /not a range/],
        ["a[1-2]b[1-2]", /not a range/],
        ["gpu-[]", /not a range/],
        ["gpu-[1-2-3]", /not a range/],
        ["gpu-[a-b]", /not a range/],
        ["gpu-[-1-2]", /not a range/],
        ["gpu-[16-01]", /runs backwards, write \[01-16\]/],
        ["gpu-[01-100]", /different numbers of digits/],
        ["gpu-[1-1025]", /more than 1024 values/],
        ["gpu-[1-999999999]", /more than 1024 values/],
        ["gpu-[1-1000,2001-2025]", /more than 1024 values/],
        ["gpu-[1-9999999999999]", /not a range/],
        ["gpu-[1-3,2]", /names 2 twice/],
    ];
    for (const [text, message] of wrong) {
        it(`refuses ${text}`, () => assert.match(problem(text), message));
    }

    it("law: as many values as numbers, all different, each giving its number back", () => {
        const affix = fc.stringMatching(/^[a-z.:-]{0,8}$/);
        const span = fc.tuple(fc.nat(900_000), fc.nat(longestRange - 1), fc.nat(9));
        fc.assert(
            fc.property(affix, span, affix, (prefix, [from, more, width], suffix) => {
                const write = (number: number): string => String(number).padStart(width, "0");
                const [first, last] = [write(from), write(from + more)];
                fc.pre(first.length === last.length || !first.startsWith("0") || first === "0");
                const all = values(`${prefix}[${first}-${last}]${suffix}`);
                assert.equal(all.length, more + 1);
                assert.equal(new Set(all).size, all.length);
                all.forEach((value, index) => {
                    const number = value.slice(prefix.length, value.length - suffix.length);
                    assert.equal(prefix + number + suffix, value);
                    assert.equal(Number(number), from + index);
                });
                assert.equal(all[0], prefix + first + suffix);
                assert.equal(all[more], prefix + last + suffix);
            }),
        );
    });

    it("law: any text gives values or a problem, at once", () => {
        const text = fc.stringMatching(/^[a-z0-9[\],-]{0,30}$/);
        fc.assert(
            fc.property(fc.oneof(text, fc.string()), input => {
                const range = expandRange(input);
                assert.ok("problem" in range ? range.problem.length > 0 : range.values.length <= longestRange);
            }),
        );
    });
});

describe("nearest name", () => {
    it("is found across slips of the finger, and not across different words", () => {
        const known = ["address", "name", "role"];
        assert.equal(nearest("adress", known), "address");
        assert.equal(nearest("nmae", known), "name");
        assert.equal(nearest("ROLE", known), "role");
        assert.equal(nearest("colour-of-the-rack", known), undefined);
        assert.equal(nearest("a".repeat(100_000), known), undefined);
        assert.equal(editDistance("ab", "ba"), 1);
    });

    it("law: distance is symmetric, zero for equal words only, and within the longer word", () => {
        const word = fc.string({ maxLength: 12 });
        fc.assert(
            fc.property(word, word, (one, other) => {
                const distance = editDistance(one, other);
                assert.equal(distance, editDistance(other, one));
                assert.equal(distance === 0, one === other);
                assert.ok(distance <= Math.max(one.length, other.length));
            }),
        );
    });
});
