import { strict as assert } from "node:assert";
import { existsSync, readdirSync } from "node:fs";
import * as fc from "fast-check";
import type { Check, CheckResult, Reading } from "../../../provider/gates/check";
import { fingerprintChanges, parseFingerprint, withoutPeer, withPeer } from "../../../provider/gates/fingerprint";
import { judge, judgeAgain, rounded } from "../../../provider/gates/judge";
import { type Asked, gateScript, peerScript, readRuns, stopScript } from "../../../provider/gates/script";
import { OneAtATime } from "../../../provider/gates/turns";
import { readAnswer, shellQuote } from "../../../provider/shell";
import { runHere } from "../fakes";

/** A check that prints what its script says, and reads the figure `answer`. */
const simple = (script: string, more: Partial<Check> = {}): Check => ({
    name: "simple",
    words: "a test",
    check: () => [],
    script: () => script,
    parse: lines => {
        const [, answer] = lines.map(line => /^answer (.*)$/.exec(line)).find(match => match !== null) ?? [];
        const figures: Record<string, number> = answer === undefined ? {} : { answer: Number(answer) };
        return { figures, findings: [] };
    },
    causes: () => ["nothing"],
    ...more,
});
const threshold = (bounds: object) => ({ answer: { ...bounds, unit: "GB/s", source: "a test" } });
const ask = (name: string, check: Check, settings = {}, bounds = {}): Asked => ({
    name,
    check,
    spec: { settings, thresholds: Object.keys(bounds).length === 0 ? {} : threshold(bounds) },
});
const ends = { host: "192.0.2.7", peer: "192.0.2.8" };

async function run(asked: readonly Asked[]): Promise<Record<string, { reading: Reading; seconds: number }>> {
    const script = gateScript(asked, ends);
    const { stdout, stderr } = await runHere(script.text);
    const answer = readAnswer(stdout, script.mark);
    assert.ok(answer.complete, stderr);
    assert.ok((answer.sections.get("fingerprint")?.length ?? 0) > 1);
    return { ...readRuns(asked, answer) };
}

/** Scripts of gates run as root, on Linux. */
function needsRoot(this: Mocha.Context): void {
    if (process.platform !== "linux" || process.getuid?.() !== 0) {
        this.skip();
    }
}

const leftFolders = () => readdirSync("/run").filter(name => name.startsWith("seamount-gate"));

describe("the script of a gate", () => {
    before(needsRoot);

    it("runs checks one after the other, each in a folder of its own that goes", async () => {
        const look =
            "ls; [ -e mark ] && echo 'answer 1'; touch mark; echo \"addresses $GATE_HOST $GATE_PEER\"; echo answer 7";
        const runs = await run([ask("a", simple(look)), ask("b", simple(`${look}; printf 'no newline'`))]);
        assert.deepEqual([runs.a?.reading.figures, runs.b?.reading.figures], [{ answer: 7 }, { answer: 7 }]);
        assert.deepEqual(leftFolders(), []);
    });

    it("stops a check at its limit with all its children, and goes on with the next", async () => {
        const forks = "sh -c 'sleep 61.25; echo answer 1' & echo answer 3; wait";
        const asked = [ask("slow", simple(forks), { limitSeconds: 1 }), ask("next", simple("echo answer 5"))];
        const runs = await run(asked);
        assert.equal(runs.slow?.reading.findings[0]?.found, "no end after 1 s");
        assert.ok((runs.slow?.seconds ?? 0) >= 1 && (runs.slow?.seconds ?? 99) < 9);
        assert.deepEqual(runs.next?.reading.figures, { answer: 5 });
        assert.equal((await runHere("ps -e -o args= | grep -c '[s]leep 61.25'")).stdout.trim(), "0");
    });

    it("leaves nothing when the connection drops", async () => {
        const { text } = gateScript([ask("a", simple("echo answer 1; sleep 0.3; echo more"))], ends);
        await runHere(`printf '%s' ${shellQuote(text)} | { sh -s; echo "$?" >&2; } | head -n 1`);
        assert.deepEqual(leftFolders(), []);
    });

    it("says what a check said that measured nothing", async () => {
        const asked = [
            ask("broken", simple("echo 'no such device' >&2; exit 4")),
            ask("empty", simple(""), {}, { atLeast: 1 }),
            ask("quiet", simple("exit 0")),
            ask("partial", simple("echo answer 2; exit 1")),
        ];
        const runs = await run(asked);
        assert.equal(runs.broken?.reading.findings[0]?.found, "no such device");
        assert.equal(runs.empty?.reading.findings[0]?.found, "nothing was measured (exit status 0)");
        assert.deepEqual(runs.quiet?.reading.findings, []);
        assert.deepEqual(runs.partial?.reading, { figures: { answer: 2 }, findings: [] });
    });

    it("says which package brings a tool that is missing", async () => {
        const check = simple("need no-such-tool 'tools (deb and rpm)'; echo answer 1");
        const { missing } = (await run([ask("a", check)])).a?.reading ?? {};
        assert.deepEqual(missing, { tool: "no-such-tool", package: "tools (deb and rpm)" });
    });
});

