import { strict as assert } from "node:assert";
import { gatewayProblems } from "../../components/inference/gateway/refusals";
import type { SiteGateway } from "../../components/site/serving";
import type { Site } from "../../components/site/site";
import { r1Model } from "./fixtures";
import { bank, caddyGateway, envoyGateway, gatewaySite } from "./gateway-fixtures";

const problems = (gateway: SiteGateway, change: Partial<Site> = {}): readonly string[] =>
    gatewayProblems(gatewaySite(gateway, change)).map(({ path, message }) => `${path}: ${message}`);

/** Exactly one problem, that says this. */
function refused(gateway: SiteGateway, says: RegExp, change: Partial<Site> = {}): void {
    const found = problems(gateway, change);
    assert.equal(found.length, 1, found.join("\n"));
    assert.match(found[0] ?? "", says);
}

describe("a gateway that cannot work", () => {
    it("is none where all is as it should be, nor without a gateway", () => {
        assert.deepEqual([...problems(caddyGateway), ...problems(envoyGateway)], []);
        assert.deepEqual(gatewayProblems({ ...gatewaySite(caddyGateway), gateway: undefined }), []);
    });

    it("keeps its record for less than six months", () => {
        refused({ ...caddyGateway, audit: { retentionDays: 179 } }, /audit\.retentionDays: 179 is less than 180 days/);
    });

    it("names models that are not there", () => {
        refused(
            { ...caddyGateway, tenants: [bank, { ...bank, models: ["gpt"] }] },
            /tenants\[1\]\.models: "gpt" is no model service of the site, which has deepseek-r1, tiny-deepseek/,
        );
    });

    it("fetches keys in clear, or has none or two kinds of them", () => {
        const { jwks, ...jwt } = caddyGateway.jwt;
        refused({ ...caddyGateway, jwt: { ...jwt, jwksUri: "http://sso/keys" } }, /is not https/);
        refused({ ...caddyGateway, jwt }, /set exactly one of jwksUri and jwks/);
        refused({ ...caddyGateway, jwt: { ...jwt, jwks, jwksUri: "https://sso/keys" } }, /set exactly one/);
    });

    it("has no image", () => {
        refused({ ...caddyGateway, image: undefined }, /gateway\.image: is missing/);
    });

    it("is Envoy without its operators, except where a cluster is somebody else's", () => {
        const { cluster } = gatewaySite(envoyGateway);
        const without = (install: string[] | undefined, kubeadm = cluster.kubeadm): Partial<Site> => ({
            cluster: { ...cluster, kubeadm, operators: install && { install, rdma: "none" } },
        });
        refused(
            envoyGateway,
            /envoy needs gateway-api-inference-extension, llm-d-router in/,
            without(["cert-manager", "envoy-gateway"]),
        );
        refused(envoyGateway, /envoy needs cert-manager/, without(undefined));
        assert.deepEqual(problems(envoyGateway, { cluster: { mode: "existing", namespace: "models" } }), []);
    });

    it("is Envoy and asks what only Caddy can do", () => {
        refused({ ...envoyGateway, pickerFailure: "open" }, /open cannot be had with envoy/);
        refused({ ...envoyGateway, rateLimitStore: undefined }, /rateLimitStore: is missing/);
        const audit = { retentionDays: 200, textReason: "an order of the court" };
        refused({ ...envoyGateway, audit }, /access log cannot hold prompts/);
        for (const strategy of ["shorten", "reroute"] as const) {
            const models = [{ ...r1Model, overload: { strategy, queueLength: 3 } }];
            refused(
                { ...envoyGateway, tenants: [] },
                /models\[0\]\.overload\.strategy: \w+ needs gateway\.kind caddy/,
                { models },
            );
            assert.deepEqual(problems({ ...caddyGateway, tenants: [] }, { models }), []);
        }
        const models = [{ ...r1Model, endpoint: { ...r1Model.endpoint, host: "10.0.0.9" } }];
        refused({ ...envoyGateway, tenants: [] }, /"10\.0\.0\.9" is an address/, { models });
    });

    it("is Envoy and counts further than it can", () => {
        refused(
            { ...envoyGateway, tenants: [{ ...bank, tokensPerMinute: 2 ** 32 }] },
            /tokensPerMinute: 4294967296 is more/,
        );
        const tenants = Array.from({ length: 129 }, (_, index) => ({ ...bank, name: `t${index}` }));
        refused({ ...envoyGateway, tenants }, /129 tenants are more than the 128/);
    });
});
