import { strict as assert } from "node:assert";
import fc from "fast-check";
import type { Cost } from "../../../components/planning/capacity";
import { doublings, ticks, upwards } from "../../../components/planning/report/chart-frame";
import { breakEvenYear, costLegend, paidUntil, sensitivityBars } from "../../../components/planning/report/cost-charts";
import { memoryPieces } from "../../../components/planning/report/memory-bar";
import { planPage, refusalPage } from "../../../components/planning/report/page";
import { columns, planText, refusalText } from "../../../components/planning/report/table";
import { money, seconds, threeDigits, tokens } from "../../../components/planning/report/words";
import { memory, modelPlan, pagePlanned } from "./planned";

const refusal = {
    limit: "memory",
    needed: "689 GB",
    available: "640 GB",
    alternatives: ["8 × H200", "AWQ on 8 × H100"],
    sentence: "r1 needs 689 GB, and 8 × H100 have <640 GB>.",
};

function costOfPlan(): Cost {
    const cost = modelPlan.chosen?.cost;
    assert.ok(cost !== undefined);
    return cost;
}

describe("numbers in words", () => {
    it("have three digits that count", () => {
        assert.deepEqual([0, 0.04213, 0.5, 4.2, 42.16, 99.99, 421.4, 4210, -3].map(threeDigits), [
            "0",
            "0.0421",
            "0.5",
            "4.2",
            "42.2",
            "100",
            "421",
            "4,210",
            "−3",
        ]);
        assert.deepEqual(
            [0.42, 2, 850_000, 12_400_000, 2.5e9].map(value => money(value, "USD")),
            ["USD 0.42", "USD 2.00", "USD 850,000", "USD 12.4 M", "USD 2.5 bn"],
        );
        assert.deepEqual(
            [seconds(0.82), seconds(2.4), tokens(42_000), tokens(3.5e8)],
            ["820 ms", "2.4 s", "42,000", "350 M"],
        );
    });

    it("are within half a percent of the number, whatever it is", () => {
        fc.assert(
            fc.property(fc.double({ min: 0.001, max: 1e6, noNaN: true }), value => {
                const read = Number(threeDigits(value).replace(/,/g, ""));
                return Math.abs(read - value) <= value * 0.0051;
            }),
        );
    });
});

describe("the plan of a site for a terminal", () => {
    const text = planText("test-1", [pagePlanned]);

    it("has the plan chosen, runners-up, speed, money, assumptions and warnings", () => {
        for (const part of [
            /^ {2}layout +8 × H200, tensor 8$/m,
            /^ {2}replicas needed +7 for the traffic and 1 for the loss of a host; the site has 6$/m,
            /^ {2}operating point +60 sequences a replica$/m,
            /^ {4}chosen {2}8 × H200, tensor 8 +6 +48 +800 ms +50 ms/m,
            /^ {4}2\. +8 × H200, data 8, expert parallel +/m,
            /^ {4}2\. Costs 8 % more & answers later\.$/m,
            /^ {4}electricity +0\.0929 +USD a kWh +U\.S\. EIA/m,
            /^ {4}- Fewer than 64 sequences of full length fit: <14>\.$/m,
        ]) {
            assert.match(text, part);
        }
    });

    it("says so where there is nothing, and shows a plan whose speed nobody knows", () => {
        assert.match(planText("empty", []), /The site has no models/);
        const plan = { ...modelPlan, chosen: undefined, runnersUp: undefined };
        const short = planText("test-1", [{ ...pagePlanned, plan }]);
        assert.ok(short.includes("459,000 tokens") && !short.includes("Plans side by side"));
    });

    it("of a refusal has both numbers and the nearest plans", () => {
        const told = refusalText(
            "test-1",
            [{ service: "r1", refusal }],
            [{ path: "seamount:site.driver", message: "is old" }],
        );
        assert.match(told, /^r1 needs 689 GB/m);
        assert.match(told, /needed +689 GB\n {2}available +640 GB\n {2}nearest +8 × H200\n +AWQ on 8 × H100/);
        assert.match(told, /^seamount:site\.driver: is old$/m);
    });

    it("has columns that line up", () => {
        assert.deepEqual(
            columns([
                ["a", "bb", "c"],
                ["aaa", "b", "cc"],
            ]),
            ["a    bb  c", "aaa  b   cc"],
        );
        assert.deepEqual(columns([]), []);
    });
});

