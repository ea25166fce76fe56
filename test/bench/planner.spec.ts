import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { anchors } from "../../bench/planner/anchors";
import { readMeasurements, ringPieces } from "../../bench/planner/measurements";
import { predictSeconds } from "../../bench/planner/predict";
import { anchorsReport, comparePieces, piecesReport, tolerance } from "../../bench/planner/report";

const committed = readMeasurements(join(__dirname, "../../bench/planner/measured/h200.json"));

describe("the planner beside measurements", () => {
    it("has kernels that compute what they should: errors of 16-bit results, and no more", () => {
        Object.values(committed.errors).forEach(error => assert.ok(error < 0.01));
    });

    it("predicts every piece of the committed file, and three quarters of the model's own within 15 %", () => {
        const compared = comparePieces(committed, "H200");
        assert.equal(compared.length, committed.pieces.length);
        const own = compared.filter(one => !one.other);
        const right = own.filter(one => Math.abs(one.ratio - 1) <= tolerance);
        assert.ok(own.length >= 70 && right.length / own.length >= 0.75, `${right.length} of ${own.length}`);
        own.forEach(one => assert.ok(one.ratio > 0.55 && one.ratio < 1.3, `${one.what} ${one.sizes}: ${one.ratio}`));
    });

    it("predicts what was published and not fitted within the factor that the documents tell", () => {
        anchors.forEach(anchor => {
            const ratio = anchor.predict() / anchor.published;
            assert.ok(ratio > 0.5 && ratio < 1.5, `${anchor.name}: ${ratio}`);
            assert.ok(!anchor.fitted || Math.abs(ratio - 1) <= tolerance, `${anchor.name}: ${ratio}`);
        });
    });

    it("prints both as tables of as many rows", () => {
        const pieces = comparePieces({ ...committed, pieces: [...committed.pieces, ...ringPieces("H200")] }, "H200");
        const rows = (text: string): number =>
            text.split("\n").filter(line => /^\| (?!---|piece|published)/.test(line)).length;
        assert.equal(rows(piecesReport(committed, pieces)), committed.pieces.length + 2);
        assert.equal(rows(anchorsReport(anchors)), anchors.length);
        assert.match(piecesReport({ ...committed, pieces: [] }, []), /No piece of the model was measured/);
    });

    it("leaves out pieces and GPUs that it does not know", () => {
        assert.equal(predictSeconds({ piece: "sampling", kernel: "none", seconds: 1 }, "H200"), undefined);
        assert.equal(
            predictSeconds({ piece: "head", kernel: "none", seconds: 1, tokens: 1 }, "no such GPU"),
            undefined,
        );
        assert.deepEqual(ringPieces("T4"), []);
    });

    it("refuses a file that is none of its own by its path", () => {
        const folder = mkdtempSync(join(tmpdir(), "seamount-bench-"));
        try {
            const file = join(folder, "other.json");
            writeFileSync(file, '{"gpu": "NVIDIA H200"}');
            assert.throws(() => readMeasurements(file), /other\.json is not a file of bench\/planner\/measure\.py/);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});
