import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { apiKeyMap } from "../../components/inference/apiKey";

describe("apiKeyMap", () => {
    it("is one line that nginx cannot read in another way", () => {
        const printable = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map(c => String.fromCharCode(c)) });
        fc.assert(
            fc.property(printable, rest => {
                const line = apiKeyMap(`${"k".repeat(32)}${rest}`);
                const [, pattern = ""] =
                    /^"~(\^\[Bb\]earer \+(?:[A-Za-z0-9]|\\x[0-9a-f]{2})+\$)" 1;\n$/.exec(line) ?? [];
                const regex = new RegExp(pattern);
                assert.ok(regex.test(`Bearer ${"k".repeat(32)}${rest}`));
                assert.ok(!regex.test(`Bearer ${"k".repeat(32)}${rest}x`));
                assert.ok(!regex.test(`Bearer ${"K".repeat(32)}${rest}`));
            }),
        );
    });

    it("refuses a short key and one that no header can carry, without quoting it", () => {
        assert.throws(
            () => apiKeyMap("hunter2"),
            ({ message }: Error) => /7 characters/.test(message) && !/hunter/.test(message),
        );
        const spaced = `${"k".repeat(32)} s3cret`;
        assert.throws(
            () => apiKeyMap(spaced),
            ({ message }: Error) => /printable/.test(message) && !/s3cret/.test(message),
        );
    });
});
