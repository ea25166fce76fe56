import { strict as assert } from "node:assert";
import fc from "fast-check";
import { gpuNames, modelNames } from "../../../catalog";
import { gpuPrices, hostedPrices, tariffs } from "../../../catalog/prices";
import { type Cost, costOf, type CostRequest, noCostSentence } from "../../../components/planning/capacity";
import type { SitePrices } from "../../../components/site/serving";
import { anyTraffic, traffic } from "./curves";

const request = (extra: Partial<CostRequest> = {}): CostRequest => ({
    plan: { gpu: "H200", model: "deepseek-r1", hosts: 1, gpusPerHost: 8 },
    replicas: 3,
    traffic,
    hostGpus: 8,
    ...extra,
});

function cost(extra: Partial<CostRequest> = {}): Cost {
    const found = costOf(request(extra));
    assert.ok(!("missing" in found), JSON.stringify(found));
    return found;
}

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));

const own: SitePrices = {
    currency: "CNY",
    host: { H200: 2_000_000 },
    hostKW: { H200: 10 },
    electricityPerKWh: 0.7,
    pue: 1.3,
    networkShare: 0.15,
    operationsPerHostYear: 100_000,
    modelUpdatesPerYear: 300_000,
    years: 4,
    hostedPerMillionInput: 4,
    hostedPerMillionOutput: 16,
};

const anyPrices: fc.Arbitrary<SitePrices> = fc.record({
    currency: fc.constant("CNY"),
    host: fc.integer({ min: 1, max: 10_000_000 }).map(H200 => ({ H200 })),
    hostKW: fc.double({ min: 0.1, max: 20, noNaN: true }).map(H200 => ({ H200 })),
    electricityPerKWh: fc.double({ min: 0.01, max: 5, noNaN: true }),
    pue: fc.double({ min: 1, max: 3, noNaN: true }),
    networkShare: fc.double({ min: 0, max: 1, noNaN: true }),
    operationsPerHostYear: fc.integer({ min: 0, max: 1_000_000 }),
    modelUpdatesPerYear: fc.integer({ min: 0, max: 1_000_000 }),
    years: fc.integer({ min: 1, max: 10 }),
    hostedPerMillionInput: fc.double({ min: 0.01, max: 100, noNaN: true }),
    hostedPerMillionOutput: fc.double({ min: 0.01, max: 100, noNaN: true }),
});

