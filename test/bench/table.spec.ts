import { strict as assert } from "node:assert";
import fc from "fast-check";
import { report, spread } from "../../bench/table";

const once = (seconds: number) => ({ seconds: [seconds], connections: 1, sessions: 2 });

describe("table of the benchmark", () => {
    it("finds the middle of odd and even counts", () => {
        assert.deepEqual(spread([3, 1, 2]), { min: 1, median: 2, max: 3 });
        assert.deepEqual(spread([4, 1, 2, 3]), { min: 1, median: 2.5, max: 4 });
        assert.throws(() => spread([]), /nothing was measured/);
    });

    it("keeps the middle between the ends, whatever the order", () => {
        fc.assert(
            fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }), values => {
                const { min, median, max } = spread(values);
                assert.ok(min <= median && median <= max);
                assert.deepEqual(spread([...values].reverse()), { min, median, max });
            }),
        );
    });

    it("divides each median by that of the first way, and leaves out what a way did not do", () => {
        const runs = { seconds: [30, 10, 20], connections: 4, sessions: 5 };
        const rows = report({ ours: { up: once(2.5), look: once(1) }, theirs: { up: runs } })
            .split("\n")
            .slice(2);
        assert.deepEqual(rows, [
            "| up | ours | 2.5 | 1.0 | 1 | 2 |",
            "| up | theirs | 20 (10 to 30, 3 runs) | 8.0 | 4 | 5 |",
            "| look | ours | 1.0 | 1.0 | 1 | 2 |",
        ]);
    });

    it("says no ratio where the first way has no figure", () => {
        assert.match(report({ ours: {}, theirs: { up: once(2) } }), /\| up \| theirs \| 2\.0 \| {2}\| 1 \| 2 \|$/);
    });
});
