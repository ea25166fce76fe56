import assert from "node:assert/strict";
import fc from "fast-check";
import { isCron, isTimeZone } from "../../components/site/schedule";
import { changed, problemsOf, publicKeys, siteOf, validSite } from "./fixture";

describe("how models are served", () => {
    const site = siteOf(validSite());

    it("has defaults: peak, ranking, scaling, overload, and whose the number of replicas is", () => {
        const [r1, tiny] = site.models;
        assert.equal(r1?.traffic?.peakFactor, 3);
        assert.deepEqual(r1.objectives, { ttftSeconds: 2, tpotMilliseconds: 50, rankBy: "cost" });
        assert.deepEqual([r1.scaling?.minReplicas, r1.scaling?.queueLength, r1.scaling?.coolDownSeconds], [1, 8, 900]);
        assert.deepEqual(r1.overload, { strategy: "reroute", rerouteTo: "tiny", queueLength: 64 });
        assert.deepEqual([r1.replicas, r1.replicasGiven, r1.priority], [1, false, 10]);
        assert.deepEqual([tiny?.traffic, tiny?.scaling, tiny?.overload, tiny?.priority], Array(4).fill(undefined));
        assert.deepEqual([r1.concurrency, r1.concurrencyGiven], [32, false]);
        assert.equal(siteOf(changed("models.0.concurrency", 8)).models[0]?.concurrencyGiven, true);
        assert.equal(siteOf(changed("models.0.replicas", 2)).models[0]?.replicasGiven, true);
        assert.equal(siteOf(changed("models.0.scaling.minReplicas", 2)).models[0]?.replicas, 2);
    });

    it("may have weights in an image, and replicas over several hosts without GPUs and fabric", () => {
        const weights = { image: `weights@sha256:${"1".repeat(64)}`, prefetch: false, sha256sums: "", sizeGB: 1 };
        const raw = changed("models.0.weights", { ...weights, sha256sums: `${"ab".repeat(32)}  w` });
        assert.equal(siteOf(raw).models[0]?.weights.image, weights.image);
        assert.equal(siteOf(raw).models[0]?.weights.prefetch, false);
        const two = changed("hosts.2", {
            name: "e-[1-2]",
            address: "10.0.9.[1-2]",
            role: "edge",
            pool: "small",
            managed: false,
        });
        Reflect.set(Object((two as ReturnType<typeof validSite>).models[1]) as object, "parallelism", {
            hostsPerReplica: 2,
        });
        Reflect.deleteProperty(Object((two as ReturnType<typeof validSite>).models[0]) as object, "parallelism");
        Reflect.deleteProperty(Object(two) as object, "fabric");
        assert.deepEqual(
            problemsOf(two).filter(line => line.includes("parallelism")),
            [],
        );
    });

    it("has one door with tenants, and keeps the reason for recording text", () => {
        const { gateway } = site;
        assert.deepEqual(gateway?.audit, { retentionDays: 180, textReason: "Answers are reviewed by a person." });
        assert.deepEqual(
            [gateway.kind, gateway.port, gateway.serviceType, gateway.replicas, gateway.maxRequestKiB],
            ["envoy", 443, "LoadBalancer", 2, 1024],
        );
        assert.deepEqual(
            [gateway.routing, gateway.pickerFailure, gateway.jwt.tenantClaim],
            ["prefix", "close", "tenant"],
        );
        assert.equal(gateway.jwt.jwks, publicKeys);
        assert.deepEqual(siteOf(changed("gateway.audit", undefined)).gateway?.audit, { retentionDays: 180 });
    });

    it("has prices in its own currency", () => {
        assert.deepEqual(site.prices, {
            currency: "EUR",
            perUsd: 0.9,
            host: { H200: 280_000, cpu: 20_000 },
            years: 4,
        });
        assert.equal(siteOf(changed("prices", {})).prices?.currency, "USD");
    });

    it("without a gateway and prices is a site too", () => {
        const raw = changed("gateway", undefined);
        Reflect.deleteProperty(Object(raw) as object, "prices");
        Reflect.deleteProperty(Object((raw as ReturnType<typeof validSite>).models[0]) as object, "overload");
        const { gateway, prices } = siteOf(raw);
        assert.deepEqual([gateway, prices], [undefined, undefined]);
        assert.deepEqual(problemsOf(raw), []);
    });
});

describe("times in cron's words", () => {
    it("are five fields of numbers, names, ranges, steps and lists", () => {
        const good = ["* * * * *", "0 8 * * 1-5", "*/15 0-6,22 1 JAN-MAR mon,Fri", "5/10 0 31 12 6", "0  8\t* * *"];
        const bad = ["", "0 8 * *", "0 8 * * * *", "60 8 * * *", "0 24 * * *", "0 8 0 * *", "0 8 * 13 *", "0 8 * * 7"];
        const worse = [
            "0 8 * * 5-1",
            "*/0 8 * * *",
            "@daily",
            "x 8 * * *",
            "0 8 * * 1-",
            "0 8 *-5 * *",
            "0 8 * feb-jan *",
        ];
        assert.deepEqual(
            good.filter(text => !isCron(text)),
            [],
        );
        assert.deepEqual([...bad, ...worse].filter(isCron), []);
    });

    it("every time of a day and a week is one, and no text makes it throw", () => {
        const time = fc.tuple(fc.nat(59), fc.nat(23), fc.nat(6));
        fc.assert(fc.property(time, ([minute, hour, day]) => isCron(`${minute} ${hour} * * ${day}`)));
        fc.assert(
            fc.property(
                fc.string(),
                text => typeof isCron(text) === "boolean" && typeof isTimeZone(text) === "boolean",
            ),
        );
    });

    it("are of a zone that the IANA database has", () => {
        assert.deepEqual(
            ["UTC", "Asia/Shanghai", "Europe/Berlin"].filter(zone => !isTimeZone(zone)),
            [],
        );
        assert.deepEqual(["", "utc", "Asia/Beijingg", "+08:00", "Mars/Olympus"].filter(isTimeZone), []);
    });
});
