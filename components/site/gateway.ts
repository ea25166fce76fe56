import { suggestion } from "./nearest";
import { pathOf, show, type Problem } from "./problem";
import type { GatewayEntry } from "./schema-gateway";
import type { SiteGateway } from "./serving";

const at = (message: string, ...field: readonly PropertyKey[]): Problem => ({
    path: pathOf("gateway", ...field),
    message,
});

/** A gateway with its defaults, and what is wrong with it beyond single fields. `models`: as the site file has them. */
export function readGateway(
    entry: GatewayEntry | undefined,
    models: readonly unknown[],
): { readonly gateway?: SiteGateway; readonly problems: readonly Problem[] } {
    if (entry === undefined) {
        return { problems: [] };
    }
    const { recordText, ...audit } = entry.audit;
    return {
        gateway: { ...entry, audit },
        problems: [
            ...(recordText === (audit.textReason !== undefined) ? [] : [textProblem(recordText)]),
            ...doorProblems(entry, models),
            ...keyProblems(entry.jwt),
            ...tenantProblems(entry, models),
        ],
    };
}

function textProblem(recordText: boolean): Problem {
    return at(
        recordText
            ? "is missing: prompts and answers are recorded, which needs a reason in words"
            : "is set, but recordText is not: nothing of prompts and answers is recorded; set both or neither",
        "audit",
        "textReason",
    );
}

function doorProblems(
    { kind, image, host, port, serviceType, rateLimitStore }: GatewayEntry,
    models: readonly unknown[],
): readonly Problem[] {
    const problems: Problem[] = [];
    if (kind === "envoy" && rateLimitStore === undefined) {
        const message = "is missing: the copies of Envoy count requests and tokens together in a Redis server";
        problems.push(
            at(`${message}; write it like redis.platform.svc:6379, or take the kind caddy`, "rateLimitStore"),
        );
    }
    if (kind === "caddy" && image === undefined) {
        problems.push(at("is missing: the kind caddy has no image of its own; name the site's", "image"));
    }
    if (serviceType === "NodePort" && (port < 30_000 || port > 32_767)) {
        problems.push(at(`${port} is not a node port: with NodePort it is from 30000 to 32767`, "port"));
    }
    models.forEach((model, index) => {
        const endpoint = read(model, "endpoint");
        const nodePort = read(endpoint, "serviceType") === "NodePort";
        const samePort = (read(endpoint, "port") ?? 443) === port;
        const same = nodePort
            ? serviceType === "NodePort"
            : serviceType !== "NodePort" && read(endpoint, "host") === host;
        if (samePort && same) {
            const what = nodePort ? `node port ${port}` : `${host}:${port}`;
            problems.push(
                at(`${what} is also that of ${pathOf("models", index)}; clients could reach only one`, "host"),
            );
        }
    });
    return problems;
}

/** Parts of a JSON Web Key that only its owner may have: RFC 7518, 6.2.2, 6.3.2 and 6.4.1. */
const secretParts = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

function keyProblems({ jwks, jwksUri }: GatewayEntry["jwt"]): readonly Problem[] {
    if ((jwks === undefined) === (jwksUri === undefined)) {
        const found = jwks === undefined ? "neither jwksUri nor jwks is set" : "jwksUri and jwks are both set";
        return [at(`${found}; set exactly one`, "jwt")];
    }
    if (jwks === undefined) {
        return [];
    }
    const keys = read(parsed(jwks), "keys");
    if (!Array.isArray(keys) || keys.length === 0 || !keys.every(key => typeof read(key, "kty") === "string")) {
        return [at(`is not a set of keys: write JSON like {"keys": [{"kty": "RSA", …}]}`, "jwt", "jwks")];
    }
    const secret = keys.some(key => secretParts.some(part => read(key, part) !== undefined));
    return secret
        ? [
              at(
                  "holds a private or shared key, which may have been seen: replace it, and put public keys here",
                  "jwt",
                  "jwks",
              ),
          ]
        : [];
}

function tenantProblems({ tenants }: GatewayEntry, models: readonly unknown[]): readonly Problem[] {
    const names = models.map(model => read(model, "name")).filter(name => typeof name === "string");
    return tenants.flatMap(({ name, claim, models: wanted }, index) => {
        const here = (message: string, ...field: readonly PropertyKey[]): Problem =>
            at(message, "tenants", index, ...field);
        const sameName = tenants.findIndex(other => other.name === name);
        const sameClaim = tenants.findIndex(other => other.claim === claim);
        return [
            ...(sameName < index
                ? [here(`${show(name)} is also that of ${pathOf("gateway", "tenants", sameName)}`, "name")]
                : []),
            ...(sameClaim < index
                ? [here(`${show(claim)} is also that of ${pathOf("gateway", "tenants", sameClaim)}`, "claim")]
                : []),
            ...wanted.flatMap((model, at) => {
                if (wanted.indexOf(model) < at) {
                    return [here(`${show(model)} is listed twice`, "models", at)];
                }
                const advice = names.length === 0 ? "the site has none" : suggestion(model, names);
                return names.includes(model)
                    ? []
                    : [here(`${show(model)} is no model service of the site; ${advice}`, "models", at)];
            }),
        ];
    });
}

function read(value: unknown, key: string): unknown {
    return typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? Reflect.get(value, key)
        : undefined;
}

function parsed(json: string): unknown {
    try {
        return JSON.parse(json);
    } catch {
        return undefined;
    }
}
