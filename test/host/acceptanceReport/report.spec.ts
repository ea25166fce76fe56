import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { figuresOfHosts, type GateRecord, meets, seriesOfHosts } from "../../../components/host/acceptanceReport/gates";
import { acceptancePage } from "../../../components/host/acceptanceReport/page";
import { acceptanceTable } from "../../../components/host/acceptanceReport/table";
import type { CheckResult } from "../../../provider/gates/check";

const threshold = { atLeast: 4, unit: "TB/s", source: "measured on eight of them" };
const hbm = (value: number): CheckResult => ({
    passed: value >= 4,
    seconds: 2,
    figures: { readTBps: value },
    series: { readTBps: { "GPU 0": value, "GPU 1": 4.4 } },
    findings:
        value >= 4
            ? []
            : [
                  {
                      what: "readTBps",
                      found: `${value} TB/s`,
                      wanted: "at least 4 TB/s",
                      causes: ["<ECC> retired"],
                      source: "x",
                  },
              ],
});
const gate = (host: string, value: number, more: Partial<GateRecord> = {}): GateRecord => ({
    host,
    passed: value >= 4,
    ranAt: "2026-01-02T03:04:05.678Z",
    fingerprint: { kernel: "6.1.0" },
    checks: { hbm: { thresholds: { readTBps: threshold } }, dcgm: { thresholds: {} } },
    results: { hbm: hbm(value) },
    ...more,
});
const facts = { stack: "prod", madeAt: "2026-01-02T03:04:06Z" };

describe("acceptance report", () => {
    it("has a row a host and a column a check, and says what was not run and what is missing", () => {
        const absent = {
            passed: false,
            seconds: 0,
            figures: {},
            findings: [],
            missing: { tool: "dcgmi", package: "dcgm" },
        };
        const gates = [gate("gpu-1", 4.4), gate("gpu-2", 3.1, { results: { hbm: hbm(3.1), dcgm: absent } })];
        assert.deepEqual(acceptanceTable(gates).split("\n"), [
            "host   gate    hbm     dcgm",
            "gpu-1  passed  passed  not run",
            "gpu-2  FAILED  FAILED  no tool",
            "",
            "gpu-2: hbm: readTBps: found 3.1 TB/s, wanted at least 4 TB/s",
            "gpu-2: dcgm: dcgmi is missing: install dcgm",
            "1 of 2 hosts have passed their gates",
        ]);
    });

    it("judges each host by its own threshold, and draws the strictest", () => {
        const lax = { hbm: { thresholds: { readTBps: { ...threshold, atLeast: 3 } } } };
        const [figure] = figuresOfHosts([
            gate("a", 3.5, { checks: lax }),
            gate("b", 3.5),
            gate("c", 3.5, { checks: {} }),
        ]);
        assert.equal(figure?.threshold?.atLeast, 4);
        assert.deepEqual(
            figure.points.map(({ host, met }) => [host, met]),
            [
                ["a", true],
                ["b", false],
                ["c", true],
            ],
        );
    });

    it("meets a threshold exactly between its ends, both included", () => {
        fc.assert(
            fc.property(
                fc.double({ noNaN: true }),
                fc.double({ noNaN: true }),
                fc.double({ noNaN: true }),
                (a, b, value) => {
                    const [atLeast, atMost] = [Math.min(a, b), Math.max(a, b)];
                    assert.equal(meets(value, { ...threshold, atLeast, atMost }), value >= atLeast && value <= atMost);
                    assert.equal(meets(value, undefined), true);
                },
            ),
        );
    });

    it("names hosts that fail on the page and in each plot, however many there are", () => {
        const many = Array.from({ length: 300 }, (_, index) =>
            gate(`gpu-${index}`, index === 137 ? 2.9 : 4.2 + index / 1e4),
        );
        for (const gates of [many, many.slice(130, 150)]) {
            const page = acceptancePage(gates, facts);
            assert.match(page, /1 of (300|20) hosts have not passed: gpu-137\./);
            assert.match(page, /(gpu-137 2\.9 ✗|>gpu-137<.*2\.9 ✗)/s);
            assert.equal(page.match(/class="miss"/g)?.length, 1);
        }
    });

    it("shows what a real host with four H200 has reached", () => {
        const fixture = join(__dirname, "../../gates/fixtures/acceptance-h200-x4.json");
        const gates = [JSON.parse(readFileSync(fixture, "utf8")) as GateRecord | GateRecord[]].flat();
        const page = acceptancePage(gates, facts);
        assert.match(page, /The host has passed its gate\./);
        for (const figure of ["hbm · readTBps", "gemm · fp8Tflops8192", "h2d · h2dGBps", "nccl · busGBps"]) {
            assert.ok(page.includes(figure), figure);
        }
        assert.match(acceptanceTable(gates), /^1 of 1 hosts have passed their gates$/m);
    });

    it("is one page that needs nothing else and that no host can write markup into", () => {
        const page = acceptancePage([gate("<b>x</b>", 3, { fingerprint: { "<i>": "<script>" } })], facts);
        assert.doesNotMatch(page, /<b>x<\/b>|<script|<i>|<ECC>|\bsrc=|\bhref=|@import|url\(/);
    });

    it("draws every series of two points and more, and no figure that is not a number", () => {
        assert.equal(seriesOfHosts([gate("a", 4.4), gate("b", 4.1)])[0]?.lines.length, 2);
        fc.assert(
            fc.property(
                fc.array(fc.double({ min: -1e12, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 60 }),
                values => {
                    const page = acceptancePage(
                        values.map((value, index) => gate(`h${index}`, value)),
                        facts,
                    );
                    assert.doesNotMatch(page, /NaN|Infinity|undefined/);
                },
            ),
            { numRuns: 30 },
        );
    });
});
