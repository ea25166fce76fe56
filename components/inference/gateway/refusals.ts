import { isIP } from "node:net";
import { pathOf, type Problem } from "../../site/problem";
import type { SiteGateway } from "../../site/serving";
import type { Site, SiteModel } from "../../site/site";
import { LEAST_RETENTION_DAYS } from "./names";

/** What Envoy needs in a cluster, by its name in `operators.install`. */
const ENVOY_OPERATORS = ["cert-manager", "gateway-api-inference-extension", "envoy-gateway", "llm-d-router"];
/** Largest limit of a rate limit of Envoy's: 32 bits. */
const MOST_LIMIT = 2 ** 32 - 1;
/** Most tenants: Envoy Gateway takes 256 rules in a policy, and a tenant has two. */
const MOST_TENANTS = 128;

/** Everything of a gateway that cannot work, and would only show itself when it runs. Empty where there is none. */
export function gatewayProblems(site: Pick<Site, "gateway" | "models" | "cluster">): readonly Problem[] {
    const { gateway, models } = site;
    if (gateway === undefined) {
        return [];
    }
    return [
        ...auditProblems(gateway),
        ...tenantProblems(gateway, models),
        ...keyProblems(gateway),
        ...(gateway.kind === "envoy" ? envoyProblems(site, gateway) : caddyProblems(gateway)),
    ];
}

const problem = (message: string, ...path: readonly PropertyKey[]): Problem => ({
    path: pathOf("gateway", ...path),
    message,
});

function auditProblems({ audit }: SiteGateway): readonly Problem[] {
    const { retentionDays } = audit;
    const enough = Number.isInteger(retentionDays) && retentionDays >= LEAST_RETENTION_DAYS;
    return enough
        ? []
        : [
              problem(
                  `${retentionDays} is less than ${LEAST_RETENTION_DAYS} days (six months)`,
                  "audit",
                  "retentionDays",
              ),
          ];
}

function tenantProblems({ tenants }: SiteGateway, models: readonly SiteModel[]): readonly Problem[] {
    const names = models.map(({ name }) => name);
    return tenants.flatMap((tenant, index) =>
        tenant.models
            .filter(name => !names.includes(name))
            .map(name =>
                problem(
                    `"${name}" is no model service of the site, which has ${names.join(", ") || "none"}`,
                    "tenants",
                    index,
                    "models",
                ),
            ),
    );
}

function keyProblems({ jwt }: SiteGateway): readonly Problem[] {
    const { jwksUri, jwks } = jwt;
    return [
        ...((jwksUri === undefined) === (jwks === undefined)
            ? [problem("set exactly one of jwksUri and jwks", "jwt")]
            : []),
        ...(jwksUri === undefined || jwksUri.startsWith("https://")
            ? []
            : [problem(`"${jwksUri}" is not https: keys that came in clear could be anybody's`, "jwt", "jwksUri")]),
    ];
}

function caddyProblems({ image }: SiteGateway): readonly Problem[] {
    return image === undefined
        ? [problem("is missing: the kind caddy has no image of its own; name the site's", "image")]
        : [];
}

function envoyProblems(
    { models, cluster }: Pick<Site, "models" | "cluster">,
    gateway: SiteGateway,
): readonly Problem[] {
    const { operators, kubeadm } = cluster;
    const missing = ENVOY_OPERATORS.filter(name => !(operators?.install.includes(name) ?? false));
    // A cluster of others may have them already: only where the site says which it installs can one be missing.
    const known = operators !== undefined || kubeadm !== undefined;
    return [
        ...(known && missing.length > 0
            ? [
                  problem(
                      `envoy needs ${missing.join(", ")} in cluster.operators.install; without them take the kind caddy`,
                      "kind",
                  ),
              ]
            : []),
        ...limitProblems(gateway),
        ...(gateway.pickerFailure === "open"
            ? [
                  problem(
                      "open cannot be had with envoy: the endpoint picker reads requests and answers as they stream, " +
                          "and Envoy Gateway refuses to fail open there (failOpen with FullDuplexStreamed). Set close; " +
                          "with replicas of 2 or more another picker takes over",
                      "pickerFailure",
                  ),
              ]
            : []),
        ...(gateway.audit.textReason === undefined
            ? []
            : [
                  problem(
                      "is set, but Envoy's access log cannot hold prompts and answers: leave it out, or take caddy",
                      "audit",
                      "textReason",
                  ),
              ]),
        ...models.flatMap((model, index) => modelProblems(model, index)),
    ];
}

function limitProblems({ tenants, rateLimitStore }: SiteGateway): readonly Problem[] {
    return [
        ...(rateLimitStore === undefined
            ? [
                  problem(
                      "is missing: the copies of Envoy count requests and tokens together, in a Redis server; " +
                          'name it like "redis.platform.svc:6379", or take the kind caddy',
                      "rateLimitStore",
                  ),
              ]
            : []),
        ...(tenants.length > MOST_TENANTS
            ? [problem(`${tenants.length} tenants are more than the ${MOST_TENANTS} that envoy takes`, "tenants")]
            : []),
        ...tenants.flatMap(({ requestsPerMinute, tokensPerMinute }, index) =>
            Object.entries({ requestsPerMinute, tokensPerMinute })
                .filter(([, limit]) => limit > MOST_LIMIT)
                .map(([field, limit]) =>
                    problem(`${limit} is more than the ${MOST_LIMIT} that envoy can count`, "tenants", index, field),
                ),
        ),
    ];
}

function modelProblems({ endpoint, overload }: SiteModel, index: number): readonly Problem[] {
    const path = (...rest: readonly PropertyKey[]): string => pathOf("models", index, ...rest);
    return [
        ...(isIP(endpoint.host) === 0
            ? []
            : [
                  {
                      path: path("endpoint", "host"),
                      message: `"${endpoint.host}" is an address: Envoy knows the models behind it by a DNS name in their certificate`,
                  },
              ]),
        ...(overload === undefined || overload.strategy === "shed"
            ? []
            : [
                  {
                      path: path("overload", "strategy"),
                      message: `${overload.strategy} needs gateway.kind caddy: with envoy the endpoint picker can only shed`,
                  },
              ]),
    ];
}
