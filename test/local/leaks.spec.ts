import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { leaks } from "../e2e/secrets";

// The search for secrets proves something only if it finds them.
describe("the search for secrets", () => {
    const secret = fc.string({ minLength: 24, maxLength: 60, unit: fc.constantFrom(..."abcXYZ019+/=- ") });
    const around = fc.string({ maxLength: 40 });

    const hidings: Record<string, (before: string, hidden: string, after: string) => string> = {
        "as it is": (before, hidden, after) => before + hidden + after,
        "in JSON": (before, hidden, after) => JSON.stringify({ key: before + hidden + after }),
        "in base64 with text before and after": (before, hidden, after) =>
            Buffer.from(before + hidden + after).toString("base64"),
    };
    for (const [name, hide] of Object.entries(hidings)) {
        it(`finds one ${name}`, () => {
            fc.assert(
                fc.property(around, secret, around, (before, hidden, after) =>
                    assert.deepEqual(leaks(hide(before, hidden, after), { key: hidden }), ["key"]),
                ),
            );
        });
    }

    it("finds a PEM key by its data", () => {
        const pem = "-----BEGIN KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50\n-----END KEY-----\n";
        assert.deepEqual(leaks(`x ${pem.split("\n").join(" ")} y`, { pem }), ["pem"]);
    });

    it("finds nothing where there is nothing", () => {
        assert.deepEqual(leaks("a text without it", { key: "correct horse battery staple" }), []);
    });
});
