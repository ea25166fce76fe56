import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { driftMetrics } from "../../components/host/driftMetrics";
import { lookFragment, lookScript } from "../../provider/look";
import { DRIFT_PROGRAM, LOOK_RECORD, LOOK_SCRIPT } from "../../provider/lookPaths";

describe("drift as a metric", () => {
    const folder = mkdtempSync(join(tmpdir(), "seamount-look-"));
    const files = { [`${folder}/a b`]: { content: "one\n" }, [`${folder}/"q"`]: { content: "two\n" } };
    const metrics = driftMetrics({ textfileDirectory: folder });
    const program = (metrics.files?.[DRIFT_PROGRAM]?.content ?? "")
        .replaceAll(LOOK_RECORD, join(folder, "recorded"))
        .replaceAll(LOOK_SCRIPT, join(folder, "look"))
        .replaceAll("/run/seamount-metal.lock", join(folder, "lock"))
        .replaceAll("/run/", `${folder}/`);
    const run = (...args: readonly string[]) => {
        execFileSync("sh", ["-s", "-", ...args], { input: program });
        return readFileSync(join(folder, "seamount.prom"), "utf8");
    };

    before(() => {
        for (const [path, { content }] of Object.entries(files)) writeFileSync(path, content);
        writeFileSync(join(folder, "look"), lookScript({ files }));
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    it("is none right after it was recorded", () => {
        const text = run("--record");
        assert.match(text, /^seamount_drift_items 0$/m);
        assert.match(text, /^seamount_drift_checked_timestamp_seconds \d{10}$/m);
        assert.doesNotMatch(text, /^seamount_drift\{/m);
    });

    it("names each item that is not as it was, and none other, until it is put right", () => {
        const path = `${folder}/"q"`;
        writeFileSync(path, "other\n");
        const drifted = run();
        assert.ok(drifted.includes(`seamount_drift{kind="files",item="${path.replaceAll('"', '\\"')}"} 1\n`), drifted);
        assert.match(drifted, /^seamount_drift_items 1$/m);
        rmSync(`${folder}/a b`);
        assert.match(run(), /^seamount_drift_items 2$/m);
        for (const [name, { content }] of Object.entries(files)) writeFileSync(name, content);
        assert.match(run(), /^seamount_drift_items 0$/m);
    });

    it("is left by changes of hosts that have the program, and by no others", () => {
        assert.deepEqual(lookFragment({ files }), []);
        assert.match(lookFragment({ ...metrics }).join("\n"), /drift --record/);
    });

    it("holds nothing of what items should be", () => {
        assert.doesNotMatch(lookScript({ files: { "/etc/key": { content: "hunter2" } } }), /hunter2/);
    });
});
