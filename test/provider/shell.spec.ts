import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { assemble, readAnswer, section, shellQuote, step } from "../../provider/shell";
import { runHere } from "./fakes";

const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom("'", '"', "\\", "$", "`", "\n", "!", "*", " ", "a", "é") }),
);

describe("shellQuote", () => {
    it("survives a real shell, whatever the text", () => {
        const law = fc.property(
            fc.array(
                text.map(t => t.replaceAll("\0", "")),
                { maxLength: 20 },
            ),
            words => {
                const script = `for word in ${words.map(shellQuote).join(" ")}; do printf '%s\\0' "$word"; done`;
                const { stdout } = spawnSync("sh", ["-s"], { input: script });
                assert.deepEqual(stdout, Buffer.from(words.map(word => `${word}\0`).join("")));
            },
        );
        fc.assert(law, { numRuns: 60 });
    });

    it("refuses NUL, which no word can hold", () => {
        assert.throws(() => shellQuote("a\0b"), /NUL/);
    });
});

describe("a script", () => {
    it("answers in sections, and says its end", async () => {
        const script = assemble([section("one"), "echo first", step("a 'quoted' step"), section("two"), "cat"]);
        const answer = readAnswer((await runHere(script.text)).stdout, script.mark);
        assert.deepEqual(
            [...answer.sections],
            [
                ["begin", []],
                ["one", ["first"]],
                ["two", []],
            ],
        );
        assert.equal(answer.lastStep, "a 'quoted' step");
        assert.equal(answer.complete, true);
    });

    it("is not complete when a command failed", async () => {
        const script = assemble(["echo before", "false", "echo after"]);
        const result = await runHere(script.text);
        assert.notEqual(result.status, 0);
        assert.equal(readAnswer(result.stdout, script.mark).complete, false);
        assert.ok(!result.stdout.includes("after"));
    });

    it("runs nothing when it was cut off anywhere", async () => {
        const { text: whole } = assemble(["echo ran"]);
        const cuts = [...whole.matchAll(/\n/g)].map(({ index }) => index).slice(0, -2);
        for (const cut of cuts) {
            assert.equal((await runHere(whole.slice(0, cut + 1))).stdout, "", `cut at ${cut}`);
        }
    });

    it("cannot have its marks forged by what it prints", () => {
        const answer = readAnswer("m section a\nother end -\nm2 end -\n", "m");
        assert.equal(answer.complete, false);
        assert.deepEqual(answer.sections.get("a"), ["other end -", "m2 end -"]);
    });
});
