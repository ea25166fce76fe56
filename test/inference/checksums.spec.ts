import * as assert from "node:assert/strict";
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { checksumLines, checksumManifest, verifyScript } from "../../components/inference/checksums";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("the checksum manifest", () => {
    it("is read as sha256sum writes it, in text and binary mode, with Windows line ends", () => {
        const a = sha256("a");
        assert.deepEqual(checksumLines(`${a}  x/a b.bin\r\n\n${a} *c\n`), [
            { digest: a, path: "x/a b.bin" },
            { digest: a, path: "c" },
        ]);
    });

    it("reports every bad line at once, with its number", () => {
        const text = `${sha256("a")}  /etc/passwd\nnonsense\n${sha256("a")}  a/../../b\n`;
        assert.throws(
            () => checksumLines(text),
            ({ message }: Error) => /line 1: .*inside.*line 2: .*nonsense.*line 3: .*inside/.test(message),
        );
        assert.throws(() => checksumLines("\n"), /empty/);
    });

    it("survives being written and read again", () => {
        const path = fc.stringMatching(/^[a-z0-9][a-z0-9 ._-]{0,20}$/);
        fc.assert(
            fc.property(fc.array(path, { minLength: 1 }), paths => {
                const text = paths.map(p => `${sha256(p)}  ${p}\n`).join("");
                assert.equal(checksumManifest(text), text);
                assert.equal(checksumManifest(checksumManifest(text)), text);
            }),
        );
    });
});

describe("verify-weights", () => {
    const content = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`part ${i}/model-${i}`, `content ${i}`]));
    const manifest = checksumManifest(
        Object.entries(content)
            .map(([path, text]) => `${sha256(text)}  ${path}`)
            .join("\n"),
    );
    let root = "";

    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), "seamount-weights-"));
        ["etc", "weights", "tmp"].forEach(folder => mkdirSync(join(root, folder)));
        for (const [path, text] of Object.entries(content)) {
            mkdirSync(join(root, "weights", path, ".."), { recursive: true });
            writeFileSync(join(root, "weights", path), text);
        }
        writeFileSync(join(root, "etc/SHA256SUMS"), manifest);
    });
    afterEach(() => rmSync(root, { recursive: true }));

    /** Runs the real script on folders of the test. */
    function verify(readers: number): SpawnSyncReturns<string> {
        const script = verifyScript(readers)
            .replaceAll("/etc/seamount/checksums", join(root, "etc"))
            .replaceAll("cd /weights", `cd ${join(root, "weights")}`)
            .replaceAll("/tmp/part.", join(root, "tmp/part."));
        return spawnSync("/bin/sh", ["-c", script], { encoding: "utf8" });
    }

    for (const readers of [1, 3, 8, 32]) {
        it(`passes good weights with ${readers} readers, a line a file`, () => {
            const { status, stdout, stderr } = verify(readers);
            assert.equal(status, 0, stderr);
            assert.equal(stdout.match(/: OK$/gm)?.length, 7);
            assert.match(stdout, /all 7 files are what the manifest says\n$/);
        });
    }

    it("fails on one changed byte, names the file, and says what to do", () => {
        writeFileSync(join(root, "weights/part 5/model-5"), "content 6");
        const { status, stdout, stderr } = verify(3);
        assert.equal(status, 1);
        assert.match(stdout, /part 5\/model-5: FAILED/);
        assert.match(stderr, /Copy the files named above to the host again/);
    });

    it("fails on a missing file", () => {
        rmSync(join(root, "weights/part 2/model-2"));
        const { status, stdout } = verify(2);
        assert.equal(status, 1);
        assert.match(stdout, /part 2\/model-2: FAILED open or read/);
    });

    it("fails on a manifest with a bad line, even beside good ones", () => {
        writeFileSync(join(root, "etc/SHA256SUMS"), `${manifest}not a checksum\n`);
        assert.equal(verify(2).status, 1);
    });
});
