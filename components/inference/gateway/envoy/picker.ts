import type { Input } from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";
import { stringify } from "yaml";
import { engines } from "../../engines/registry";
import { exactly, RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../container";
import { METRICS_PORT } from "../../proxy";
import { MANAGED, PICKER_COMPONENT, pickerName } from "../names";
import type { GatewayModel, GatewaySettings } from "../settings";
import { COST } from "./proxy";

/** Port that Envoy asks the endpoint picker at: gRPC over TLS. */
export const PICKER_PORT = 9002;
const HEALTH_PORT = 9003;
/** Requests that wait in a replica before it counts as full, where the site says nothing: the picker's own default. */
const QUEUE_LENGTH = 5;
const TLS = "/etc/seamount/tls";
const CONFIG = "/etc/seamount/picker";

/** Labels of the pods that pick for a model. */
export const pickerLabels = (name: string): Record<string, string> => ({
    "app.kubernetes.io/name": pickerName(name),
    ...PICKER_COMPONENT,
});

/** Reads a count of the answer's `usage` into Envoy's metadata. */
const cost = (name: string, expression: string): object => ({
    key: { namespace: COST.namespace, name },
    expression,
    condition: "has(usage.prompt_tokens) && has(usage.completion_tokens)",
});

/** The picker's own configuration (llm-d-router v0.9.0, apix/config/v1alpha1), YAML. */
export function pickerConfig({ gateway }: Pick<GatewaySettings, "gateway">, { model, plan }: GatewayModel): string {
    const { metrics } = engines[plan.engine];
    const scorers = [
        { pluginRef: "queue-scorer", weight: 2 },
        ...(metrics.kvCacheUsage === undefined ? [] : [{ pluginRef: "kv-cache-utilization-scorer", weight: 2 }]),
        // Sessions are hashed by Envoy itself: then the picker only counts and sheds.
        ...(gateway.routing === "session" ? [] : [{ pluginRef: "prefix-cache-scorer", weight: 3 }]),
    ];
    const attributes = [
        cost(COST.prompt, "usage.prompt_tokens"),
        cost(COST.completion, "usage.completion_tokens"),
        cost(COST.total, "usage.prompt_tokens + usage.completion_tokens"),
    ];
    return stringify({
        apiVersion: "llm-d.ai/v1alpha1",
        kind: "EndpointPickerConfig",
        plugins: [
            ...scorers.map(({ pluginRef }) => ({ type: pluginRef })),
            { type: "max-score-picker" },
            {
                type: "utilization-detector",
                parameters: { queueDepthThreshold: model.overload?.queueLength ?? QUEUE_LENGTH },
            },
            {
                // Certificates of replicas are for the name of the model, and the picker asks by address.
                type: "metrics-data-source",
                parameters: { scheme: "https", path: "/metrics", insecureSkipVerify: true },
            },
            {
                type: "core-metrics-extractor",
                parameters: {
                    defaultEngine: plan.engine,
                    engineConfigs: [
                        {
                            name: plan.engine,
                            queuedRequestsSpec: metrics.waiting,
                            runningRequestsSpec: metrics.running,
                            ...(metrics.kvCacheUsage !== undefined && { kvUsageSpec: metrics.kvCacheUsage }),
                        },
                    ],
                },
            },
            ...attributes.map((attribute, index) => ({
                name: `cost-${index}`,
                type: "request-attribute-reporter",
                parameters: { attributes: [attribute] },
            })),
        ],
        saturationDetector: { pluginRef: "utilization-detector" },
        schedulingProfiles: [{ name: "default", plugins: [...scorers, { pluginRef: "max-score-picker" }] }],
    });
}

/** The picker's Deployment: one copy answers, the others stand by and take over its lease. */
export function pickerDeployment(
    settings: GatewaySettings,
    { plan }: GatewayModel,
    { image, config }: { readonly image: string; readonly config: Input<string> },
): types.input.apps.v1.Deployment {
    const labels = pickerLabels(plan.name);
    const { replicas } = settings.gateway;
    const several = replicas > 1;
    const health = (service: string): types.input.core.v1.Probe => ({
        grpc: { port: HEALTH_PORT, service: several ? service : "inference-extension" },
    });
    return {
        metadata: {
            name: pickerName(plan.name),
            namespace: settings.namespace,
            labels: { ...labels, ...MANAGED },
            // Copies that stand by are never ready, and Pulumi would wait for them.
            ...(several && { annotations: { "pulumi.com/skipAwait": "true" } }),
        },
        spec: {
            replicas,
            // A standby is never ready, so a rolling update would wait for one for ever.
            strategy: { type: "Recreate" },
            selector: { matchLabels: labels },
            template: {
                metadata: { labels: { ...labels, ...MANAGED } },
                spec: {
                    serviceAccountName: pickerName(plan.name),
                    enableServiceLinks: false,
                    securityContext: RESTRICTED_POD,
                    terminationGracePeriodSeconds: 30,
                    containers: [
                        {
                            name: "picker",
                            image,
                            args: [
                                ...["--pool-name", plan.name, "--pool-group", "inference.networking.k8s.io"],
                                ...["--pool-namespace", "$(NAMESPACE)", "--config-file", `${CONFIG}/picker.yaml`],
                                ...["--grpc-port", String(PICKER_PORT), "--grpc-health-port", String(HEALTH_PORT)],
                                ...["--cert-path", TLS, "--enable-cert-reload=true", "--zap-encoder", "json"],
                                ...["--model-server-metrics-port", String(METRICS_PORT), "--tracing=false"],
                                ...["--metrics-endpoint-auth=false", "--enable-pprof=false"],
                                ...(several ? ["--ha-enable-leader-election"] : []),
                            ],
                            env: ["NAMESPACE:metadata.namespace", "POD_NAME:metadata.name"].map(pair => {
                                const [name = "", fieldPath = ""] = pair.split(":");
                                return { name, valueFrom: { fieldRef: { fieldPath } } };
                            }),
                            ports: [
                                { name: "grpc", containerPort: PICKER_PORT },
                                { name: "health", containerPort: HEALTH_PORT },
                            ],
                            resources: exactly({ cpu: "1000m", memory: "2Gi" }),
                            securityContext: RESTRICTED_CONTAINER,
                            livenessProbe: { ...health("liveness"), initialDelaySeconds: 5, periodSeconds: 10 },
                            readinessProbe: { ...health("readiness"), periodSeconds: 2 },
                            volumeMounts: [
                                { name: "config", mountPath: CONFIG, readOnly: true },
                                { name: "tls", mountPath: TLS, readOnly: true },
                            ],
                        },
                    ],
                    topologySpreadConstraints: [
                        {
                            maxSkew: 1,
                            topologyKey: "kubernetes.io/hostname",
                            whenUnsatisfiable: "ScheduleAnyway",
                            labelSelector: { matchLabels: labels },
                        },
                    ],
                    volumes: [
                        { name: "config", configMap: { name: config, defaultMode: 0o444 } },
                        { name: "tls", secret: { secretName: pickerName(plan.name), defaultMode: 0o444 } },
                    ],
                },
            },
        },
    };
}
