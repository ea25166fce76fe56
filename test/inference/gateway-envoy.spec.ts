import { strict as assert } from "node:assert";
import { parse } from "yaml";
import { envoyObjects } from "../../components/inference/gateway/envoy/manifests";
import { pickerConfig, pickerDeployment } from "../../components/inference/gateway/envoy/picker";
import { gatewayPeers, metricsReaders } from "../../components/inference/gateway/peers";
import type { CustomObject } from "../../components/inference/gateway/settings";
import type { SiteGateway } from "../../components/site/serving";
import type { Site } from "../../components/site/site";
import { r1Model, r1Plan, tiny } from "./fixtures";
import { behind, caddyGateway, envoyGateway, gatewaySite } from "./gateway-fixtures";

const names = { image: "envoy:1", tls: "tls", ca: "ca", credential: (model: string) => `key-of-${model}` };

function objects(gateway: SiteGateway = envoyGateway): readonly CustomObject[] {
    return envoyObjects(behind(gateway), names);
}

function find(kind: string, name: string, gateway?: SiteGateway): Record<string, never> {
    const found = objects(gateway).find(each => each.kind === kind && each.metadata.name === name);
    assert.ok(found !== undefined, `${kind} ${name}`);
    return found.spec as Record<string, never>;
}

describe("gateway of Envoy", () => {
    it("refuses TLS below 1.3, and listens nowhere in clear", () => {
        assert.deepEqual(find("ClientTrafficPolicy", "gateway").tls, { minVersion: "1.3", maxVersion: "1.3" });
        const { listeners } = find("Gateway", "gateway") as unknown as { listeners: { protocol: string }[] };
        assert.deepEqual(
            listeners.map(({ protocol }) => protocol),
            ["HTTPS"],
        );
    });

    it("takes from clients every header that its own parts trust", () => {
        const policy = find("ClientTrafficPolicy", "gateway") as unknown as {
            headers: { earlyRequestHeaders: { remove: string[] } };
        };
        const removed = policy.headers.earlyRequestHeaders.remove;
        const { jwt } = find("SecurityPolicy", "gateway") as unknown as {
            jwt: { providers: { claimToHeaders: { header: string }[] }[] };
        };
        const trusted = jwt.providers.flatMap(({ claimToHeaders }) => claimToHeaders.map(({ header }) => header));
        for (const header of [...trusted, "x-gateway-destination-endpoint", "x-seamount-model"]) {
            assert.ok(removed.includes(header), header);
        }
    });

    it("lets a tenant use its models and no other, and nobody anything else", () => {
        const claims = (name: string): unknown => {
            const { authorization } = find("SecurityPolicy", name) as unknown as {
                authorization: { defaultAction: string; rules?: { principal: { jwt: { claims: object[] } } }[] };
            };
            assert.equal(authorization.defaultAction, "Deny");
            return authorization.rules?.flatMap(({ principal }) => principal.jwt.claims);
        };
        assert.equal(claims("gateway"), undefined);
        assert.deepEqual(claims("deepseek-r1"), [{ name: "tenant", values: ["bank-1"] }]);
        assert.deepEqual(claims("tiny-deepseek"), [{ name: "tenant", values: ["bank-1", "branch-7"] }]);
    });

    it("closes a model that no tenant may use", () => {
        const gateway = { ...envoyGateway, tenants: [] };
        const { authorization } = find("SecurityPolicy", "deepseek-r1", gateway) as unknown as {
            authorization: object;
        };
        assert.deepEqual(authorization, { defaultAction: "Deny", rules: [] });
    });

    it("splits tenants over rules where one holds no more of them", () => {
        const tenants = Array.from({ length: 200 }, (_, index) => ({
            ...envoyGateway.tenants[0],
            name: `t${index}`,
            claim: `c${index}`,
        })) as unknown as SiteGateway["tenants"];
        const { authorization } = find("SecurityPolicy", "deepseek-r1", { ...envoyGateway, tenants }) as unknown as {
            authorization: { rules: { name: string; principal: { jwt: { claims: { values: string[] }[] } } }[] };
        };
        const values = authorization.rules.map(({ principal }) => principal.jwt.claims[0]?.values ?? []);
        assert.deepEqual(
            values.map(({ length }) => length),
            [128, 72],
        );
        assert.equal(new Set(values.flat()).size, 200);
    });

    it("counts requests at once and tokens after answers, for all copies and models together", () => {
        const { rateLimit } = find("BackendTrafficPolicy", "gateway") as unknown as {
            rateLimit: { type: string; global: { rules: { limit: object; cost?: object; shared: boolean }[] } };
        };
        const [requests, tokens] = rateLimit.global.rules;
        assert.equal(rateLimit.type, "Global");
        assert.deepEqual([requests?.limit, requests?.cost], [{ requests: 61, unit: "Minute" }, undefined]);
        assert.deepEqual(tokens?.limit, { requests: 100_001, unit: "Minute" });
        assert.deepEqual(tokens?.cost, {
            request: { from: "Number", number: 0 },
            response: { from: "Metadata", metadata: { namespace: "envoy.lb", key: "seamount-total-tokens" } },
        });
        assert.ok(rateLimit.global.rules.every(({ shared }) => shared));
    });

    it("reads the cost where the picker writes it", () => {
        const config = parse(pickerConfig(behind(envoyGateway), { model: r1Model, plan: r1Plan })) as {
            plugins: { type: string; parameters?: { attributes?: { key: object }[] } }[];
        };
        const keys = config.plugins.flatMap(({ parameters }) => parameters?.attributes?.map(({ key }) => key) ?? []);
        assert.ok(keys.some(key => JSON.stringify(key) === '{"namespace":"envoy.lb","name":"seamount-total-tokens"}'));
        const { extProc } = find("EnvoyExtensionPolicy", "deepseek-r1") as unknown as {
            extProc: { metadata: { writableNamespaces: string[] }; failOpen: boolean }[];
        };
        assert.deepEqual(extProc[0]?.metadata.writableNamespaces, ["envoy.lb"]);
        assert.equal(extProc[0]?.failOpen, false);
    });

    it("names in its profile only plugins that it has", () => {
        for (const routing of ["prefix", "session"] as const) {
            for (const each of [{ model: r1Model, plan: r1Plan }, tiny]) {
                const config = parse(pickerConfig(behind({ ...envoyGateway, routing }), each)) as {
                    plugins: { name?: string; type: string }[];
                    schedulingProfiles: { plugins: { pluginRef: string }[] }[];
                    saturationDetector: { pluginRef: string };
                };
                const known = config.plugins.map(({ name, type }) => name ?? type);
                assert.equal(new Set(known).size, known.length);
                const used = config.schedulingProfiles.flatMap(({ plugins }) => plugins);
                for (const { pluginRef } of [...used, config.saturationDetector]) {
                    assert.ok(known.includes(pluginRef), pluginRef);
                }
                assert.equal(known.includes("prefix-cache-scorer"), routing === "prefix");
            }
        }
    });

    it("routes by the picker's answer, or by a hash of the session", () => {
        const balancer = (routing: "prefix" | "session"): unknown =>
            find("BackendTrafficPolicy", "gateway", { ...envoyGateway, routing }).loadBalancer;
        assert.deepEqual(balancer("prefix"), {
            type: "LeastRequest",
            endpointOverride: { extractFrom: [{ header: "x-gateway-destination-endpoint" }] },
        });
        assert.deepEqual(balancer("session"), {
            type: "ConsistentHash",
            consistentHash: { type: "Header", header: { name: "x-session-id" } },
        });
    });

    it("elects one of several pickers, and waits for no standby", () => {
        const deployment = (replicas: number): { args: string[]; annotations: unknown } => {
            const settings = behind({ ...envoyGateway, replicas });
            const { metadata, spec } = pickerDeployment(
                settings,
                { model: r1Model, plan: r1Plan },
                { image: "picker:1", config: "config" },
            ) as unknown as {
                metadata: { annotations?: object };
                spec: { template: { spec: { containers: { args: string[] }[] } } };
            };
            const [container] = spec.template.spec.containers;
            return { args: container?.args ?? [], annotations: metadata.annotations };
        };
        assert.ok(!deployment(1).args.includes("--ha-enable-leader-election"));
        assert.ok(deployment(2).args.includes("--ha-enable-leader-election"));
        assert.deepEqual(deployment(2).annotations, { "pulumi.com/skipAwait": "true" });
    });

    it("sheds only where the site says so", () => {
        const priority = (overload: object | undefined): unknown => {
            const model = { ...r1Model, ...(overload && { overload: overload as never }) };
            const settings = { ...behind(envoyGateway), models: [{ model, plan: r1Plan }] };
            return envoyObjects(settings, names).find(({ kind }) => kind === "InferenceObjective")?.spec.priority;
        };
        assert.equal(priority(undefined), 0);
        assert.equal(priority({ strategy: "shed", queueLength: 3 }), -1);
    });

    it("makes policies before the routes that they close, and records no text", () => {
        const kinds = objects().map(({ kind }) => kind);
        assert.ok(kinds.lastIndexOf("SecurityPolicy") < kinds.indexOf("HTTPRoute"));
        assert.ok(!/REQ_BODY|RESP_BODY|BODY/.test(JSON.stringify(find("EnvoyProxy", "gateway"))));
    });

    it("is all that may reach the models", () => {
        assert.deepEqual(gatewayPeers(caddyGateway), [
            {
                podSelector: {
                    matchLabels: { "app.kubernetes.io/name": "gateway", "app.kubernetes.io/component": "gateway" },
                },
            },
        ]);
        const [peer] = gatewayPeers(envoyGateway);
        assert.ok(peer !== undefined && "namespaceSelector" in peer && "podSelector" in peer);
        const readers = (change: Partial<Site>): number => metricsReaders(gatewaySite(envoyGateway, change)).length;
        const nobody = { mode: "existing", namespace: "models" } as const;
        assert.deepEqual(
            [readers({}), readers({ gateway: caddyGateway }), readers({ gateway: undefined, cluster: nobody })],
            [2, 1, 0],
        );
    });
});
