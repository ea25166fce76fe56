import * as z from "zod";
import { dnsLabel, hostAndPort, hostNameOrAddress, imageReference, port, whole } from "./fields";

const claimName = (): z.ZodString =>
    z.string().regex(/^[A-Za-z_][\w.:/-]{0,127}$/, "is not the name of a claim: write it like tenant");

const httpsAddress = (what: string): z.ZodString =>
    z
        .string()
        .max(2048)
        .regex(/^https:\/\/[A-Za-z0-9.:[\]-]+(\/[^\s?#"']*)?$/, `is not ${what}: begin it with "https://"`);

const jwtSchema = z.strictObject({
    issuer: z
        .string()
        .max(2048)
        .regex(/^[^\s"'\\]+$/, "is not an issuer: write it as it stands in the claim iss of tokens")
        .describe("Who issues tokens: exactly what stands in their claim iss."),
    audience: z
        .string()
        .max(512)
        .regex(/^[^\s"'\\]+$/, "is not an audience: write it as it stands in the claim aud of tokens")
        .describe("Whom tokens are for: what stands in their claim aud."),
    jwksUri: httpsAddress("the address of keys")
        .optional()
        .describe("Where the issuer's public keys are, https://… . Exactly one of jwksUri and jwks is set."),
    jwks: z
        .string()
        .max(100_000)
        .optional()
        .describe("The issuer's public keys themselves, JSON. Exactly one of jwksUri and jwks is set."),
    tenantClaim: claimName().default("tenant").describe("Claim that names the tenant. Default tenant."),
});

const tenantSchema = z.strictObject({
    name: dnsLabel().describe("Name of the client organisation, a DNS label, unique in the gateway."),
    claim: z
        .string()
        .max(256)
        .regex(/^[^\s"'\\,]+$/, "is not the value of a claim: no spaces, commas or quotes")
        .describe("Value of the tenant claim in its tokens."),
    models: z.array(dnsLabel()).min(1).max(256).describe("Names of the model services that it may use."),
    requestsPerMinute: whole(1, 1_000_000_000).describe("Requests that it may send in a minute."),
    tokensPerMinute: whole(1, 1_000_000_000_000).describe(
        "Tokens, of prompts and answers, that it may use in a minute.",
    ),
});

const auditSchema = z.strictObject({
    retentionDays: whole(180, 36_500)
        .default(180)
        .describe("Days that the record of requests is kept, 180 at least. Default 180."),
    storageClass: hostNameOrAddress()
        .optional()
        .describe("StorageClass of the volumes that the record is kept on. Unset: the cluster's default."),
    recordText: z
        .boolean()
        .default(false)
        .describe("Whether prompts and answers are recorded too, not only who asked what model. Default false."),
    textReason: z
        .string()
        .min(10)
        .max(500)
        .optional()
        .describe("Why prompts and answers are recorded, in words. Set exactly with recordText."),
});

/** The one door to all models of a site. */
export const gatewaySchema = z.strictObject({
    kind: z
        .enum(["envoy", "caddy"])
        .default("envoy")
        .describe(
            "envoy: Gateway API with the inference extension; caddy: one small program, for sites without those images. Default envoy.",
        ),
    host: hostNameOrAddress().describe("DNS name or address that clients use. The certificate is issued for it."),
    port: port().default(443).describe("TCP port that clients connect to. With NodePort 30000 to 32767. Default 443."),
    serviceType: z
        .enum(["ClusterIP", "NodePort", "LoadBalancer"])
        .default("LoadBalancer")
        .describe("Kind of Kubernetes service in front of the gateway. Default LoadBalancer."),
    replicas: whole(1, 64).default(2).describe("Copies of the gateway, and of its endpoint picker. Default 2."),
    image: imageReference()
        .optional()
        .describe("Image of the gateway. Required with caddy; with envoy its operator's own where unset."),
    jwt: jwtSchema.describe("Tokens that clients must bring."),
    tenants: z
        .array(tenantSchema)
        .min(1)
        .max(1024)
        .describe("Client organisations: what each may use, and how much of it."),
    maxRequestKiB: whole(1, 1_048_576).default(1024).describe("Largest request body in KiB. Default 1024."),
    audit: auditSchema.prefault({}).describe("The record of every request: who, what model, tokens, status."),
    routing: z
        .enum(["prefix", "session"])
        .default("prefix")
        .describe(
            "prefix: to the replica that has the prompt's beginning in its cache; session: by a hash of the session. Default prefix.",
        ),
    rateLimitStore: hostAndPort("a Redis server", "redis.platform.svc:6379")
        .optional()
        .describe("Redis server in which the copies of Envoy count requests and tokens together. Required with envoy."),
    pickerFailure: z
        .enum(["open", "close"])
        .default("close")
        .describe("While no endpoint picker answers: open picks any replica, close refuses. Default close."),
});

/** A gateway after validation, with its defaults. */
export type GatewayEntry = z.output<typeof gatewaySchema>;
