import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
    closeSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    openSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChartPin } from "../../catalog/artifact-types";
import { digestOf } from "../../components/mirror/blobs";
import { CHART_LAYER, pullChart } from "../../components/mirror/pullChart";
import { pushChart } from "../../components/mirror/push";
import { readRecord } from "../../components/mirror/record";
import { runProgram, Skopeo } from "../../components/mirror/skopeo";
import { Layout } from "./mirror/images";
import { installSkopeo, makeCertificate, programsFolder, Registry } from "./mirror/registry";
import { writeProject } from "./mirror/stack";
import { must, type Result, root, run, stackTrace } from "./shell";

describe("a mirror of what a site downloads", function () {
    this.timeout(300_000);
    const work = mkdtempSync(join(tmpdir(), "seamount-mirror-"));
    const [folder, certificates, bin] = ["folder", "certificates", "bin"].map(name => join(work, name)) as [
        string,
        string,
        string,
    ];
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH ?? ""}` };
    const digests = { llamacpp: "", proxy: "", chart: "" };
    let registries: [Registry, Registry];
    let skopeo: Skopeo;

    const tsx = join(root, "node_modules/.bin/tsx");
    const cli = (name: string, ...args: string[]): string[] => [join(root, `components/mirror/${name}Cli.ts`), ...args];
    const command = (name: string, ...args: string[]): Promise<Result> =>
        run(tsx, cli(name, ...args), "", { cwd: work, env });
    const pull = (...args: string[]): Promise<Result> =>
        command("pull", "--stack", "mirror", "--to", folder, "--cert-dir", certificates, ...args);
    const push = (registry: string): Promise<Result> =>
        command("push", "--from", folder, "--registry", registry, "--cert-dir", certificates);
    const blobs = (): string[] => {
        const all = join(folder, "blobs", "sha256");
        return existsSync(all) ? readdirSync(all).map(name => join(all, name)) : [];
    };

    before("a registry with images, and an empty one", async () => {
        const programs = await programsFolder();
        const program = installSkopeo(programs, bin);
        await makeCertificate(certificates);
        // skopeo takes every *.key beside a *.cert for a client's: the registry's own key is named otherwise.
        registries = [5601, 5602].map(port => new Registry(programs, join(work, String(port)), certificates, port)) as [
            Registry,
            Registry,
        ];
        await Promise.all(registries.map(registry => registry.start()));
        skopeo = new Skopeo({ program, certDirectory: certificates });
        const source = registries[0].host;
        const fill = async (name: string, make: (layout: Layout) => string): Promise<string> => {
            const layout = join(work, `source-${name}`);
            const digest = make(new Layout(layout));
            const to = `docker://${source}/test/${name}:1`;
            await must(program, [
                "copy",
                "--all",
                "--quiet",
                "--preserve-digests",
                "--dest-cert-dir",
                certificates,
                `oci:${layout}`,
                to,
            ]);
            rmSync(layout, { recursive: true });
            return digest;
        };
        digests.llamacpp = await fill("llama-server", layout => layout.image("oci", [1_000, 60_000_000]));
        digests.proxy = await fill("nginx", layout => layout.image("docker", [1_000, 50_000]));
        mkdirSync(join(work, "demo"));
        await must("sh", ["-c", `printf 'apiVersion: v2\\nname: demo\\nversion: 0.1.0\\n' >'${work}/demo/Chart.yaml'`]);
        await must("tar", ["-czf", join(work, "demo.tgz"), "-C", work, "demo"]);
        const archive = readFileSync(join(work, "demo.tgz"));
        digests.chart = digestOf(archive);
        const layout = join(work, "source-chart");
        new Layout(layout).chart(archive, CHART_LAYER);
        const to = `docker://${source}/charts/demo:0.1.0`;
        await must(program, [
            "copy",
            "--quiet",
            "--preserve-digests",
            "--dest-cert-dir",
            certificates,
            `oci:${layout}`,
            to,
        ]);
        writeProject(work, {
            llamacpp: `${source}/test/llama-server@${digests.llamacpp}`,
            proxy: `${source}/test/nginx:1@${digests.proxy}`,
            vllm: `${source}/test/nowhere:1`,
        });
    });

    after(() => {
        registries.forEach(registry => registry.stop());
        rmSync(work, { recursive: true, force: true });
    });

    it("lists what there is, and fails where digests are required and one is missing", async () => {
        const { status, stdout, stderr } = await command("list", "--stack", "mirror", "--require-digests");
        assert.equal(status, 1);
        assert.match(stdout, new RegExp(`test/llama-server +- +${digests.llamacpp}`));
        assert.match(stderr, /test\/nowhere:1: write .*@sha256:… at seamount:site\.images\.vllm/);
        assert.doesNotMatch(stdout + stderr, stackTrace);
    });

    it("goes on where it was interrupted, and keeps what was there", async () => {
        const args = cli("pull", "--stack", "mirror", "--to", folder, "--cert-dir", certificates);
        const child = spawn(tsx, args, { cwd: work, env, detached: true, stdio: "ignore" });
        const ended = new Promise(resolve => child.on("close", resolve));
        while (blobs().length === 0) await new Promise(resolve => setTimeout(resolve, 5));
        process.kill(-(child.pid ?? 0), "SIGKILL");
        await ended;
        const kept = new Map(blobs().map(file => [file, statSync(file).ino]));
        assert.ok(kept.size > 0);
        assert.deepEqual(readRecord(folder).images, [], "nothing was complete");
        await pull();
        assert.ok(blobs().length > kept.size, "there was more to come");
        kept.forEach((inode, file) => assert.equal(statSync(file).ino, inode, `${file} was downloaded again`));
        assert.deepEqual(
            readRecord(folder).images.map(({ digest }) => digest),
            [digests.llamacpp, digests.proxy],
        );
    });

    it("names what it could not have, after all that it could", async () => {
        const { status, stdout, stderr } = await pull();
        assert.equal(status, 1);
        assert.match(stdout, /\[3\/3\]/);
        assert.match(stderr, /^1 of 3 failed;[^\n]*\n {2}\S+\/test\/nowhere:1: .*manifest unknown/);
        assert.doesNotMatch(stdout + stderr, stackTrace);
    });

    it("refuses a blob that was changed, mends it at the next pull, and pushes digest for digest", async () => {
        const largest = blobs().toSorted((a, b) => statSync(b).size - statSync(a).size)[0] ?? "";
        const file = openSync(largest, "r+");
        writeSync(file, "tampered", 4000);
        closeSync(file);
        const target = registries[1].host;
        const refused = await push(target);
        assert.equal(refused.status, 1);
        assert.match(
            refused.stderr,
            new RegExp(`^1 of 2 failed[^]*${largest} has the digest sha256:[^]*Run mirror:pull again`),
        );
        const at = `${target}/127.0.0.1_5601/test/llama-server@${digests.llamacpp}`;
        await assert.rejects(skopeo.manifest(at), /unknown/, "nothing of it was pushed");
        await pull();
        const { status, stdout } = await push(target);
        assert.equal(status, 0, stdout);
        assert.match(stdout, /nginx:1@sha256:\w+: was at/, "what the first push put there is not sent again");
        assert.equal(digestOf(await skopeo.manifest(at)), digests.llamacpp);
        assert.equal(digestOf(await skopeo.manifest(`${target}/127.0.0.1_5601/test/nginx:1`)), digests.proxy);
    });

    it("takes one architecture, and says which digests the site then asks for", async () => {
        const only = join(work, "only");
        const options = ["--stack", "mirror", "--to", only, "--cert-dir", certificates, "--architecture", "arm64"];
        const { stdout } = await command("pull", ...options);
        const image = readRecord(only).images.find(({ reference }) => reference.includes("nginx"));
        assert.equal(image?.indexDigest, digests.proxy);
        assert.ok(stdout.includes(`imageDigests:`) && stdout.includes(`/test/nginx:1: ${image.digest}`), stdout);
        const target = `${registries[1].host}/arm`;
        const pushed = await command("push", "--from", only, "--registry", target, "--cert-dir", certificates);
        assert.equal(pushed.status, 0, pushed.stderr);
        assert.equal(digestOf(await skopeo.manifest(`${target}/127.0.0.1_5601/test/nginx:1`)), image.digest);
    });

    it("moves a chart by the digest of its archive, and refuses another archive", async () => {
        const [source, target] = registries.map(({ host }) => host) as [string, string];
        const chart: Pick<ChartPin, "chart" | "version" | "repository" | "digest"> = {
            ...{ chart: "demo", version: "0.1.0" },
            repository: `oci://${source}/charts`,
            digest: digests.chart,
        };
        const tools = { skopeo, run: runProgram };
        const pulled = await pullChart(tools, folder, chart as ChartPin);
        assert.equal(pulled.digest, digests.chart);
        await pushChart(tools, folder, target, pulled);
        const manifest = (await skopeo.manifest(`${target}/charts/demo:0.1.0`)).toString();
        assert.ok(manifest.includes(`"digest":"${digests.chart}"`), "the archive is a layer, byte for byte");
        const wrong = { ...chart, digest: digestOf("another") } as ChartPin;
        await assert.rejects(pullChart(tools, join(work, "wrong"), wrong), /the catalogue says sha256:/);
    });
});
