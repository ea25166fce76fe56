import { strict as assert } from "node:assert";
import fc from "fast-check";
import {
    type Capacity,
    capacityOf,
    type CapacityRequest,
    keeps,
    operatingPoint,
    replicaGpus,
} from "../../../components/planning/capacity";
import { anyCurve, anyTraffic, curve, performanceAt, traffic } from "./curves";

const wholeHost = { hosts: 1, gpusPerHost: 8 };
const request = (extra: Partial<CapacityRequest> = {}): CapacityRequest => ({
    plan: wholeHost,
    curve: curve(),
    traffic,
    hostGpus: 8,
    ...extra,
});

function capacity(extra: Partial<CapacityRequest> = {}): Capacity {
    const found = capacityOf(request(extra));
    assert.ok(found !== undefined && !("missed" in found), JSON.stringify(found));
    return found;
}

describe("the operating point of a replica", () => {
    it("is the load with the most requests a second that keeps both promises, between the curve's points too", () => {
        // TPOT is 20 ms + 0.5 ms a sequence: 50 ms hold up to 60 sequences.
        const found = operatingPoint(curve(), { tpotMilliseconds: 50 });
        assert.ok(found !== undefined && "point" in found);
        assert.equal(found.point.concurrency, 60);
        assert.ok(Math.abs(found.point.tpotSeconds - 0.05) < 1e-9);
        // TTFT is 0.2 s + 10 ms a sequence: 0.5 s hold up to 30.
        const sooner = operatingPoint(curve(), { tpotMilliseconds: 50, ttftSeconds: 0.5 });
        assert.ok(sooner !== undefined && "point" in sooner && sooner.point.concurrency === 30);
    });

    it("without promises is where requests a second peak, even if the curve falls behind it", () => {
        const falling = [performanceAt(8), { ...performanceAt(16), requestsPerSecond: 0.01 }];
        const found = operatingPoint(falling);
        assert.ok(found !== undefined && "point" in found && found.point.concurrency === 8);
    });

    it("is refused with the floor, and which promise misses it", () => {
        const found = (promises: object): unknown => {
            const one = operatingPoint(curve(), promises);
            return one !== undefined && "missed" in one ? [one.missed, one.floor.concurrency] : one;
        };
        assert.deepEqual(found({ ttftSeconds: 0.1 }), ["ttft", 1]);
        assert.deepEqual(found({ tpotMilliseconds: 10 }), ["tpot", 1]);
        assert.deepEqual(found({ tpotMilliseconds: 10, ttftSeconds: 0.1 }), ["both", 1]);
        assert.equal(operatingPoint([], {}), undefined);
    });

    it("always keeps what is promised, and some point of the curve that keeps it is no better", () => {
        const promises = fc.record({
            ttftSeconds: fc.double({ min: 0.01, max: 10, noNaN: true }),
            tpotMilliseconds: fc.double({ min: 1, max: 500, noNaN: true }),
        });
        fc.assert(
            fc.property(anyCurve, promises, (points, promised) => {
                const found = operatingPoint(points, promised);
                assert.ok(found !== undefined);
                const kept = points.filter(point => keeps(point, promised));
                if ("missed" in found) {
                    return kept.length === 0 && !keeps(found.floor, promised);
                }
                return (
                    keeps(found.point, promised) &&
                    kept.every(point => point.requestsPerSecond <= found.point.requestsPerSecond * (1 + 1e-9))
                );
            }),
        );
    });
});

describe("the capacity that traffic needs", () => {
    it("is λ = daily requests / 86,400 × peak, and ⌈λ·t⌉ sequences at a time", () => {
        const found = capacity({ objectives: { tpotMilliseconds: 50, rankBy: "cost" } });
        assert.ok(Math.abs(found.peakRequestsPerSecond - 3.4722) < 1e-4);
        // t = 0.8 s + 499 × 50 ms = 25.75 s; λ·t = 89.4; a replica holds 60.
        assert.equal(found.concurrentSequences, 90);
        assert.deepEqual([found.needed, found.headroom, found.surgeGpus], [2, 1, 8]);
    });

    it("has room for the loss of one host: all replicas that it may hold, and never more than there are", () => {
        const narrow = { hosts: 1, gpusPerHost: 2 };
        assert.equal(capacity({ plan: narrow, traffic: { ...traffic, dailyRequests: 1_000_000 } }).headroom, 4);
        assert.equal(capacity({ plan: narrow, traffic: { ...traffic, dailyRequests: 1 } }).headroom, 1);
        assert.equal(capacity({ plan: { hosts: 4, gpusPerHost: 8 } }).headroom, 1);
        assert.equal(capacity({ plan: { hosts: 1, gpusPerHost: 0 }, hostGpus: 0 }).headroom, 1);
    });

    it("counts the GPUs of all groups of a replica whose prefill and decode are apart", () => {
        const group = (hosts: number, tensorParallel: number): typeof layout => ({ ...layout, hosts, tensorParallel });
        const layout = {
            hosts: 1,
            gpusPerHost: 8,
            tensorParallel: 8,
            pipelineParallel: 1,
            dataParallel: 1,
            expertParallel: true,
        };
        const apart = { prefill: group(1, 8), decode: group(2, 16), prefillGroups: 3, decodeGroups: 1 };
        assert.equal(replicaGpus({ ...wholeHost, apart }), 3 * 8 + 16);
    });

    it("of nothing that is known is none, and none either where no load keeps the promises", () => {
        assert.equal(capacityOf(request({ curve: [] })), undefined);
        const found = capacityOf(request({ objectives: { ttftSeconds: 0.01, rankBy: "cost" } }));
        assert.ok(found !== undefined && "missed" in found && found.missed === "ttft");
    });

    it("is never less for more traffic, and what is needed always suffices", () => {
        fc.assert(
            fc.property(anyCurve, anyTraffic, fc.double({ min: 1, max: 100, noNaN: true }), (points, asked, more) => {
                const less = capacity({ curve: points, traffic: asked });
                const busier = { ...asked, dailyRequests: Math.ceil(asked.dailyRequests * more) };
                const found = capacity({ curve: points, traffic: busier });
                assert.ok(found.needed >= less.needed && found.headroom >= less.headroom);
                assert.ok(found.needed * found.operatingPoint.concurrency >= found.concurrentSequences - 1);
                const served = found.needed * found.operatingPoint.requestsPerSecond;
                assert.ok(served >= found.peakRequestsPerSecond * (1 - 1e-9));
            }),
        );
    });

    it("is never less for a stricter promise", () => {
        fc.assert(
            fc.property(anyTraffic, fc.double({ min: 22, max: 90, noNaN: true }), (asked, tpot) => {
                const needed = (tpotMilliseconds: number): number =>
                    capacity({ traffic: asked, objectives: { tpotMilliseconds, rankBy: "cost" } }).needed;
                return needed(tpot) >= needed(tpot * 1.2);
            }),
        );
    });
});
