import type { GatewaySettings } from "../../components/inference/gateway/settings";
import type { GatewayTenant, SiteGateway } from "../../components/site/serving";
import type { Site } from "../../components/site/site";
import { operatorsSite } from "../cluster/operators/sites";
import { r1Model, r1Plan, tiny } from "./fixtures";

/** A tenant that may use everything. */
export const bank: GatewayTenant = {
    name: "bank",
    claim: "bank-1",
    models: ["deepseek-r1", "tiny-deepseek"],
    requestsPerMinute: 61,
    tokensPerMinute: 100_001,
};

/** A tenant that may use one model. */
export const branch: GatewayTenant = { ...bank, name: "branch", claim: "branch-7", models: ["tiny-deepseek"] };

/** A gateway of the kind `caddy`, with two copies. */
export const caddyGateway: SiteGateway = {
    kind: "caddy",
    host: "ai.example.org",
    port: 443,
    serviceType: "LoadBalancer",
    replicas: 2,
    image: `registry.example.org/gateway@sha256:${"0123456789abcdef".repeat(4)}`,
    jwt: { issuer: "https://sso.example.org", audience: "models", jwks: '{"keys":[]}', tenantClaim: "tenant" },
    tenants: [bank, branch],
    maxRequestKiB: 1024,
    audit: { retentionDays: 200 },
    routing: "prefix",
    pickerFailure: "close",
};

/** The same as Envoy. */
export const envoyGateway: SiteGateway = {
    ...caddyGateway,
    kind: "envoy",
    rateLimitStore: "redis.platform.svc:6379",
};

/** Two models behind a gateway. */
export function behind(gateway: SiteGateway): GatewaySettings {
    const models = [{ model: r1Model, plan: r1Plan }, tiny];
    return { gateway, models, namespace: "models", monitored: true };
}

/** A site with that gateway, and all that both kinds need. */
export function gatewaySite(gateway: SiteGateway, change: Partial<Site> = {}): Site {
    const install = ["cert-manager", "gateway-api-inference-extension", "envoy-gateway", "llm-d-router"];
    const site = operatorsSite({ install: [...install, "keda", "kube-prometheus-stack"] });
    const { endpoint } = r1Model;
    const models = [r1Model, { ...tiny.model, endpoint }];
    return { ...site, models, gateway, ...change };
}
