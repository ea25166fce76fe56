import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { type Candidate, Coordinator } from "../../../provider/rolling/coordinator";

/** A host of a made-up run: when it arrives, how long it is out of service, and whether it fails. */
interface Trip {
    readonly rack: string | undefined;
    readonly arrives: number;
    readonly takes: number;
    readonly fails: boolean;
}

interface Record {
    readonly begun: string[];
    readonly refused: string[];
    /** Hosts that were out of service at the same time, at each change. */
    readonly together: (readonly Candidate[])[];
    /** Hosts that began after the first failure was known. */
    readonly late: string[];
}

const trips = (fails: fc.Arbitrary<boolean>) =>
    fc.array(
        fc.record<Trip>({
            rack: fc.option(fc.constantFrom("a", "b", "c"), { nil: undefined }),
            arrives: fc.nat(12),
            takes: fc.integer({ min: 1, max: 6 }),
            fails,
        }),
        { minLength: 1, maxLength: 14 },
    );

/** Plays a run in steps of made-up time; promises settle after each thing that happens. */
async function play(coordinator: Coordinator, all: readonly Trip[]): Promise<Record> {
    const record: Record = { begun: [], refused: [], together: [], late: [] };
    const due = new Map<number, (() => void)[]>();
    const at = (time: number, what: () => void) => due.set(time, [...(due.get(time) ?? []), what]);
    const out = new Set<Candidate>();
    let now = 0;
    let failed = false;
    all.forEach((trip, index) => {
        const candidate: Candidate = { name: `h${index}`, ...(trip.rack === undefined ? {} : { rack: trip.rack }) };
        at(trip.arrives, () => {
            void coordinator.enter(candidate).then(
                slot => {
                    record.begun.push(candidate.name);
                    if (failed) record.late.push(candidate.name);
                    out.add(candidate);
                    record.together.push([...out]);
                    at(now + trip.takes, () => {
                        if (trip.fails) {
                            failed = true;
                            coordinator.halt(`${candidate.name} failed: it is broken`);
                        }
                        out.delete(candidate);
                        slot.leave();
                    });
                },
                () => record.refused.push(candidate.name),
            );
        });
    });
    for (now = 0; now < 200; now += 1) {
        for (const what of due.get(now) ?? []) {
            what();
            await new Promise(resolve => setImmediate(resolve));
        }
    }
    return record;
}

describe("the coordinator of a rolling change", () => {
    it("never disrupts more hosts at once than it may, and comes to every host in the end", async () => {
        await fc.assert(
            fc.asyncProperty(fc.integer({ min: 1, max: 4 }), trips(fc.constant(false)), async (hostsAtOnce, all) => {
                const { begun, together } = await play(new Coordinator({ by: "count", hostsAtOnce }), all);
                assert.equal(begun.length, all.length);
                assert.ok(together.every(hosts => hosts.length <= hostsAtOnce));
            }),
            { numRuns: 30 },
        );
    });

    it("uses all of its slots while hosts wait", async () => {
        const coordinator = new Coordinator({ by: "count", hostsAtOnce: 3 });
        const all = Array.from({ length: 5 }, () => ({ rack: undefined, arrives: 0, takes: 3, fails: false }));
        const { together } = await play(coordinator, all);
        assert.deepEqual(
            together.map(hosts => hosts.length),
            [1, 2, 3, 3, 3],
        );
    });

    it("never disrupts two racks at once, nor two hosts of which the rack is unknown", async () => {
        await fc.assert(
            fc.asyncProperty(trips(fc.constant(false)), async all => {
                const { begun, together } = await play(new Coordinator({ by: "rack", hostsAtOnce: 1 }), all);
                assert.equal(begun.length, all.length);
                for (const hosts of together) {
                    assert.equal(new Set(hosts.map(({ rack, name }) => rack ?? name)).size, 1);
                }
            }),
            { numRuns: 30 },
        );
    });

    it("begins no host after one has failed, refuses all that wait or come later, and deadlocks never", async () => {
        await fc.assert(
            fc.asyncProperty(
                fc.constantFrom("count" as const, "rack" as const),
                trips(fc.boolean()),
                async (by, all) => {
                    const record = await play(new Coordinator({ by, hostsAtOnce: 2 }), all);
                    assert.deepEqual(record.late, []);
                    assert.equal(record.begun.length + record.refused.length, all.length);
                    if (record.refused.length > 0) {
                        assert.ok(record.begun.some(name => all[Number(name.slice(1))]?.fails));
                    }
                },
            ),
            { numRuns: 60 },
        );
    });

    it("names the host that failed first, and what to do", async () => {
        const coordinator = new Coordinator({ by: "count", hostsAtOnce: 1 });
        coordinator.halt("gpu-01 failed: it did not come back");
        coordinator.halt("gpu-02 failed: neither");
        await assert.rejects(
            coordinator.enter({ name: "gpu-03" }),
            /^HostError: gpu-03 was not begun, because gpu-01 failed: it did not come back; `pulumi up` again resumes$/,
        );
    });

    it("counts a slot that is left twice once", async () => {
        const coordinator = new Coordinator({ by: "count", hostsAtOnce: 1 });
        const first = await coordinator.enter({ name: "a" });
        first.leave();
        await coordinator.enter({ name: "b" });
        first.leave();
        assert.equal(coordinator.isFull({ name: "c" }), true);
        assert.deepEqual(coordinator.busy, ["b"]);
    });
});
