import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";
import { members } from "../../components/inference/engines/member";
import { engines } from "../../components/inference/engines/registry";
import type { ModelPlan } from "../../components/planning/plan";
import { flags } from "./engine-plans";
import { tiny } from "./fixtures";

/** llama-server as the bed builds it (`npm run local`): in the cache, under the hash of what it is built from. */
function builtServer(): string {
    const model = path.join(__dirname, "../../local/bed/model");
    const sources = ["build-llama-server.sh", "llama-sources.txt"].map(file => readFileSync(path.join(model, file)));
    const hash = createHash("sha256").update(Buffer.concat(sources)).digest("hex").slice(0, 12);
    const cache = process.env.SEAMOUNT_CACHE ?? path.join(homedir(), ".cache/seamount");
    return path.join(cache, `llama-server-${hash}`, "llama-server");
}

/** As the pod of a leader in a bed without workers would see it: names give way to an address where nobody listens. */
const expanded = (args: readonly string[]): readonly string[] =>
    args.map(arg => arg.replace(/\$\([^:,]+(?=:)/g, "127.0.0.1"));

describe("llama.cpp's own parser (built by `npm run local`)", function () {
    this.timeout(30_000);
    const server = builtServer();

    before(function () {
        if (!existsSync(server)) {
            this.skip();
        }
    });

    /** Parses all of it, says its version, and does no more. */
    const run = (args: readonly string[]): { readonly status: number | null; readonly stderr: string } =>
        spawnSync(server, [...args, "--version"], { encoding: "utf8" });

    it("takes the command line of one host", () => {
        const { args } = engines.llamacpp.command(tiny.plan, tiny.model);
        const { status, stderr } = run(args);
        assert.equal(status, 0, stderr);
        assert.match(stderr, /version: /);
    });

    it("takes that of a leader, but for workers that are not there", () => {
        const plan: ModelPlan = { ...tiny.plan, hosts: 3, pipelineParallel: 3 };
        const [leader] = members(plan);
        const { args } = engines.llamacpp.command(plan, tiny.model, leader);
        const workers = flags(expanded(args))["--rpc"] ?? "";
        assert.equal(workers, "127.0.0.1:50052,127.0.0.1:50052");
        const withoutWorkers = expanded(args).filter(arg => arg !== "--rpc" && arg !== workers);
        const { status, stderr } = run(withoutWorkers);
        assert.equal(status, 0, stderr);
    });

    it("would not take a flag that it does not know", () => {
        const { status, stderr } = run([...engines.llamacpp.command(tiny.plan, tiny.model).args, "--no-such-flag"]);
        assert.equal(status, 1);
        assert.match(stderr, /invalid argument: --no-such-flag/);
    });
});