describe("the script of a gate's peer", () => {
    before(needsRoot);

    /** Starts the peer's servers here; answers once they serve. */
    const serve = async (token: string, server: string, seconds = 60) => {
        const asked = [ask("a", simple("", { peerScript: () => server })), ask("b", simple(""))];
        const script = peerScript(asked, ends, token, seconds);
        let serving: () => void = () => undefined;
        const begun = new Promise<void>(resolve => (serving = resolve));
        const ended = runHere(script.text, chunk => chunk.includes("step serving") && serving());
        await begun;
        return { ended: ended.then(({ stdout }) => readAnswer(stdout, script.mark)), asked };
    };

    it("ends its servers, with their children, when it is told to", async () => {
        const { ended } = await serve("test1", "echo ready $GATE_PEER; trap '' TERM; sleep 62.25 & sleep 62.25");
        await runHere("sleep 0.3");
        await runHere(stopScript("test1").text);
        const answer = await ended;
        assert.ok(answer.complete);
        assert.deepEqual(answer.sections.get("peer/a")?.[0], "ready 192.0.2.8");
        assert.equal((await runHere("ps -e -o args= | grep -c '[s]leep 62.25'")).stdout.trim(), "0");
        assert.equal(existsSync("/run/seamount-gate-peer.test1"), false);
    }).timeout(20_000);

    it("ends by itself: with its servers, or at its limit", async () => {
        assert.ok((await (await serve("test2", "exit 0")).ended).complete);
        const { ended, asked } = await serve("test3", "echo bound to port 7; sleep 63", 1);
        const answer = await ended;
        const host = { sections: new Map([["ran/a", ["1 0 0", "connection refused"]]]), complete: true };
        const runs = readRuns(asked, host, answer);
        assert.equal(runs.a?.reading.findings[0]?.found, "connection refused; peer: bound to port 7");
    }).timeout(20_000);
});

