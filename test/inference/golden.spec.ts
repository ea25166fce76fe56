import * as assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { goldenSite, goldenSites, goldenText } from "../golden-sites/render";

const update = process.env.UPDATE_GOLDEN === "1";

describe("the objects of golden sites", function () {
    this.timeout(60_000);
    for (const name of goldenSites) {
        it(`are those of ${name}.rendered.yaml`, async () => {
            const file = join(__dirname, "../golden-sites", `${name}.rendered.yaml`);
            const text = await goldenText(goldenSite(name));
            if (update) {
                writeFileSync(file, text);
            }
            assert.ok(existsSync(file), "it is not there: UPDATE_GOLDEN=1 writes it");
            assert.equal(text, readFileSync(file, "utf8"), "look at the difference; UPDATE_GOLDEN=1 writes it anew");
        });
    }
});
