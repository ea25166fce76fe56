import type { ModelPlan } from "../planning/plan";
import type { Engine, TokenRequest } from "./engines/engine";

/** Port of the pod that speaks TLS: the only one that clients can reach. */
export const PROXY_PORT = 8443;
/** Port, TLS as well, at which those who watch a model read the engine's metrics. */
export const METRICS_PORT = 8444;
/** Folders of the proxy's mounts. */
export const PROXY_MOUNTS = {
    config: "/etc/nginx/seamount",
    tls: "/etc/nginx/tls",
    keys: "/etc/nginx/keys",
} as const;
/** Name of the proxy's configuration in its ConfigMap, and so of the file. */
export const PROXY_CONFIG_KEY = "nginx.conf";
/** Name of the key map in its Secret, and so of the file. */
export const API_KEY_FILE = "api-key.map";
/** Path that the proxy answers by itself, whatever the engine does. */
export const PROXY_HEALTH_PATH = "/proxy-health";
/** Path of the probes: the engine's own health, through the proxy. */
export const HEALTH_PATH = "/health";
/** Path that answers 200 once the model has made a token. */
export const TOKEN_PATH = "/token";

/** Starts nginx in the foreground, with nothing written outside /tmp. */
export const PROXY_COMMAND = ["nginx", "-e", "stderr", "-c", `${PROXY_MOUNTS.config}/${PROXY_CONFIG_KEY}`];

const json = (body: object): string => `'${JSON.stringify(body)}'`;
const problem = (type: string, code: string, message: string): string =>
    json({ error: { message, type, param: null, code } });

const TLS = `ssl_protocols TLSv1.3;
        ssl_certificate ${PROXY_MOUNTS.tls}/tls.crt;
        ssl_certificate_key ${PROXY_MOUNTS.tls}/tls.key;
        ssl_session_tickets off;`;

/** Headers of a request to the engine. Naming one in a location forgets all of them, so they are named together. */
const headers = (engine: Engine, indent: string): string =>
    [
        'Connection ""',
        `Host 127.0.0.1:${engine.port}`,
        'Authorization ""',
        "X-Request-Id $request_id",
        ...(indent === "" ? [] : ["Content-Type application/json"]),
    ]
        .map(header => `proxy_set_header ${header};`)
        .join(`\n        ${indent}`);

/** What makes the engine produce a token, as directives of a location. A probe can only GET, so the proxy asks. */
function tokenRequest({ path, body }: TokenRequest, engine: Engine): string {
    if (/['\\$]/.test(body)) {
        throw new Error(`a token request cannot hold quotes, backslashes or dollars: ${body}`);
    }
    return `${headers(engine, "    ")}
            proxy_method POST;
            proxy_set_body '${body}';
            proxy_pass http://engine${path};`;
}

/**
 * Configuration of the TLS proxy, for nginx 1.19.5 or newer. TLS 1.3 alone; the OpenAI API under /v1 for who has the
 * key; nothing else of the engine. The key itself is in a Secret, included as part of a `map`.
 */
export function proxyConfig(engine: Engine, plan: ModelPlan): string {
    return `worker_processes 2;
daemon off;
pid /tmp/nginx.pid;
error_log stderr warn;

events {
    worker_connections 4096;
}

http {
    client_body_temp_path /tmp/client;
    proxy_temp_path /tmp/proxy;
    fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi;
    scgi_temp_path /tmp/scgi;
    server_tokens off;
    default_type application/json;

    # Who asked what and when. Never the key, the query or the prompt.
    log_format access escape=json
        '{"time":"$time_iso8601","client":"$remote_addr","method":"$request_method","path":"$uri",'
        '"status":$status,"bytes":$body_bytes_sent,"seconds":$request_time,"request":"$request_id"}';
    access_log /dev/stdout access;

    map $http_authorization $authorised {
        default 0;
        include ${PROXY_MOUNTS.keys}/${API_KEY_FILE};
    }

    # Whoever asks for tokens without a key gets few of them.
    limit_req_zone $server_port zone=token:32k rate=30r/m;
    limit_req_status 429;

    upstream engine {
        server 127.0.0.1:${engine.port} max_fails=0;
        keepalive 64;
        # Engines close idle connections after 5 s, and a request that meets the close is lost.
        keepalive_timeout 4s;
    }

    server {
        listen ${PROXY_PORT} ssl;
        ${TLS}

        # A long prompt is a few MB of text. It is passed on as it comes, and never lies on a disk.
        client_max_body_size 64m;
        client_body_buffer_size 1m;
        proxy_request_buffering off;
        # The key is checked once the headers are there: whoever has none cannot hold a connection for long.
        client_header_timeout 10s;
        client_body_timeout 30s;

        proxy_http_version 1.1;
        ${headers(engine, "")}
        # Tokens are sent on as they come, and a long answer may pause.
        proxy_buffering off;
        proxy_connect_timeout 5s;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;

        error_page 401 = @unauthorised;
        error_page 404 = @unknown;
        error_page 413 = @too-long;
        error_page 502 503 504 = @unavailable;

        location = ${PROXY_HEALTH_PATH} {
            access_log off;
            return 200 '{"status":"ok"}';
        }

        location = ${HEALTH_PATH} {
            access_log off;
            proxy_pass http://engine${plan.apart === undefined ? engine.healthPath : (engine.router?.healthPath ?? "")};
        }

        location = ${TOKEN_PATH} {
            access_log off;
            limit_req zone=token burst=2 nodelay;
            ${tokenRequest(engine.tokenRequest(plan), engine)}
        }

        location /v1/ {
            if ($authorised = 0) {
                return 401;
            }
            proxy_pass http://engine;
        }

        # Without this, nginx would answer with a redirect to /v1/.
        location = /v1 {
            if ($authorised = 0) {
                return 401;
            }
            return 404;
        }

        location / {
            if ($authorised = 0) {
                return 401;
            }
            return 404;
        }

        location @unauthorised {
            add_header WWW-Authenticate Bearer always;
            return 401 ${problem("invalid_request_error", "invalid_api_key", "A valid API key is required: send it as Authorization: Bearer <key>.")};
        }

        location @unknown {
            return 404 ${problem("invalid_request_error", "unknown_url", "There is nothing at this path: the API is under /v1.")};
        }

        location @too-long {
            return 413 ${problem("invalid_request_error", "request_too_large", "The request is longer than 64 MiB.")};
        }

        location @unavailable {
            return 503 ${problem("server_error", "service_unavailable", "The model is not ready: it loads, or restarts.")};
        }
    }

    server {
        listen ${METRICS_PORT} ssl;
        ${TLS}
        access_log off;
        proxy_http_version 1.1;
        ${headers(engine, "")}

        location = /metrics {
            proxy_pass http://engine${engine.metrics.path};
        }

        location / {
            return 404;
        }
    }
}
`;
}