describe("judging", () => {
    const check = simple("");
    const at = (answer: number, bounds: object, findings: Reading["findings"] = []) =>
        judge(check, { thresholds: threshold(bounds) }, { figures: { answer }, findings }, 1);

    it("passes exactly what lies within the bounds", () => {
        fc.assert(
            fc.property(fc.integer(), fc.integer(), fc.integer(), (value, low, high) => {
                assert.equal(at(value, { atLeast: low, atMost: high }).passed, value >= low && value <= high);
            }),
        );
    });

    it("says found, wanted, source and causes, and where the worst of a series is", () => {
        const series = { answer: { "GPU 0": 9, "GPU 3": 2 } };
        const result = judge(
            check,
            { thresholds: threshold({ atLeast: 4 }) },
            { figures: { answer: 2 }, series, findings: [] },
            1,
        );
        assert.deepEqual(result.findings, [
            {
                what: "answer",
                found: "2 GB/s (GPU 3)",
                wanted: "at least 4 GB/s",
                causes: ["nothing"],
                source: "a test",
            },
        ]);
    });

    it("takes a figure that was not measured for a finding, unless one says why", () => {
        const spec = { thresholds: threshold({ atLeast: 4 }) };
        assert.equal(judge(check, spec, { figures: {}, findings: [] }, 1).findings[0]?.found, "not measured");
        const why = { what: "port", found: "down", wanted: "up", causes: [] };
        assert.deepEqual(judge(check, spec, { figures: {}, findings: [why] }, 1).findings, [why]);
        const missing = { tool: "fio", package: "fio" };
        const absent = judge(check, spec, { figures: {}, findings: [], missing }, 1);
        assert.deepEqual([absent.passed, absent.findings], [false, []]);
    });

    it("of kept figures is the same as judging them when they were read", () => {
        const bounds = fc.record({ atLeast: fc.integer(), atMost: fc.integer() });
        fc.assert(
            fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), bounds, bounds, (value, first, second) => {
                const kept = JSON.parse(JSON.stringify(at(value, first))) as CheckResult;
                const again = judgeAgain(check, { thresholds: threshold(second) }, kept);
                assert.deepEqual(again, JSON.parse(JSON.stringify(at(value, second))));
            }),
        );
    });

    it("keeps findings that no threshold can put right", () => {
        const xid = { what: "GPU 3", found: "XID 79", wanted: "no XID", causes: [] };
        const kept = at(9, { atLeast: 10 }, [xid]);
        const again = judgeAgain(check, { thresholds: threshold({ atLeast: 1 }) }, kept);
        assert.deepEqual([again.passed, again.findings], [false, [xid]]);
    });

    it("rounds to five digits, and whole numbers not at all", () => {
        assert.deepEqual(
            [rounded(1.23456789), rounded(123456789), rounded(0.000123456789)],
            [1.2346, 123456789, 0.00012346],
        );
        fc.assert(fc.property(fc.double({ noNaN: true }), value => rounded(rounded(value)) === rounded(value)));
    });
});

describe("a fingerprint", () => {
    const entries = fc.dictionary(fc.stringMatching(/^[a-z][a-z ]{0,8}[a-z]$/), fc.stringMatching(/^[a-z0-9.]{1,8}$/));

    it("differs by nothing from itself, and by every entry that differs from another", () => {
        assert.deepEqual(
            fingerprintChanges({ kernel: "1", bios: "2", gpu: "x" }, { kernel: "2", bios: "2", nic: "y" }),
            ["gpu (x) is gone", "kernel 1 → 2", "nic (y) is new"],
        );
        fc.assert(fc.property(entries, one => fingerprintChanges(one, { ...one }).length === 0));
    });

    it("reads what it wrote, and knows the host's end from the peer's", () => {
        fc.assert(
            fc.property(entries, entries, (own, other) => {
                const lines = Object.entries(own).map(([name, text]) => `${name}\t${text}`);
                assert.deepEqual(parseFingerprint(lines), { ...own });
                if (!Object.keys(own).some(name => name.startsWith("peer "))) {
                    assert.deepEqual(withoutPeer(withPeer(own, other)), { ...own });
                }
            }),
        );
    });
});

describe("turns", () => {
    it("let nothing run twice at once, lose no work, and never lock up", async () => {
        const jobs = fc.array(fc.uniqueArray(fc.constantFrom("a", "b", "c"), { minLength: 1 }), { maxLength: 12 });
        await fc.assert(
            fc.asyncProperty(jobs, async needs => {
                const turns = new OneAtATime();
                const busy = new Set<string>();
                let done = 0;
                await Promise.all(
                    needs.map((need, index) =>
                        turns
                            .take(need, async () => {
                                need.forEach(one => assert.ok(!busy.has(one)));
                                need.forEach(one => busy.add(one));
                                await Promise.resolve();
                                need.forEach(one => busy.delete(one));
                                done += 1;
                                if (index % 3 === 0) throw new Error("it failed");
                            })
                            .catch(() => undefined),
                    ),
                );
                assert.equal(done, needs.length);
            }),
        );
    });
});
