import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What the tests read of an image's manifest, and of the layout's index. */
interface Manifest {
    readonly config: { readonly digest: string };
    readonly layers: readonly { readonly digest: string; readonly size: number; readonly mediaType: string }[];
}

const layoutPy = (...words: string[]): string => {
    const { status, stdout, stderr } = spawnSync("python3", ["local/bed/cluster/layout.py", ...words], {
        encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    return stdout;
};

describe("a layout of many images", function () {
    let folder = "";
    const at = (...parts: string[]): string => join(folder, ...parts);
    const blob = (layout: string, digest: string): Buffer =>
        readFileSync(at(layout, "blobs/sha256", digest.replace("sha256:", "")));
    const json = (layout: string, digest: string): unknown => JSON.parse(blob(layout, digest).toString());
    const manifest = (layout: string, digest: string): Manifest => json(layout, digest) as Manifest;
    const digests = (layout: string): Record<string, string> =>
        JSON.parse(layoutPy("digests", at(layout))) as Record<string, string>;

    const makeRoot = (name: string, contents: string): void => {
        mkdirSync(at(name, "bin"), { recursive: true });
        writeFileSync(at(name, "bin/program"), contents, { mode: 0o755 });
    };

    before("zstd packs the layers", function () {
        if (spawnSync("zstd", ["--version"]).status !== 0) this.skip();
    });

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "seamount-layout-"));
        makeRoot("one", "one\n");
        makeRoot("two", "two\n");
        ["layout", "again"].forEach(name => mkdirSync(at(name)));
    });

    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it("holds a layer that two images share once, and every blob under its digest", () => {
        layoutPy("add", at("layout"), "registry.example/a:1", "", "/bin/program", at("one"));
        layoutPy("add", at("layout"), "registry.example/b:1", "1:1", "/bin/program", at("one"), at("two"));
        const found = digests("layout");
        assert.deepEqual(Object.keys(found), ["registry.example/a:1", "registry.example/b:1"]);
        const [a, b] = Object.values(found).map(digest => manifest("layout", digest));
        assert.equal(a?.layers.length, 1);
        assert.deepEqual(b?.layers[0], a?.layers[0]);
        assert.notEqual(b?.layers[1]?.digest, a?.layers[0]?.digest);
        // Two manifests, two configurations and two layers.
        const blobs = readdirSync(at("layout/blobs/sha256"));
        assert.equal(blobs.length, 6);
        for (const name of blobs) {
            const bytes = readFileSync(at("layout/blobs/sha256", name));
            assert.equal(createHash("sha256").update(bytes).digest("hex"), name);
        }
    });

    it("says of a layer what its unpacked bytes are", () => {
        layoutPy("add", at("layout"), "registry.example/a:1", "65535:65535", "/bin/program", at("one"));
        const { config, layers } = manifest("layout", digests("layout")["registry.example/a:1"] ?? "");
        const { config: settings, rootfs } = json("layout", config.digest) as {
            config: { Entrypoint: string[]; User: string };
            rootfs: { diff_ids: string[] };
        };
        const packed = blob("layout", layers[0]?.digest ?? "");
        assert.equal(layers[0]?.size, packed.length);
        assert.equal(layers[0]?.mediaType, "application/vnd.oci.image.layer.v1.tar+zstd");
        const plain = spawnSync("zstd", ["-q", "-d", "-c"], { input: packed }).stdout;
        assert.deepEqual(rootfs.diff_ids, [`sha256:${createHash("sha256").update(plain).digest("hex")}`]);
        assert.match(spawnSync("tar", ["-t"], { input: plain, encoding: "utf8" }).stdout, /^bin\/program$/m);
        assert.deepEqual([settings.Entrypoint, settings.User], [["/bin/program"], "65535:65535"]);
    });

    it("has the same digests for the same files, whenever they were written", () => {
        layoutPy("add", at("layout"), "registry.example/a:1", "", "/bin/program", at("one"));
        rmSync(at("one.layer.json"));
        utimesSync(at("one/bin/program"), 1, 1);
        layoutPy("add", at("again"), "registry.example/a:1", "", "/bin/program", at("one"));
        assert.deepEqual(digests("again"), digests("layout"));
    });

    it("puts a new image in the place of the old one of the same name", () => {
        layoutPy("add", at("layout"), "registry.example/a:1", "", "/bin/program", at("one"));
        const before = digests("layout")["registry.example/a:1"];
        layoutPy("add", at("layout"), "registry.example/a:1", "", "/bin/program", at("two"));
        assert.deepEqual(Object.keys(digests("layout")), ["registry.example/a:1"]);
        assert.notEqual(digests("layout")["registry.example/a:1"], before);
    });
});