describe("what a model service costs", () => {
    it("is hardware + (power + network + operations) × years + model updates × years, by hand", () => {
        const found = cost({ prices: own });
        assert.equal(found.hardware, 6_000_000);
        assert.ok(near(found.powerPerYear, 3 * 10 * 1.3 * 8760 * 0.7));
        assert.ok(near(found.networkPerYear, (6_000_000 * 0.15) / 4));
        assert.deepEqual([found.operationsPerYear, found.modelUpdatesPerYear], [300_000, 300_000]);
        assert.ok(near(found.total, 6_000_000 + (239_148 + 225_000 + 300_000) * 4 + 300_000 * 4));
        assert.deepEqual([found.currency, found.powerKW, found.hosts, found.racks], ["CNY", 39, 3, 1]);
        assert.ok(near(found.perMillionTokens, found.total / (250 * 365 * 4)));
    });

    it("takes the catalogue's prices with their sources where the site says nothing", () => {
        const found = cost();
        assert.equal(found.currency, "USD");
        assert.equal(found.hardware, 3 * Math.round((8 * 32_000) / 0.65));
        assert.ok(near(found.powerKW, 3 * 10.2 * 1.54));
        assert.ok(found.assumptions.every(({ source, unit }) => source.length > 10 && unit.length > 0));
        assert.ok(found.assumptions.some(({ source }) => source.includes("2026-11")));
    });

    it("converts them, and says what is missing where it cannot", () => {
        const euros = cost({ prices: { currency: "EUR", perUsd: 0.9, host: {} } });
        assert.ok(near(euros.total, 0.9 * cost().total));
        assert.ok(near(euros.breakEvenTokensPerDay ?? 0, cost().breakEvenTokensPerDay ?? 1));
        const none = costOf(request({ prices: { currency: "EUR", host: { H200: 300_000 } } }));
        assert.ok("missing" in none);
        assert.match(
            noCostSentence(none),
            /^No cost is reckoned: .* do not say electricity in EUR \(prices\.electricityPerKWh, or prices\.perUsd\) and /,
        );
    });

    it("is never made up for hardware without a price", () => {
        const plan = { gpu: "Ascend-910B", model: "deepseek-r1", hosts: 2, gpusPerHost: 8 };
        const none = costOf(request({ plan }));
        assert.ok("missing" in none);
        assert.deepEqual(none.missing, [
            "power of a host of Ascend-910B (prices.hostKW.Ascend-910B)",
            "price of a host of Ascend-910B (prices.host.Ascend-910B)",
        ]);
        const prices = { currency: "USD", host: { "Ascend-910B": 150_000 }, hostKW: { "Ascend-910B": 6 } };
        assert.equal(cost({ plan, prices }).hardware, 3 * 2 * 150_000);
        const cpu = { gpu: "cpu", model: "tiny-deepseek", hosts: 1, gpusPerHost: 0 };
        assert.ok("missing" in costOf(request({ plan: cpu, hostGpus: 0 })));
        const ofCpu = { currency: "USD", host: { cpu: 10_000 }, hostKW: { cpu: 1 } };
        assert.equal(cost({ plan: cpu, hostGpus: 8, prices: ofCpu }).hardware, 30_000);
    });

    it("is that of the share of a host that a narrow replica takes", () => {
        const plan = { gpu: "H200", model: "deepseek-r1", hosts: 1, gpusPerHost: 2 };
        assert.ok(near(cost({ plan, replicas: 4 }).hardware, cost({ replicas: 1 }).hardware));
    });

    it("grows with every price, and its sensitivity is what a tenth more makes of it", () => {
        const fields = [
            "electricityPerKWh",
            "pue",
            "networkShare",
            "operationsPerHostYear",
            "modelUpdatesPerYear",
        ] as const;
        fc.assert(
            fc.property(anyPrices, fc.constantFrom(...fields), (prices, field) => {
                const before = cost({ prices });
                const after = cost({ prices: { ...prices, [field]: (prices[field] ?? 0) * 1.1 } });
                assert.ok(after.total >= before.total);
                const { name } = before.assumptions[fields.indexOf(field) + 2] ?? { name: "" };
                const told = before.sensitivity.find(one => one.name === name)?.totalChange ?? 0;
                assert.ok(Math.abs(after.total - before.total - told) <= before.total * 1e-8, name);
            }),
        );
    });

    it("breaks even at the volume at which it costs what the hosted service asks", () => {
        fc.assert(
            fc.property(anyPrices, anyTraffic, (prices, asked) => {
                const found = cost({ prices, traffic: asked });
                const tokensPerDay = found.breakEvenTokensPerDay ?? NaN;
                const dailyRequests = tokensPerDay / (asked.inputTokens + asked.outputTokens);
                const there = cost({ prices, traffic: { ...asked, dailyRequests } });
                assert.ok(near(there.total, found.total));
                assert.ok(near(there.perMillionTokens, there.hostedPerMillionTokens ?? NaN));
            }),
        );
    });

    it("is the sum of its parts, and no replica is free", () => {
        fc.assert(
            fc.property(anyPrices, anyTraffic, fc.integer({ min: 1, max: 50 }), (prices, asked, replicas) => {
                const { hardware, powerPerYear, networkPerYear, operationsPerYear, modelUpdatesPerYear, years, total } =
                    cost({ prices, traffic: asked, replicas });
                const yearly = powerPerYear + networkPerYear + operationsPerYear + modelUpdatesPerYear;
                assert.ok(near(total, hardware + yearly * years));
                assert.ok(cost({ prices, traffic: asked, replicas: replicas + 1 }).total > total);
            }),
        );
    });

    it("counts what a hosted service asks for cached input, and has no break-even where nobody offers the model", () => {
        const uncached = cost({ traffic: { ...traffic, prefixCacheHitRate: 0 } });
        assert.ok(near(uncached.hostedPerMillionTokens ?? 0, (2000 * 0.55 + 500 * 2.19) / 2500));
        assert.ok((cost().hostedPerMillionTokens ?? 1) < (uncached.hostedPerMillionTokens ?? 0));
        const plan = { gpu: "H200", model: "tiny-deepseek", hosts: 1, gpusPerHost: 8 };
        assert.equal(cost({ plan }).breakEvenTokensPerDay, undefined);
    });
});

describe("prices of the catalogue", () => {
    it("are of GPUs and models that it has, above zero, each with a source and the date it was read", () => {
        assert.deepEqual(
            Object.keys(gpuPrices).filter(name => !gpuNames.includes(name)),
            [],
        );
        assert.deepEqual(
            Object.keys(hostedPrices).filter(name => !modelNames.includes(name)),
            [],
        );
        const priced = [...Object.values(gpuPrices).flatMap(({ gpu, watts }) => [watts, ...(gpu ? [gpu] : [])])];
        const hosted = Object.values(hostedPrices).flatMap(({ input, cachedInput, output }) => [
            input,
            cachedInput,
            output,
        ]);
        assert.ok([...priced.map(({ value }) => value), ...hosted].every(value => value > 0));
        for (const { source } of [...priced, ...Object.values(hostedPrices), ...Object.values(tariffs)]) {
            assert.match(source.date, /^\d{4}-\d{2}(-\d{2})?$/);
            assert.ok(source.where.length > 10);
        }
    });
});
