import type { Input } from "@pulumi/pulumi";
import { AUDIT_RETENTION_ANNOTATION, GATEWAY_LABELS, GATEWAY_NAME, MANAGED } from "../names";
import type { CustomObject, GatewaySettings } from "../settings";

/** Name of the GatewayClass that the operators make. */
const CLASS = "seamount";
/** Port of the listener where clients come by a node port. */
const HTTPS_PORT = 443;

/** Header by which the gateway's own parts know the tenant of a request. */
export const TENANT_HEADER = "x-seamount-tenant";
/** Header by which they know who asks. */
export const SUBJECT_HEADER = "x-seamount-subject";
/** Header by which they know the model. */
export const MODEL_HEADER = "x-seamount-model";
/** Header by which the endpoint picker knows how a request counts against others. */
export const OBJECTIVE_HEADER = "x-llm-d-inference-objective";
/** Header in which the endpoint picker says where a request goes. */
export const DESTINATION_HEADER = "x-gateway-destination-endpoint";
/** Header that names a session. */
export const SESSION_HEADER = "x-session-id";

/** Where the endpoint picker puts what an answer cost: a namespace of Envoy's dynamic metadata, and keys in it. */
export const COST = {
    namespace: "envoy.lb",
    prompt: "seamount-prompt-tokens",
    completion: "seamount-completion-tokens",
    total: "seamount-total-tokens",
} as const;

/** Namespace, name and labels of an object of the gateway's own. */
export function own(settings: Pick<GatewaySettings, "namespace">, name = GATEWAY_NAME): CustomObject["metadata"] {
    return { name, namespace: settings.namespace, labels: { ...GATEWAY_LABELS, ...MANAGED } };
}

/** What points at the Gateway, in the words of policies. */
export const GATEWAY_REF = { group: "gateway.networking.k8s.io", kind: "Gateway", name: GATEWAY_NAME } as const;

/** The record of a request, a JSON line each. Never a prompt or an answer. */
const RECORD = {
    time: "%START_TIME%",
    tenant: `%REQ(${TENANT_HEADER})%`,
    subject: `%REQ(${SUBJECT_HEADER})%`,
    client: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    path: "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
    model: `%REQ(${MODEL_HEADER})%`,
    prompt_tokens: `%DYNAMIC_METADATA(${COST.namespace}:${COST.prompt})%`,
    completion_tokens: `%DYNAMIC_METADATA(${COST.namespace}:${COST.completion})%`,
    status: "%RESPONSE_CODE%",
    flags: "%RESPONSE_FLAGS%",
    duration_ms: "%DURATION%",
    request_id: "%REQ(X-REQUEST-ID)%",
    msg: "request",
} as const;

/**
 * The proxies of this gateway, and their record of requests.
 * @param image of Envoy
 */
export function envoyProxy(settings: GatewaySettings, image: string): CustomObject {
    const { replicas, serviceType, port, image: given, audit } = settings.gateway;
    const retention = { [AUDIT_RETENTION_ANNOTATION]: String(audit.retentionDays) };
    const spread = {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: { "gateway.envoyproxy.io/owning-gateway-name": GATEWAY_NAME } },
    };
    const nodePort = { type: "StrategicMerge", value: { spec: { ports: [{ port: HTTPS_PORT, nodePort: port }] } } };
    return {
        apiVersion: "gateway.envoyproxy.io/v1alpha1",
        kind: "EnvoyProxy",
        metadata: { ...own(settings), annotations: retention },
        spec: {
            provider: {
                type: "Kubernetes",
                kubernetes: {
                    envoyDeployment: {
                        replicas,
                        container: { image: given ?? image },
                        pod: { annotations: retention, topologySpreadConstraints: [spread] },
                    },
                    envoyService: { type: serviceType, ...(serviceType === "NodePort" && { patch: nodePort }) },
                    envoyPDB: { maxUnavailable: 1 },
                },
            },
            telemetry: {
                accessLog: {
                    settings: [
                        {
                            format: { type: "JSON", json: RECORD },
                            sinks: [{ type: "File", file: { path: "/dev/stdout" } }],
                        },
                    ],
                },
            },
        },
    };
}

/** The Gateway: one listener, HTTPS, for routes of its own namespace. Nothing listens in clear. */
export function gatewayObject(settings: GatewaySettings, tlsSecret: Input<string>): CustomObject {
    const { serviceType, port, audit } = settings.gateway;
    return {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "Gateway",
        metadata: { ...own(settings), annotations: { [AUDIT_RETENTION_ANNOTATION]: String(audit.retentionDays) } },
        spec: {
            gatewayClassName: CLASS,
            infrastructure: {
                parametersRef: { group: "gateway.envoyproxy.io", kind: "EnvoyProxy", name: GATEWAY_NAME },
            },
            listeners: [
                {
                    name: "https",
                    protocol: "HTTPS",
                    port: serviceType === "NodePort" ? HTTPS_PORT : port,
                    tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: tlsSecret }] },
                    allowedRoutes: { namespaces: { from: "Same" } },
                },
            ],
        },
    };
}

/** TLS 1.3 alone, and headers of the gateway's own that no client may send. */
export function clientPolicy(settings: GatewaySettings): CustomObject {
    return {
        apiVersion: "gateway.envoyproxy.io/v1alpha1",
        kind: "ClientTrafficPolicy",
        metadata: own(settings),
        spec: {
            targetRefs: [GATEWAY_REF],
            tls: { minVersion: "1.3", maxVersion: "1.3" },
            headers: {
                earlyRequestHeaders: {
                    remove: [TENANT_HEADER, SUBJECT_HEADER, MODEL_HEADER, OBJECTIVE_HEADER, DESTINATION_HEADER],
                },
            },
            timeout: { http: { requestReceivedTimeout: "60s", idleTimeout: "300s" } },
        },
    };
}
