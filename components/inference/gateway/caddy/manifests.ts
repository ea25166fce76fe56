import type { types } from "@pulumi/kubernetes";
import { selector } from "../../labels";
import { PROXY_PORT } from "../../proxy";
import { auditGiB } from "../limits";
import {
    AUDIT_RETENTION_ANNOTATION,
    AUDIT_TEXT_ANNOTATION,
    GATEWAY_LABELS,
    GATEWAY_NAME,
    MANAGED,
    MONITORING_NAMESPACE,
    NAMESPACE_LABEL,
    replicasService,
} from "../names";
import type { GatewaySettings } from "../settings";
import { caddyConfig } from "./config";
import { GATEWAY_PORT, MONITOR_PORT } from "./places";
import { type CaddyNames, caddyPod } from "./pod";

/** The objects of a gateway of the kind `caddy`, beside what holds content. */
export interface CaddyObjects {
    readonly serviceAccount: types.input.core.v1.ServiceAccount;
    readonly networkPolicy: types.input.networking.v1.NetworkPolicy;
    readonly disruptionBudget: types.input.policy.v1.PodDisruptionBudget;
    readonly statefulSet: types.input.apps.v1.StatefulSet;
    readonly service: types.input.core.v1.Service;
    /** For each model, what resolves to its ready replicas. */
    readonly replicas: readonly types.input.core.v1.Service[];
}

/** Files of the gateway's ConfigMap, by name. Nothing of them is secret. */
export function caddyFiles({ gateway, models }: Pick<GatewaySettings, "gateway" | "models">): Record<string, string> {
    const { jwks } = gateway.jwt;
    return {
        "caddy.json": `${JSON.stringify(caddyConfig({ gateway, models }), undefined, 2)}\n`,
        ...(jwks !== undefined && { "jwks.json": jwks }),
    };
}

/**
 * Plain Kubernetes objects. The pods are a StatefulSet, because each keeps its part of the record on a volume of its own,
 * which stays when the gateway goes.
 */
export function caddyManifests(settings: GatewaySettings, names: CaddyNames): CaddyObjects {
    const { namespace } = settings;
    const metadata = { name: GATEWAY_NAME, namespace, labels: { ...GATEWAY_LABELS, ...MANAGED } };
    return {
        serviceAccount: { metadata, automountServiceAccountToken: false },
        networkPolicy: { metadata, spec: networkPolicy(settings) },
        disruptionBudget: {
            metadata,
            spec: {
                maxUnavailable: 1,
                unhealthyPodEvictionPolicy: "AlwaysAllow",
                selector: { matchLabels: GATEWAY_LABELS },
            },
        },
        statefulSet: statefulSet(settings, names, metadata),
        service: { metadata, spec: clientService(settings) },
        replicas: settings.models.map(({ plan }) => ({
            metadata: { name: replicasService(plan.name), namespace, labels: { ...selector(plan), ...MANAGED } },
            spec: {
                clusterIP: "None",
                selector: selector(plan),
                ports: [{ name: "https", protocol: "TCP", port: PROXY_PORT, targetPort: PROXY_PORT }],
            },
        })),
    };
}

/** What says to policies how the record of requests is kept. */
export function auditAnnotations({ gateway }: Pick<GatewaySettings, "gateway">): Record<string, string> {
    const { retentionDays, textReason } = gateway.audit;
    return {
        [AUDIT_RETENTION_ANNOTATION]: String(retentionDays),
        ...(textReason !== undefined && { [AUDIT_TEXT_ANNOTATION]: textReason }),
    };
}

function statefulSet(
    settings: GatewaySettings,
    names: CaddyNames,
    metadata: types.input.meta.v1.ObjectMeta,
): types.input.apps.v1.StatefulSet {
    const { gateway, models } = settings;
    const { storageClass } = gateway.audit;
    const storage = `${auditGiB(
        gateway,
        models.map(({ model }) => model),
    )}Gi`;
    return {
        metadata: { ...metadata, annotations: auditAnnotations(settings) },
        spec: {
            serviceName: GATEWAY_NAME,
            replicas: gateway.replicas,
            podManagementPolicy: "Parallel",
            persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
            selector: { matchLabels: GATEWAY_LABELS },
            template: {
                metadata: { labels: { ...GATEWAY_LABELS, ...MANAGED }, annotations: auditAnnotations(settings) },
                spec: caddyPod(settings, names),
            },
            volumeClaimTemplates: [
                {
                    metadata: { name: "audit", labels: { ...GATEWAY_LABELS, ...MANAGED } },
                    spec: {
                        accessModes: ["ReadWriteOnce"],
                        ...(storageClass !== undefined && { storageClassName: storageClass }),
                        resources: { requests: { storage } },
                    },
                },
            ],
        },
    };
}

function clientService({ gateway }: GatewaySettings): types.input.core.v1.ServiceSpec {
    const { serviceType, port } = gateway;
    const tls = { name: "https", appProtocol: "https", protocol: "TCP", targetPort: GATEWAY_PORT };
    return {
        type: serviceType,
        selector: GATEWAY_LABELS,
        ports: [serviceType === "NodePort" ? { ...tls, port: 443, nodePort: port } : { ...tls, port }],
    };
}

/** Clients in; out to names, to the models, and to the issuer's keys where they are fetched. */
function networkPolicy(settings: GatewaySettings): types.input.networking.v1.NetworkPolicySpec {
    const { gateway, models, monitored } = settings;
    const monitoring = { namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: MONITORING_NAMESPACE } } };
    const dns = { namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: "kube-system" } } };
    const { jwksUri } = gateway.jwt;
    return {
        podSelector: { matchLabels: GATEWAY_LABELS },
        policyTypes: ["Ingress", "Egress"],
        ingress: [
            { ports: [{ protocol: "TCP", port: GATEWAY_PORT }] },
            ...(monitored ? [{ from: [monitoring], ports: [{ protocol: "TCP", port: MONITOR_PORT }] }] : []),
        ],
        egress: [
            { to: [dns], ports: ["UDP", "TCP"].map(protocol => ({ protocol, port: 53 })) },
            ...models.map(({ plan }) => ({
                to: [{ podSelector: { matchLabels: selector(plan) } }],
                ports: [{ protocol: "TCP", port: PROXY_PORT }],
            })),
            ...(jwksUri === undefined
                ? []
                : [{ ports: [{ protocol: "TCP", port: Number(new URL(jwksUri).port || 443) }] }]),
        ],
    };
}
