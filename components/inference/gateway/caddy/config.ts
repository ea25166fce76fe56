import type { SiteGateway } from "../../../site/serving";
import { PROXY_PORT } from "../../proxy";
import { mostOpen, share } from "../limits";
import { replicasService } from "../names";
import type { GatewayModel, GatewaySettings } from "../settings";
import { AFFINITY_HEADER, AUDIT_FILE, GATEWAY_PORT, MONITOR_PORT, MOUNTS } from "./places";

/** What the configuration depends on. */
export type CaddySettings = Pick<GatewaySettings, "gateway" | "models">;

type Json = Readonly<Record<string, unknown>>;

/** Logger of the audit record. */
const AUDIT_LOGGER = "http.handlers.seamount_inference.audit";
/** Bytes of a prompt that are its beginning: about 500 tokens, the length of a usual system prompt. */
const PREFIX_BYTES = 2048;

/**
 * Configuration of Caddy (its own JSON), for the program of local/bed/gateway: TLS 1.3 alone, tokens, tenants, quotas,
 * the record of every request, and the way to each model. It holds no secret: keys are read from mounted files.
 */
export function caddyConfig(settings: CaddySettings): Json {
    const { gateway } = settings;
    return {
        admin: { disabled: true, config: { persist: false } },
        storage: { module: "file_system", root: "/tmp/caddy" },
        logging: logging(gateway),
        apps: {
            http: {
                metrics: {},
                grace_period: "45s",
                servers: { gateway: gatewayServer(settings), monitor: monitorServer() },
            },
            tls: {
                certificates: {
                    load_files: [{ certificate: `${MOUNTS.tls}/tls.crt`, key: `${MOUNTS.tls}/tls.key` }],
                },
            },
        },
    };
}

function logging({ audit }: SiteGateway): Json {
    const encoder = { format: "json", time_key: "time", time_format: "rfc3339_nano", level_key: "", name_key: "" };
    const record = { include: [AUDIT_LOGGER], encoder, level: "INFO" };
    const file = {
        output: "file",
        filename: AUDIT_FILE,
        mode: "0600",
        roll_size_mb: 100,
        roll_interval: "24h",
        // As many files as there are: only their age ends them.
        roll_keep: 1_000_000,
        roll_keep_days: audit.retentionDays,
    };
    return {
        logs: {
            default: { exclude: [AUDIT_LOGGER], writer: { output: "stdout" } },
            "audit-file": { ...record, writer: file },
            "audit-stdout": { ...record, writer: { output: "stdout" } },
        },
    };
}

function gatewayServer(settings: CaddySettings): Json {
    const { gateway, models } = settings;
    return {
        listen: [`:${GATEWAY_PORT}`],
        protocols: ["h1", "h2"],
        read_header_timeout: "10s",
        max_header_bytes: 32_768,
        idle_timeout: "5m",
        automatic_https: { disable: true },
        // Clients that connect to an address name no host.
        tls_connection_policies: [{ protocol_min: "tls1.3", protocol_max: "tls1.3", default_sni: gateway.host }],
        routes: [
            {
                handle: [
                    inference(settings),
                    { handler: "rate_limit", rate_limits: rateLimits(gateway) },
                    { handler: "subroute", routes: models.map(each => modelRoute(each, gateway)) },
                ],
            },
        ],
    };
}

/** For the kubelet and for Prometheus, without TLS: a NetworkPolicy keeps all others away. */
function monitorServer(): Json {
    return {
        listen: [`:${MONITOR_PORT}`],
        automatic_https: { disable: true },
        routes: [
            { match: [{ path: ["/metrics"] }], handle: [{ handler: "metrics" }] },
            { match: [{ path: ["/ready"] }], handle: [{ handler: "static_response", status_code: 200 }] },
        ],
    };
}

function inference({ gateway, models }: CaddySettings): Json {
    const { jwt, tenants, routing, replicas, audit, maxRequestKiB } = gateway;
    const keys = jwt.jwksUri === undefined ? { jwks_file: `${MOUNTS.config}/jwks.json` } : { jwks_url: jwt.jwksUri };
    return {
        handler: "seamount_inference",
        token: { issuer: jwt.issuer, audience: jwt.audience, tenant_claim: jwt.tenantClaim, ...keys },
        tenants: Object.fromEntries(
            tenants.map(({ name, claim, models: allowed, tokensPerMinute }) => [
                claim,
                { name, models: allowed, tokens_per_minute: share(tokensPerMinute, replicas) },
            ]),
        ),
        models: Object.fromEntries(models.map(each => [each.plan.name, modelLimits(each, gateway)])),
        affinity: routing === "session" ? { by: "session" } : { by: "prefix", prefix_bytes: PREFIX_BYTES },
        most_body_bytes: maxRequestKiB * 1024,
        record_text: audit.textReason !== undefined,
    };
}

function modelLimits({ model: { overload }, plan }: GatewayModel, { replicas }: SiteGateway): Json {
    return {
        replicas: replicasService(plan.name),
        ...(overload !== undefined && {
            most_open: mostOpen(plan, overload, replicas),
            strategy: overload.strategy,
            ...(overload.shortenToTokens !== undefined && { shorten_to_tokens: overload.shortenToTokens }),
            ...(overload.rerouteTo !== undefined && { reroute_to: overload.rerouteTo }),
        }),
    };
}

/** Requests of each tenant in a sliding window of a minute. */
function rateLimits({ tenants, replicas }: SiteGateway): Json {
    return Object.fromEntries(
        tenants.map(({ name, requestsPerMinute }) => [
            name,
            {
                match: [{ vars: { "{seamount.tenant}": [name] } }],
                key: name,
                window: "60s",
                max_events: share(requestsPerMinute, replicas),
            },
        ]),
    );
}

function modelRoute({ model, plan }: GatewayModel, gateway: SiteGateway): Json {
    return {
        match: [{ vars: { "{seamount.model}": [plan.name] } }],
        handle: [
            {
                handler: "reverse_proxy",
                dynamic_upstreams: {
                    source: "a",
                    name: replicasService(plan.name),
                    port: String(PROXY_PORT),
                    refresh: "2s",
                },
                load_balancing: {
                    selection_policy: { policy: "header", field: AFFINITY_HEADER },
                    try_duration: "10s",
                    try_interval: "200ms",
                    // A prompt changes nothing: another replica may answer it as long as nothing was answered yet.
                    // A replica whose engine is away says so by its proxy.
                    retry_match: [
                        { method: ["POST"] },
                        { expression: "{http.reverse_proxy.status_code} in [502, 503]" },
                    ],
                },
                health_checks: { passive: { fail_duration: "5s", max_fails: 1, unhealthy_status: [502, 503] } },
                // All of it, so that it can be sent again.
                request_buffers: 2 * gateway.maxRequestKiB * 1024,
                flush_interval: -1,
                transport: {
                    protocol: "http",
                    versions: ["1.1"],
                    dial_timeout: "2s",
                    // nginx in front of the engine keeps connections for 75 s, and what is sent into the end is lost.
                    keep_alive: { idle_timeout: "30s" },
                    tls: {
                        server_name: model.endpoint.host,
                        ca: { provider: "file", pem_files: [`${MOUNTS.ca}/ca.crt`] },
                    },
                },
                headers: {
                    request: {
                        set: {
                            Authorization: [`Bearer {file.${MOUNTS.keys}/${plan.name}}`],
                            Host: [model.endpoint.host],
                        },
                        delete: [AFFINITY_HEADER, "X-Session-Id"],
                    },
                },
            },
        ],
    };
}
