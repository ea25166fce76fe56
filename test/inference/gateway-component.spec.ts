import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { Gateway } from "../../components/inference/gateway/gateway";
import { makeGateway } from "../../components/inference/gateway/makeGateway";
import { makeScaling } from "../../components/inference/scaling/makeScaling";
import type { SiteCertificates } from "../../components/secrets/certificates";
import type { SiteGateway } from "../../components/site/serving";
import { deploy, valueOf } from "../harness";
import { r1Model, r1Plan } from "./fixtures";
import { behind, caddyGateway, envoyGateway, gatewaySite } from "./gateway-fixtures";

const KEY = "a-key-that-nobody-else-may-see-0123456789";
const keys = { "deepseek-r1": pulumi.secret(KEY), "tiny-deepseek": pulumi.secret(KEY) };
const tls = { certificate: "CERTIFICATE", privateKey: pulumi.secret("PRIVATE"), caCertificate: "AUTHORITY" };
const images = { envoy: "envoy:1", picker: "picker:1" };

const deployed = (gateway: SiteGateway) =>
    deploy(() => new Gateway("gateway", { ...behind(gateway), keys, ...tls, images }));

const certificates = {
    for: () => ({ ...tls, certificate: pulumi.output("CERTIFICATE"), expires: pulumi.output("2027") }),
    caCertificate: pulumi.output("AUTHORITY"),
} as unknown as SiteCertificates;

describe("component Gateway", () => {
    for (const gateway of [caddyGateway, envoyGateway]) {
        it(`tells where each model is, and nobody a key (${gateway.kind})`, async () => {
            const { registered, result } = await deployed(gateway);
            assert.deepEqual(await valueOf(result.endpoints), {
                "deepseek-r1": "https://ai.example.org:443/deepseek-r1/v1",
                "tiny-deepseek": "https://ai.example.org:443/tiny-deepseek/v1",
            });
            for (const { type, name, inputs, secrets } of registered) {
                const text = JSON.stringify(inputs);
                if (text.includes(KEY) || text.includes("PRIVATE")) {
                    assert.equal(type, "kubernetes:core/v1:Secret", name);
                    assert.ok(secrets.length > 0, name);
                }
            }
            assert.equal(registered.filter(each => JSON.stringify(each.inputs).includes(KEY)).length > 0, true);
        });

        it(`gives policies what they need (${gateway.kind})`, async () => {
            const { find } = await deployed(gateway);
            const { inputs } = find("gateway", "seamount:inference:Gateway");
            assert.deepEqual(
                [inputs.kind, inputs.tlsMinimum, inputs.audit],
                [gateway.kind, "1.3", { retentionDays: 200, text: "" }],
            );
        });
    }

    it("is made of a site that has one, and refused where it cannot work", async () => {
        const models = [{ model: r1Model, plan: r1Plan }];
        const own = { models, services: [{ name: "deepseek-r1", key: KEY }], certificates };
        const cluster = { namespace: pulumi.output("models") };
        const { result, find } = await deploy(() => {
            const none = makeGateway({
                site: gatewaySite(caddyGateway, { gateway: undefined }),
                ...own,
                cluster,
                options: {},
            });
            assert.equal(none, undefined);
            const bad = gatewaySite({ ...caddyGateway, audit: { retentionDays: 1 } });
            assert.throws(
                () => makeGateway({ site: bad, ...own, cluster, options: {} }),
                /seamount:site\.gateway\.audit\.retentionDays: 1 is less than 180 days/,
            );
            return makeGateway({ site: gatewaySite(envoyGateway), ...own, cluster, options: {} });
        });
        assert.ok(result !== undefined);
        const { inputs } = find("bank-gateway-picker-deepseek-r1-deployment");
        assert.match(JSON.stringify(inputs), /llm-d-router-endpoint-picker:v0\.9\.0/);
    });
});

describe("component Scaling", () => {
    it("is made for models that scale alone", async () => {
        const scaling = { minReplicas: 1, maxReplicas: 2, queueLength: 4, coolDownSeconds: 60, schedule: [] };
        const models = [
            { model: { ...r1Model, scaling }, plan: r1Plan },
            { model: { ...r1Model, name: "fixed", replicas: 0 }, plan: { ...r1Plan, name: "fixed", replicas: 0 } },
        ];
        const site = gatewaySite(caddyGateway, { models: models.map(({ model }) => model) });
        const { registered } = await deploy(() => makeScaling({ site, models, certificates, options: {} }));
        const kinds = registered.filter(({ type }) => /keda|monitoring/.test(type)).map(({ name }) => name);
        assert.deepEqual(kinds.sort(), [
            "bank-scaling-PodMonitor-deepseek-r1",
            "bank-scaling-ScaledObject-deepseek-r1",
        ]);
        const none = await deploy(() => makeScaling({ site, models: models.slice(1), certificates, options: {} }));
        assert.deepEqual([none.result, none.registered], [undefined, []]);
    });
});
