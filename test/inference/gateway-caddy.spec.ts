import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { caddyConfig } from "../../components/inference/gateway/caddy/config";
import { caddyFiles, caddyManifests } from "../../components/inference/gateway/caddy/manifests";
import { auditGiB, mostOpen, share } from "../../components/inference/gateway/limits";
import type { SiteGateway } from "../../components/site/serving";
import { r1Model, r1Plan, tiny } from "./fixtures";
import { bank, behind, branch, caddyGateway } from "./gateway-fixtures";

/** Every value in a tree under this key. */
function under(tree: unknown, key: string): readonly unknown[] {
    if (typeof tree !== "object" || tree === null) {
        return [];
    }
    return Object.entries(tree as Readonly<Record<string, unknown>>).flatMap(([name, value]) => [
        ...(name === key ? [value] : []),
        ...under(value, key),
    ]);
}

function handlers(gateway: SiteGateway, name: string): readonly Record<string, unknown>[] {
    return under(caddyConfig(behind(gateway)), "handle")
        .flat()
        .filter(each => (each as { handler?: string }).handler === name) as Record<string, unknown>[];
}

const names = { config: "config", tls: "tls", ca: "ca", keys: "keys" };

describe("gateway of Caddy, its configuration", () => {
    it("speaks TLS 1.3 alone, on the only port that clients reach", () => {
        const policies = under(caddyConfig(behind(caddyGateway)), "tls_connection_policies");
        const { host } = caddyGateway;
        assert.deepEqual(policies, [[{ protocol_min: "tls1.3", protocol_max: "tls1.3", default_sni: host }]]);
        const { ingress } = caddyManifests(behind(caddyGateway), names).networkPolicy.spec as unknown as {
            ingress: { from?: unknown; ports: { port: number }[] }[];
        };
        const open = ingress.filter(({ from }) => from === undefined).flatMap(({ ports }) => ports);
        assert.deepEqual(open, [{ protocol: "TCP", port: 8443 }]);
    });

    it("checks tokens before it limits, and limits before it passes on", () => {
        const [route] = under(caddyConfig(behind(caddyGateway)), "routes")[0] as { handle: { handler: string }[] }[];
        assert.deepEqual(
            route?.handle.map(({ handler }) => handler),
            ["seamount_inference", "rate_limit", "subroute"],
        );
    });

    it("gives every tenant its own models and its share of limits", () => {
        const [inference] = handlers(caddyGateway, "seamount_inference");
        assert.deepEqual(inference?.tenants, {
            "bank-1": { name: "bank", models: bank.models, tokens_per_minute: 50_001 },
            "branch-7": { name: "branch", models: branch.models, tokens_per_minute: 50_001 },
        });
        assert.deepEqual(under(handlers(caddyGateway, "rate_limit"), "max_events"), [31, 31]);
    });

    it("knows each model by its certificate and gives it its key, which is nowhere in the configuration", () => {
        const [first] = handlers(caddyGateway, "reverse_proxy");
        assert.deepEqual(under(first, "server_name"), ["r1.example.org"]);
        assert.deepEqual(under(first, "Authorization"), [["Bearer {file./etc/seamount/keys/deepseek-r1}"]]);
        assert.deepEqual(under(first, "dynamic_upstreams"), [
            { source: "a", name: "deepseek-r1-replicas", port: "8443", refresh: "2s" },
        ]);
    });

    it("asks another replica where one does not answer, or says that its engine is away", () => {
        const [first] = handlers(caddyGateway, "reverse_proxy");
        assert.deepEqual(under(first, "retry_match"), [
            [{ method: ["POST"] }, { expression: "{http.reverse_proxy.status_code} in [502, 503]" }],
        ]);
        // It is tried again for longer than one that failed is left alone: a single replica gets a second chance.
        assert.deepEqual([under(first, "try_duration"), under(first, "fail_duration")], [["10s"], ["5s"]]);
        const [buffer] = under(first, "request_buffers");
        assert.ok(Number(buffer) > caddyGateway.maxRequestKiB * 1024);
    });

    it("keeps the record for as many days as the site says, on a volume that stays", () => {
        const files = under(caddyConfig(behind(caddyGateway)), "roll_keep_days");
        assert.deepEqual(files, [200]);
        const { metadata, spec } = caddyManifests(behind(caddyGateway), names).statefulSet as unknown as {
            metadata: { annotations: Record<string, string> };
            spec: { persistentVolumeClaimRetentionPolicy: object };
        };
        assert.equal(metadata.annotations["seamount.dev/audit-retention-days"], "200");
        assert.deepEqual(spec.persistentVolumeClaimRetentionPolicy, { whenDeleted: "Retain", whenScaled: "Retain" });
    });

    it("records text only with a reason, which the pods carry", () => {
        assert.equal(handlers(caddyGateway, "seamount_inference")[0]?.record_text, false);
        const gateway = { ...caddyGateway, audit: { retentionDays: 200, textReason: "an order of the court" } };
        assert.equal(handlers(gateway, "seamount_inference")[0]?.record_text, true);
        const { annotations } = caddyManifests(behind(gateway), names).statefulSet.metadata as {
            annotations: Record<string, string>;
        };
        assert.equal(annotations["seamount.dev/audit-text-reason"], "an order of the court");
    });

    it("renders every strategy of overload, and none where the site says none", () => {
        const limits = (overload: object | undefined): unknown => {
            const model = { ...r1Model, ...(overload && { overload: overload as never }) };
            const settings = { ...behind(caddyGateway), models: [{ model, plan: r1Plan }] };
            return under(caddyConfig(settings), "models").find(each => !Array.isArray(each));
        };
        const replicas = "deepseek-r1-replicas";
        assert.deepEqual(limits(undefined), { "deepseek-r1": { replicas } });
        const cases = [
            [{ strategy: "shed", queueLength: 4 }, { strategy: "shed" }],
            [
                { strategy: "shorten", queueLength: 4, shortenToTokens: 99 },
                { strategy: "shorten", shorten_to_tokens: 99 },
            ],
            [
                { strategy: "reroute", queueLength: 4, rerouteTo: "x" },
                { strategy: "reroute", reroute_to: "x" },
            ],
        ] as const;
        for (const [overload, rendered] of cases) {
            // 16 that are worked on and 4 that wait, at one of two copies.
            assert.deepEqual(limits(overload), { "deepseek-r1": { replicas, most_open: 10, ...rendered } });
        }
    });

    it("reads keys from where the site has them", () => {
        assert.equal(caddyFiles(behind(caddyGateway))["jwks.json"], '{"keys":[]}');
        const { issuer, audience, tenantClaim } = caddyGateway.jwt;
        const jwksUri = "https://sso.example.org:8443/keys";
        const remote = { ...caddyGateway, jwt: { issuer, audience, tenantClaim, jwksUri } };
        assert.deepEqual(Object.keys(caddyFiles(behind(remote))), ["caddy.json"]);
        const { egress } = caddyManifests(behind(remote), names).networkPolicy.spec as unknown as { egress: object[] };
        assert.deepEqual(egress.at(-1), { ports: [{ protocol: "TCP", port: 8443 }] });
    });
});

