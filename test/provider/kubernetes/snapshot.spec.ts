import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { outdated, SnapshotCheck } from "../../../provider/kubernetes/controlPlane/snapshot";

const sha256 = (data: Buffer) => createHash("sha256").update(data).digest();

/** A snapshot as etcd writes it: pages, then their hash. */
const snapshot = (pages: number, fill: number): Buffer => {
    const data = Buffer.alloc(pages * 512, fill);
    return Buffer.concat([data, sha256(data)]);
};

function problemOf(chunks: readonly Buffer[], bytes: number, sum: string): string | undefined {
    const check = new SnapshotCheck();
    chunks.forEach(chunk => check.add(chunk));
    return check.problem(bytes, sum);
}

describe("snapshot of etcd", () => {
    it("is whole however it was cut into parts", () => {
        const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 12 });
        fc.assert(
            fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(255), sizes, (pages, fill, cuts) => {
                const whole = snapshot(pages, fill);
                const chunks: Buffer[] = [];
                let at = 0;
                for (const size of [...cuts, whole.length]) {
                    chunks.push(whole.subarray(at, at + size));
                    at += size;
                }
                assert.equal(problemOf(chunks, whole.length, sha256(whole).toString("hex")), undefined);
            }),
        );
    });

    it("is not, with any byte of it changed before it came here", () => {
        fc.assert(
            fc.property(fc.integer({ min: 1, max: 4 }), fc.nat(), (pages, position) => {
                const whole = snapshot(pages, 7);
                const [bytes, sum] = [whole.length, sha256(whole).toString("hex")];
                whole.writeUInt8(whole.readUInt8(position % bytes) ^ 1, position % bytes);
                assert.equal(problemOf([whole], bytes, sum), "its bytes here are not those there");
                // Also where it was like that on the host already.
                const there = sha256(whole).toString("hex");
                assert.equal(problemOf([whole], bytes, there), "etcd's own hash at its end does not fit");
            }),
        );
    });

    it("is not, where a part is missing", () => {
        const whole = snapshot(3, 1);
        assert.equal(
            problemOf([whole.subarray(0, 600)], whole.length, sha256(whole).toString("hex")),
            "it has 600 bytes here, and 1568 there",
        );
    });

    it("is kept with thirteen others of its cluster, and others' are not counted", () => {
        const own = Array.from({ length: 16 }, (_, day) => `prod-202601${String(day + 10)}T000000Z.db`);
        const others = ["prod-eu-20260101T000000Z.db", "notes.txt", "prod-20260101T000000Z.db.part"];
        assert.deepEqual(outdated([...others, ...own].reverse(), "prod"), own.slice(0, 2));
    });
});
