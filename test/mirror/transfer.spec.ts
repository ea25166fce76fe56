import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChartPin } from "../../catalog/artifact-types";
import { digestOf, putBlob, verifyImage } from "../../components/mirror/blobs";
import { archiveUrl, pullChart } from "../../components/mirror/pullChart";
import { readRecord, withImage, writeRecord } from "../../components/mirror/record";
import { type Run, runProgram, Skopeo } from "../../components/mirror/skopeo";
import { bytesText, failureLines, transfer } from "../../components/mirror/transfer";

describe("moving what a site downloads", () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "seamount-transfer-"))));
    afterEach(() => rmSync(folder, { recursive: true }));

    it("does all that it can, and tells what it could not in the end", async () => {
        const said: string[] = [];
        const task = (label: string, run: () => Promise<string>) => ({ label, run });
        const failures = await transfer(
            [
                task("a", () => Promise.resolve("1 kB")),
                task("b", () => Promise.reject(new Error("no such tag"))),
                task("c", () => Promise.resolve("2 kB")),
            ],
            line => said.push(line.replace(/[\d.]+ s$/, "0 s")),
        );
        assert.deepEqual(said, ["[1/3] a: 1 kB, 0 s", "[2/3] b: FAILED, 0 s", "[3/3] c: 2 kB, 0 s"]);
        assert.deepEqual(failureLines(failures, 3).slice(1), ["  b: no such tag"]);
        assert.deepEqual(failureLines([], 3), []);
    });

    it("finds what is missing and what was changed, at any depth, and nothing where all is well", async () => {
        const blobs = join(folder, "blobs");
        const layer = putBlob(blobs, "layer", "l");
        const config = putBlob(blobs, "config", "c");
        const manifest = putBlob(blobs, JSON.stringify({ config, layers: [layer] }), "m");
        const index = putBlob(blobs, JSON.stringify({ manifests: [manifest] }), "i");
        const good = await verifyImage(blobs, index.digest);
        assert.deepEqual(good, {
            broken: [],
            bytes: [layer, config, manifest, index].reduce((sum, { size }) => sum + size, 0),
        });
        const file = (digest: string) => join(blobs, "sha256", digest.slice(7));
        for (const { digest } of [layer, config, manifest, index]) {
            const before = readFileSync(file(digest));
            writeFileSync(file(digest), "changed");
            const changed = await verifyImage(blobs, index.digest);
            assert.deepEqual(
                changed.broken.map(({ file }) => file),
                [file(digest)],
            );
            rmSync(file(digest));
            assert.match((await verifyImage(blobs, index.digest)).broken[0]?.message ?? "", /is missing$/);
            writeFileSync(file(digest), before);
        }
    });

    it("keeps a record that is complete at any time, in one order", () => {
        assert.deepEqual(readRecord(folder), { images: [], charts: [] });
        const image = (reference: string, digest = "sha256:0") => ({ reference, digest, layout: "l", bytes: 1 });
        let record = readRecord(folder);
        for (const each of [image("b"), image("a"), image("b", "sha256:1")]) {
            record = withImage(record, each);
        }
        writeRecord(folder, record);
        assert.deepEqual(readRecord(folder).images, [image("a"), image("b", "sha256:1")]);
        writeFileSync(join(folder, "mirror.json"), "{");
        assert.throws(() => readRecord(folder), /is not what mirror:pull writes/);
    });

    it("finds a chart's archive by its repository's index, beside it or elsewhere", () => {
        const index =
            "entries: { keda: [{ version: 2.0.0, urls: [keda-2.0.0.tgz] }, { version: 1.0.0, urls: ['https://x/y.tgz'] }] }";
        const chart = (version: string) => ({ chart: "keda", version }) as ChartPin;
        assert.equal(
            archiveUrl(index, "https://charts.example/", chart("2.0.0")),
            "https://charts.example/keda-2.0.0.tgz",
        );
        assert.equal(archiveUrl(index, "https://charts.example/", chart("1.0.0")), "https://x/y.tgz");
        assert.throws(
            () => archiveUrl(index, "https://charts.example/", chart("3.0.0")),
            /no keda 3\.0\.0; its latest are 2\.0\.0, 1\.0\.0/,
        );
    });

    it("packs files of definitions into the same archive every time, and refuses a file that is another", async () => {
        const text = "kind: CustomResourceDefinition\n";
        const url = "https://example/a_b.yaml";
        const chart = {
            ...{
                name: "defs",
                chart: "defs",
                version: "1.0.0",
                packaging: "definitions",
                repository: "https://example",
            },
            ...{ definesGroups: ["example.io"], definitions: [{ url, digest: digestOf(text) }] },
        } as unknown as ChartPin;
        const answering =
            (answer: string): Run =>
            (program, args) =>
                program === "curl" ? Promise.resolve(Buffer.from(answer)) : runProgram(program, args);
        const pull = (answer: string) => pullChart({ skopeo: new Skopeo(), run: answering(answer) }, folder, chart);
        const first = await pull(text);
        assert.deepEqual(await pull(text), first);
        const listed = (await runProgram("tar", ["-tzf", join(folder, first.file)])).toString();
        assert.match(listed, /^defs\/Chart\.yaml$/m);
        assert.match(listed, /^defs\/crds\/a_b\.yaml$/m);
        await assert.rejects(pull("other"), /has the digest sha256:/);
    });

    it("tells what a program said, and which program is missing", async () => {
        const complain = `echo 'time="x" level=fatal msg="no \\"tag\\""' >&2; exit 3`;
        await assert.rejects(runProgram("sh", ["-c", complain]), { message: 'no "tag"' });
        await assert.rejects(runProgram("seamount-no-such-program", []), /not on the PATH: install it/);
        await assert.rejects(runProgram("sh", ["-c", "exit 3"]), /ended with 3/);
    });

    it("writes bytes for people", () => {
        assert.deepEqual([0, 999, 1000, 12_345_678].map(bytesText), ["0 B", "999 B", "1.0 kB", "12.3 MB"]);
    });
});
