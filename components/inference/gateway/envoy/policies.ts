import type { GatewayTenant } from "../../../site/serving";
import type { CustomObject, GatewayModel, GatewaySettings } from "../settings";
import { COST, DESTINATION_HEADER, GATEWAY_REF, own, SESSION_HEADER, SUBJECT_HEADER, TENANT_HEADER } from "./proxy";

type Json = Readonly<Record<string, unknown>>;

/** Name of the provider of tokens in Envoy's configuration. */
const PROVIDER = "site";
/** Most values of a claim that one rule takes: securitypolicies.gateway.envoyproxy.io of v1.9.0. */
const MOST_CLAIM_VALUES = 128;

/** Who issues tokens, and what of them goes on as headers. */
function jwt({ gateway }: GatewaySettings): Json {
    const { issuer, audience, jwksUri, jwks, tenantClaim } = gateway.jwt;
    return {
        providers: [
            {
                name: PROVIDER,
                issuer,
                audiences: [audience],
                ...(jwksUri === undefined
                    ? { localJWKS: { type: "Inline", inline: jwks } }
                    : { remoteJWKS: { uri: jwksUri } }),
                claimToHeaders: [
                    { claim: tenantClaim, header: TENANT_HEADER },
                    { claim: "sub", header: SUBJECT_HEADER },
                ],
            },
        ],
    };
}

/** For all that no model's own policy is for: a good token, and then nothing. */
export function gatewayPolicy(settings: GatewaySettings): CustomObject {
    return {
        apiVersion: "gateway.envoyproxy.io/v1alpha1",
        kind: "SecurityPolicy",
        metadata: own(settings),
        spec: { targetRefs: [GATEWAY_REF], jwt: jwt(settings), authorization: { defaultAction: "Deny" } },
    };
}

/** Claims of the tenants that may use a model. */
export function allowedClaims(model: string, tenants: readonly GatewayTenant[]): readonly string[] {
    return tenants.filter(({ models }) => models.includes(model)).map(({ claim }) => claim);
}

/** For one model: a good token of a tenant that may use it. Anybody else gets 403. */
export function modelPolicy(settings: GatewaySettings, { plan }: GatewayModel): CustomObject {
    const { tenants, jwt: tokens } = settings.gateway;
    const claims = allowedClaims(plan.name, tenants);
    const starts = claims.map((_, index) => index).filter(index => index % MOST_CLAIM_VALUES === 0);
    return {
        apiVersion: "gateway.envoyproxy.io/v1alpha1",
        kind: "SecurityPolicy",
        metadata: own(settings, plan.name),
        spec: {
            targetRefs: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: plan.name }],
            jwt: jwt(settings),
            authorization: {
                defaultAction: "Deny",
                rules: starts.map(start => ({
                    name: `tenants-${start / MOST_CLAIM_VALUES}`,
                    action: "Allow",
                    principal: {
                        jwt: {
                            provider: PROVIDER,
                            claims: [
                                { name: tokens.tenantClaim, values: claims.slice(start, start + MOST_CLAIM_VALUES) },
                            ],
                        },
                    },
                })),
            },
        },
    };
}

/**
 * Limits of tenants, sizes of requests, and how replicas are chosen and chosen again. The copies of Envoy count together
 * (`global`), over all models (`shared`). Tokens are charged when an answer has ended, by what the endpoint picker read
 * in it: a tenant that has used its tokens is refused from the next request on.
 */
export function backendPolicy(settings: GatewaySettings): CustomObject {
    const { tenants, maxRequestKiB } = settings.gateway;
    return {
        apiVersion: "gateway.envoyproxy.io/v1alpha1",
        kind: "BackendTrafficPolicy",
        metadata: own(settings),
        spec: {
            targetRefs: [GATEWAY_REF],
            requestBuffer: { limit: `${maxRequestKiB}Ki` },
            rateLimit: { type: "Global", global: { rules: tenants.flatMap(tenantRules) } },
            loadBalancer:
                settings.gateway.routing === "session"
                    ? { type: "ConsistentHash", consistentHash: { type: "Header", header: { name: SESSION_HEADER } } }
                    : { type: "LeastRequest", endpointOverride: { extractFrom: [{ header: DESTINATION_HEADER }] } },
            retry: {
                numRetries: 2,
                retryOn: { triggers: ["connect-failure", "refused-stream", "reset-before-request"] },
            },
            healthCheck: {
                passive: { consecutiveLocalOriginFailures: 2, splitExternalLocalOriginErrors: true, interval: "3s" },
            },
            // A long answer is one stream that may pause.
            timeout: { tcp: { connectTimeout: "5s" }, http: { requestTimeout: "3600s" } },
        },
    };
}

function tenantRules({ claim, requestsPerMinute, tokensPerMinute }: GatewayTenant): readonly Json[] {
    const clientSelectors = [{ headers: [{ name: TENANT_HEADER, type: "Exact", value: claim }] }];
    const metadata = { namespace: COST.namespace, key: COST.total };
    return [
        { clientSelectors, limit: { requests: requestsPerMinute, unit: "Minute" }, shared: true },
        {
            clientSelectors,
            limit: { requests: tokensPerMinute, unit: "Minute" },
            cost: { request: { from: "Number", number: 0 }, response: { from: "Metadata", metadata } },
            shared: true,
        },
    ];
}
