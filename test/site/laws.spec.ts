import assert from "node:assert/strict";
import fc from "fast-check";
import { expandRange } from "../../components/site/range";
import { parseSite } from "../../components/site/parse";
import type { RawSite } from "../../components/site/schema";
import { checksum, context, keyOf, siteOf, validSite } from "./fixture";
import { mutate, mutation } from "./mutation";

type RawGroup = RawSite["hosts"][number];

const group = fc.record({
    role: fc.constantFrom("control-plane" as const, "gpu" as const, "storage" as const, "edge" as const),
    first: fc.integer({ min: 0, max: 9 }),
    count: fc.integer({ min: 1, max: 90 }),
    ownPool: fc.boolean(),
    gpus: fc.integer({ min: 1, max: 16 }),
    railList: fc.boolean(),
    managed: fc.boolean(),
});

const site: fc.Arbitrary<RawSite> = fc
    .record({
        environment: fc.constantFrom("local" as const, "staging" as const, "production" as const),
        groups: fc.array(group, { minLength: 1, maxLength: 6 }),
        port: fc.integer({ min: 1, max: 65535 }),
        replicas: fc.integer({ min: 1, max: 20 }),
    })
    .map(({ environment, groups, port, replicas }): RawSite => {
        const hosts = groups.map((each, index): RawGroup => {
            const last = each.first + each.count - 1;
            const range = `g${index}-[${String(each.first).padStart(3, "0")}-${String(last).padStart(3, "0")}]`;
            const names = expandRange(range);
            const keys = "values" in names ? names.values.map(name => [name, keyOf(index + 1)]) : [];
            return {
                name: range,
                address: `10.${index}.0.[${each.first}-${last}]`,
                role: each.role,
                managed: each.managed,
                rails: each.railList ? ["mlx5_0", "mlx5_[1-3]"] : "mlx5_[0-3]",
                ...(each.ownPool && { pool: `pool-${index}` }),
                ...(each.role === "gpu" && { gpu: { model: "H200", count: each.ownPool ? each.gpus : 8 } }),
                ...(each.managed && { hostKeys: Object.fromEntries(keys) as Record<string, string> }),
            };
        });
        const pools = hosts.flatMap(({ role, pool = role }) => (role === "gpu" || role === "edge" ? [pool] : []));
        return {
            name: "law",
            environment,
            access: { user: "root", port },
            hosts,
            images: { vllm: "vllm:1", proxy: "nginx:1" },
            models: [...new Set(pools)].map((pool, index) => ({
                name: `m-${index}`,
                model: "deepseek-r1",
                precision: "fp8" as const,
                pool,
                replicas,
                weights: { hostPath: "/srv/w", sha256sums: checksum, sizeGB: 1 },
                endpoint: { host: `m-${index}.example` },
            })),
        };
    });

describe("laws of sites", () => {
    it("every valid site is read, with as many hosts as its ranges say, each named once", () => {
        fc.assert(
            fc.property(site, raw => {
                const { hosts, models } = siteOf(raw);
                const sizes = raw.hosts
                    .map(({ name }) => expandRange(name))
                    .map(each => ("values" in each ? each.values.length : 0));
                assert.equal(
                    hosts.length,
                    sizes.reduce((sum, size) => sum + size, 0),
                );
                assert.equal(new Set(hosts.map(host => host.name)).size, hosts.length);
                assert.equal(new Set(hosts.map(host => host.address)).size, hosts.length);
                assert.ok(hosts.every(host => !host.managed || host.hostKey !== undefined));
                assert.ok(models.every(model => hosts.some(host => host.pool === model.pool)));
            }),
        );
    });

    it("reading is a function of the value: the same again, and the value is left as it was", () => {
        fc.assert(
            fc.property(site, raw => {
                const before = JSON.stringify(raw);
                assert.deepEqual(parseSite(raw, context), parseSite(raw, context));
                assert.equal(JSON.stringify(raw), before);
            }),
            { numRuns: 30 },
        );
    });

    it("no mutation of a valid site throws: it is a site, or has problems that say where", () => {
        let refused = 0;
        fc.assert(
            fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), mutations => {
                const raw = mutations.reduce(mutate, JSON.parse(JSON.stringify(validSite())) as unknown);
                const parsed = parseSite(raw, context);
                if ("problems" in parsed) {
                    refused++;
                    assert.ok(parsed.problems.length > 0);
                    for (const { path, message } of parsed.problems) {
                        assert.match(path, /^seamount:site([.[]|$)/);
                        assert.ok(message.length > 0 && !/[\n\r]/.test(path + message), `${path}: ${message}`);
                    }
                } else {
                    assert.equal(typeof parsed.site.name, "string");
                }
            }),
            { numRuns: 1000 },
        );
        assert.ok(refused > 500, `only ${refused} mutations were refused: they do not test much`);
    }).timeout(60_000);
});