describe("the plan as a page", () => {
    const page = planPage("test-1", [pagePlanned], "2026-11-22");

    it("needs nothing from elsewhere, and runs nothing", () => {
        assert.ok(!/<script|<link|<img|src=|url\(|@import|https?:\/\//.test(page));
        assert.equal(page.match(/<svg /g)?.length, 6);
        assert.ok(page.includes("prefers-color-scheme: dark") && page.includes("@media print"));
    });

    it("marks the operating point and what is promised", () => {
        assert.equal(page.match(/class="point"/g)?.length, 3);
        assert.ok(page.includes("promised 50<") && page.includes("promised 2<"));
    });

    it("closes every element that it opens, and escapes what people wrote", () => {
        const open: string[] = [];
        for (const [, end, name = "", itself] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)(?:\s[^>]*?)?(\/?)>/gi)) {
            if (end === "/") {
                assert.equal(open.pop(), name);
            } else if (itself !== "/" && !["meta"].includes(name)) {
                open.push(name);
            }
        }
        assert.deepEqual(open, []);
        assert.ok(page.includes("fit: &lt;14&gt;.") && page.includes("more &amp; answers"));
        assert.ok(refusalPage("x", [{ service: "r1", refusal }], [], "today").includes("have &lt;640 GB&gt;"));
    });

    it("has no number in a drawing that is none", () => {
        const nothing = { powerPerYear: 0, networkPerYear: 0, operationsPerYear: 0, modelUpdatesPerYear: 0 };
        const cheap = { ...costOfPlan(), ...nothing, sensitivity: [], hardware: 0, total: 0 };
        const bare = {
            ...modelPlan,
            chosen: { ...modelPlan.chosen, plan: modelPlan, curve: [], because: "", cost: cheap },
        };
        for (const text of [page, planPage("x", [{ ...pagePlanned, plan: bare }], "")]) {
            assert.ok(!/NaN|Infinity|undefined/.test(text));
        }
    });
});

describe("drawings", () => {
    it("have axes from 0 to at least the highest value, in few even steps", () => {
        fc.assert(
            fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), most => {
                const marks = ticks(most);
                const last = marks.at(-1) ?? 0;
                assert.ok(marks[0] === 0 && last >= most * (1 - 1e-6) && last <= most * 2);
                assert.ok(marks.length >= 3 && marks.length <= 7, String(marks.length));
            }),
        );
        assert.deepEqual(
            [ticks(0), ticks(NaN)],
            [
                [0, 1],
                [0, 1],
            ],
        );
    });

    it("have higher values higher, and each doubling as far as the last", () => {
        assert.ok(upwards(10)(4) < upwards(10)(3));
        const along = doublings(1, 8);
        assert.ok(Math.abs(along(2) - along(1) - (along(8) - along(4))) < 1e-9);
    });

    it("of money end at the total", () => {
        const cost = costOfPlan();
        const sum = paidUntil(cost, cost.years).reduce((a, b) => a + b, 0);
        assert.ok(Math.abs(sum - cost.total) < 1e-6 * cost.total);
        assert.equal(costLegend(cost).length, 4);
        assert.ok(sensitivityBars(cost).includes("electricity ± 10 %"));
    });

    it("of money break even where the hosted service has cost as much, and never where it is cheaper", () => {
        const cost = costOfPlan();
        const { traffic } = pagePlanned.model;
        assert.ok(traffic !== undefined);
        assert.equal(breakEvenYear(cost, traffic), undefined);
        const busy = { ...traffic, dailyRequests: traffic.dailyRequests * 4 };
        const year = breakEvenYear(cost, busy) ?? NaN;
        const hosted = ((busy.dailyRequests * 2500 * 365) / 1e6) * (cost.hostedPerMillionTokens ?? NaN) * year;
        const paid = paidUntil(cost, year).reduce((a, b) => a + b, 0);
        assert.ok(Math.abs(hosted - paid) < 1e-6 * paid);
    });

    it("of memory show all of a GPU", () => {
        const sum = memoryPieces(memory).reduce((all, { gb }) => all + gb, 0);
        assert.ok(Math.abs(sum - memory.gpuGB) < 0.2);
    });
});