describe("limits of several copies of a gateway", () => {
    it("together let through the limit, and less than one more each", () => {
        fc.assert(
            fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 64 }), (limit, replicas) => {
                const all = share(limit, replicas) * replicas;
                assert.ok(all >= limit && all < limit + replicas);
            }),
        );
    });

    it("leave a replica what it works on", () => {
        fc.assert(
            fc.property(fc.integer({ min: 1, max: 999 }), fc.nat(999), fc.integer({ min: 1, max: 64 }), (c, q, n) => {
                assert.ok(mostOpen({ concurrency: c }, { queueLength: q }, n) * n >= c + q);
            }),
        );
    });

    it("reckon the room of the record from traffic", () => {
        const traffic = {
            dailyRequests: 1e6,
            peakFactor: 3,
            inputTokens: 900,
            outputTokens: 100,
            prefixCacheHitRate: 0,
        };
        const models = [{ ...r1Model, traffic }];
        // 10⁶ × 512 B × 200 days ÷ 2 copies = 47.7 GiB.
        assert.equal(auditGiB(caddyGateway, models), 48);
        const text = { ...caddyGateway, audit: { retentionDays: 200, textReason: "an order of the court" } };
        assert.equal(auditGiB(text, models), Math.ceil((1e6 * (512 + 8000) * 100) / 2 ** 30));
        assert.equal(auditGiB(caddyGateway, [r1Model, tiny.model]), 10);
    });
});
