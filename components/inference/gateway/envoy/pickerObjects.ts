import type { types } from "@pulumi/kubernetes";
import { selector } from "../../labels";
import { METRICS_PORT } from "../../proxy";
import { MANAGED, NAMESPACE_LABEL, pickerName } from "../names";
import { envoyPeer } from "../peers";
import type { CustomObject, GatewayModel, GatewaySettings } from "../settings";
import { PICKER_PORT, pickerLabels } from "./picker";
import { own } from "./proxy";

type Json = Readonly<Record<string, unknown>>;

/** What an endpoint picker has beside its Deployment, all in the namespace of the models. */
export interface PickerObjects {
    readonly serviceAccount: types.input.core.v1.ServiceAccount;
    readonly role: types.input.rbac.v1.Role;
    readonly roleBinding: types.input.rbac.v1.RoleBinding;
    readonly service: types.input.core.v1.Service;
    readonly networkPolicy: types.input.networking.v1.NetworkPolicy;
    readonly disruptionBudget: types.input.policy.v1.PodDisruptionBudget;
}

/** Rights and doors of the picker of a model. */
export function pickerObjects(settings: GatewaySettings, { plan }: GatewayModel): PickerObjects {
    const name = pickerName(plan.name);
    const labels = pickerLabels(plan.name);
    const metadata = { name, namespace: settings.namespace, labels: { ...labels, ...MANAGED } };
    const dns = { namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: "kube-system" } } };
    return {
        serviceAccount: { metadata, automountServiceAccountToken: true },
        role: { metadata, rules: rules() },
        roleBinding: {
            metadata,
            subjects: [{ kind: "ServiceAccount", name, namespace: settings.namespace }],
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
        },
        service: {
            metadata,
            spec: { selector: labels, ports: [{ name: "grpc", port: PICKER_PORT, appProtocol: "kubernetes.io/h2c" }] },
        },
        networkPolicy: {
            metadata,
            spec: {
                podSelector: { matchLabels: labels },
                policyTypes: ["Ingress", "Egress"],
                ingress: [{ from: [envoyPeer], ports: [{ protocol: "TCP", port: PICKER_PORT }] }],
                egress: [
                    { to: [dns], ports: ["UDP", "TCP"].map(protocol => ({ protocol, port: 53 })) },
                    {
                        to: [{ podSelector: { matchLabels: selector(plan) } }],
                        ports: [{ protocol: "TCP", port: METRICS_PORT }],
                    },
                    // The API server has no pod that a policy could name.
                    { ports: [443, 6443].map(port => ({ protocol: "TCP", port })) },
                ],
            },
        },
        disruptionBudget: {
            metadata,
            spec: {
                maxUnavailable: 1,
                unhealthyPodEvictionPolicy: "AlwaysAllow",
                selector: { matchLabels: labels },
            },
        },
    };
}

/** What a picker reads, and the lease by which its copies agree on one: the charts of llm-d-router v0.9.0. */
function rules(): types.input.rbac.v1.PolicyRule[] {
    const read = ["get", "watch", "list"];
    return [
        { apiGroups: [""], resources: ["pods"], verbs: read },
        { apiGroups: ["inference.networking.k8s.io"], resources: ["inferencepools"], verbs: read },
        { apiGroups: ["llm-d.ai"], resources: ["inferenceobjectives", "inferencemodelrewrites"], verbs: read },
        {
            apiGroups: ["coordination.k8s.io"],
            resources: ["leases"],
            verbs: ["get", "list", "watch", "create", "update", "patch", "delete"],
        },
        { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
    ];
}

/** Certificate of a picker, from an authority of the gateway's own that cert-manager keeps. */
export function pickerCertificates(settings: GatewaySettings): readonly CustomObject[] {
    const authority = "gateway-picker-ca";
    const first = "gateway-picker-self-signed";
    const object = (kind: string, name: string, spec: Json): CustomObject => ({
        apiVersion: "cert-manager.io/v1",
        kind,
        metadata: own(settings, name),
        spec,
    });
    const certificate = (name: string, issuer: string, rest: Json): CustomObject =>
        object("Certificate", name, {
            secretName: name,
            commonName: name,
            privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
            duration: "2160h0m0s",
            renewBefore: "720h0m0s",
            issuerRef: { group: "cert-manager.io", kind: "Issuer", name: issuer },
            ...rest,
        });
    return [
        object("Issuer", first, { selfSigned: {} }),
        certificate(authority, first, { isCA: true, duration: "87600h0m0s", renewBefore: "8760h0m0s" }),
        object("Issuer", authority, { ca: { secretName: authority } }),
        ...settings.models.map(({ plan }) =>
            certificate(pickerName(plan.name), authority, {
                dnsNames: [pickerName(plan.name)],
                usages: ["digital signature", "key encipherment", "server auth"],
            }),
        ),
    ];
}

/** By whom Envoy knows the pickers. */
export function pickerTls(settings: GatewaySettings, { plan }: GatewayModel): CustomObject {
    const name = pickerName(plan.name);
    return {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "BackendTLSPolicy",
        metadata: own(settings, name),
        spec: {
            targetRefs: [{ group: "", kind: "Service", name }],
            // The Secret that cert-manager writes has the authority's certificate as ca.crt, which Envoy Gateway reads.
            validation: { hostname: name, caCertificateRefs: [{ group: "", kind: "Secret", name }] },
        },
    };
}
