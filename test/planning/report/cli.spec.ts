import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "..", "..", "..");

interface Ended {
    readonly status: number | null;
    readonly out: string;
    readonly told: string;
}

function plan(folder: string, ...options: readonly string[]): Ended {
    const cli = join(root, "components/planning/report/cli.ts");
    const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ["--require", require.resolve("tsx/cjs"), cli, ...options],
        { cwd: folder, encoding: "utf8" },
    );
    return { status, out: stdout, told: stderr };
}

describe("npm run plan", function () {
    this.timeout(120_000);
    let folder = "";
    before(() => {
        folder = mkdtempSync(join(tmpdir(), "plan-"));
        const prod = readFileSync(join(root, "Pulumi.prod.yaml"), "utf8");
        writeFileSync(join(folder, "Pulumi.prod.yaml"), prod);
        writeFileSync(join(folder, "Pulumi.hasty.yaml"), prod.replace("tpotMilliseconds: 50", "tpotMilliseconds: 1"));
        writeFileSync(join(folder, "Pulumi.broken.yaml"), prod.replace("dailyRequests: 400000", "dailyRequests: 0"));
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    it("prints the plan of production with its speed and money, and writes the page", () => {
        const { status, out, told } = plan(folder, "--stack", "prod");
        assert.equal(status, 0, told);
        assert.match(out, /replicas needed +\d+ for the traffic and 1 for the loss of a host; the site has 12/);
        assert.match(out, /a million tokens +USD \d/);
        const page = readFileSync(join(folder, "plan-prod.html"), "utf8");
        assert.ok(page.includes("<svg ") && !/NaN|undefined/.test(page));
        assert.match(told, /plan-prod\.html/);
    });

    it("prints the same as JSON, and no page with it", () => {
        const { status, out } = plan(folder, "--stack", "prod", "--json", "--html", "-");
        const { models } = JSON.parse(out) as {
            models: readonly { name: string; chosen: { cost: { total: number } } }[];
        };
        assert.equal(status, 0);
        assert.deepEqual(
            models.map(({ name }) => name),
            ["deepseek-r1", "deepseek-r1-distill"],
        );
        assert.ok(models.every(({ chosen }) => chosen.cost.total > 1e6));
    });

    it("refuses a promise that the hardware cannot keep, says its floor and what can be had, and ends with 1", () => {
        const { status, out } = plan(folder, "--stack", "hasty", "--html", join(folder, "hasty.html"));
        assert.equal(status, 1);
        assert.match(out, /^deepseek-r1 .*\b1 ms\b/m);
        assert.match(out, /^ {2}nearest +\S/m);
        assert.ok(readFileSync(join(folder, "hasty.html"), "utf8").includes("cannot be served as it is"));
    });

    it("tells what is wrong with the command or the site in a line each, without a trace, and ends with 2", () => {
        for (const [options, words] of [
            [[], /which stack/],
            [["--stack", "nope"], /Pulumi\.nope\.yaml does not exist/],
            [["--stack", "broken"], /traffic\.dailyRequests: 0 requests a day need no replica/],
            [["--stack", "prod", "--html", "/nonexistent/x.html"], /cannot be written to .*: name another place/],
            [["--nonsense"], /Unknown option/],
        ] as const) {
            const { status, told } = plan(folder, ...options);
            assert.equal(status, 2, told);
            assert.match(told, words);
            assert.ok(!told.includes("    at "), told);
        }
    });
});
