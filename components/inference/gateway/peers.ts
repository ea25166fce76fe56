import type { types } from "@pulumi/kubernetes";
import type { SiteGateway } from "../../site/serving";
import type { Site } from "../../site/site";
import {
    ENVOY_NAMESPACE,
    GATEWAY_LABELS,
    GATEWAY_NAME,
    MONITORING_NAMESPACE,
    NAMESPACE_LABEL,
    PICKER_COMPONENT,
} from "./names";

type Peer = types.input.networking.v1.NetworkPolicyPeer;

/** Envoy's pods of this gateway, by the labels that Envoy Gateway gives them. */
export const ENVOY_PODS = {
    "app.kubernetes.io/component": "proxy",
    "app.kubernetes.io/managed-by": "envoy-gateway",
    "gateway.envoyproxy.io/owning-gateway-name": GATEWAY_NAME,
} as const;

/** Envoy's pods, from another namespace. */
export const envoyPeer: Peer = {
    namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: ENVOY_NAMESPACE } },
    podSelector: { matchLabels: ENVOY_PODS },
};

/** Who alone may send requests to the pods of models, where a site has a gateway. For a policy in their namespace. */
export function gatewayPeers({ kind }: Pick<SiteGateway, "kind">): Peer[] {
    return kind === "caddy" ? [{ podSelector: { matchLabels: GATEWAY_LABELS } }] : [envoyPeer];
}

/** Who reads the metrics of models: endpoint pickers, and Prometheus where the site has it. For a policy in their namespace. */
export function metricsReaders({ gateway, cluster }: Pick<Site, "gateway" | "cluster">): Peer[] {
    const monitored = cluster.operators?.install.includes("kube-prometheus-stack") ?? false;
    return [
        ...(gateway === undefined ? [] : gatewayObservers(gateway)),
        ...(monitored ? [{ namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: MONITORING_NAMESPACE } } }] : []),
    ];
}

/** What of the gateway reads the metrics of models, to pick a replica. For a policy in their namespace. */
export function gatewayObservers({ kind }: Pick<SiteGateway, "kind">): Peer[] {
    return kind === "caddy" ? [] : [{ podSelector: { matchLabels: PICKER_COMPONENT } }];
}
