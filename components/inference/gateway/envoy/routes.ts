import type { Input } from "@pulumi/pulumi";
import { selector } from "../../labels";
import { PROXY_PORT } from "../../proxy";
import { GATEWAY_NAME, modelPath, pickerName } from "../names";
import type { CustomObject, GatewayModel, GatewaySettings } from "../settings";
import { PICKER_PORT } from "./picker";
import { COST, MODEL_HEADER, OBJECTIVE_HEADER, own } from "./proxy";

/** Port of a model's Service inside the cluster, where a site has a gateway. */
const SERVICE_PORT = 443;

/** The way to a model: its path becomes `/v1`, and the model's own key takes the place of the client's token. */
export function modelRoute(settings: GatewaySettings, { plan }: GatewayModel): CustomObject {
    const { name } = plan;
    return {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "HTTPRoute",
        metadata: own(settings, name),
        spec: {
            parentRefs: [{ name: GATEWAY_NAME, sectionName: "https" }],
            hostnames: [settings.gateway.host],
            rules: [
                {
                    matches: [{ path: { type: "PathPrefix", value: modelPath(name) } }],
                    filters: [
                        {
                            type: "RequestHeaderModifier",
                            requestHeaderModifier: {
                                set: [
                                    { name: MODEL_HEADER, value: name },
                                    { name: OBJECTIVE_HEADER, value: name },
                                ],
                            },
                        },
                        {
                            type: "URLRewrite",
                            urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/v1" } },
                        },
                        {
                            type: "ExtensionRef",
                            extensionRef: { group: "gateway.envoyproxy.io", kind: "HTTPRouteFilter", name },
                        },
                    ],
                    backendRefs: [{ kind: "Service", name, port: SERVICE_PORT }],
                    timeouts: { request: "3600s" },
                },
            ],
        },
    };
}

/** Puts the model's key into requests. @param secret Secret with the header's value as `credential` */
export function credentialFilter(
    settings: GatewaySettings,
    { plan }: GatewayModel,
    secret: Input<string>,
): CustomObject {
    return {
        apiVersion: "gateway.envoyproxy.io/v1alpha1",
        kind: "HTTPRouteFilter",
        metadata: own(settings, plan.name),
        spec: {
            credentialInjection: {
                header: "Authorization",
                overwrite: true,
                credential: { valueRef: { group: "", kind: "Secret", name: secret } },
            },
        },
    };
}

/** By whom Envoy knows the pods of a model. @param ca ConfigMap with `ca.crt`. Unset: what Envoy's system trusts */
export function backendTls(
    settings: GatewaySettings,
    { model, plan }: GatewayModel,
    ca: Input<string> | undefined,
): CustomObject {
    return {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "BackendTLSPolicy",
        metadata: own(settings, plan.name),
        spec: {
            targetRefs: [{ group: "", kind: "Service", name: plan.name }],
            validation: {
                hostname: model.endpoint.host,
                ...(ca === undefined
                    ? { wellKnownCACertificates: "System" }
                    : { caCertificateRefs: [{ group: "", kind: "ConfigMap", name: ca }] }),
            },
        },
    };
}

/** The replicas of a model, and who picks among them. */
export function inferencePool(settings: GatewaySettings, { plan }: GatewayModel): CustomObject {
    return {
        apiVersion: "inference.networking.k8s.io/v1",
        kind: "InferencePool",
        metadata: own(settings, plan.name),
        spec: {
            selector: { matchLabels: selector(plan) },
            targetPorts: [{ number: PROXY_PORT }],
            endpointPickerRef: {
                name: pickerName(plan.name),
                port: { number: PICKER_PORT },
                failureMode: settings.gateway.pickerFailure === "open" ? "FailOpen" : "FailClose",
            },
        },
    };
}

/**
 * How requests to a model count against one another. Where more is asked than can be held and the strategy is to shed,
 * they are sheddable: the picker refuses requests of a priority below 0 with 429 while all replicas are full.
 */
export function inferenceObjective(settings: GatewaySettings, { model, plan }: GatewayModel): CustomObject {
    return {
        apiVersion: "llm-d.ai/v1alpha2",
        kind: "InferenceObjective",
        metadata: own(settings, plan.name),
        spec: {
            priority: model.overload?.strategy === "shed" ? -1 : 0,
            poolRef: { group: "inference.networking.k8s.io", kind: "InferencePool", name: plan.name },
        },
    };
}

/** Asks the picker about each request, and lets it read what the answer cost. */
export function pickerPolicy(settings: GatewaySettings, { plan }: GatewayModel): CustomObject {
    return {
        apiVersion: "gateway.envoyproxy.io/v1alpha1",
        kind: "EnvoyExtensionPolicy",
        metadata: own(settings, plan.name),
        spec: {
            targetRefs: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: plan.name }],
            extProc: [
                {
                    backendRefs: [{ kind: "Service", name: pickerName(plan.name), port: PICKER_PORT }],
                    // The only way that the picker reads bodies; Envoy Gateway cannot fail open with it.
                    processingMode: {
                        request: { body: "FullDuplexStreamed" },
                        response: { body: "FullDuplexStreamed" },
                    },
                    failOpen: false,
                    messageTimeout: "5s",
                    metadata: { writableNamespaces: [COST.namespace] },
                },
            ],
        },
    };
}
