import type { OperatorImages } from "../reference";
import type { PlainObject } from "./object";

/** Name of the GatewayClass, and of what configures it. */
export const GATEWAY_CLASS = "seamount";

/** Fields of a GatewayClass that Seamount sets. */
export interface GatewayClassSpec {
    readonly controllerName: string;
    readonly parametersRef: {
        readonly group: string;
        readonly kind: string;
        readonly name: string;
        readonly namespace: string;
    };
}

/** Fields of an EnvoyProxy (gateway.envoyproxy.io/v1alpha1) that Seamount sets. */
export interface EnvoyProxySpec {
    readonly provider: {
        readonly type: "Kubernetes";
        readonly kubernetes: {
            readonly envoyDeployment: {
                readonly replicas: number;
                readonly container: { readonly image: string };
                readonly pod: {
                    readonly topologySpreadConstraints: readonly {
                        readonly maxSkew: number;
                        readonly topologyKey: string;
                        readonly whenUnsatisfiable: "ScheduleAnyway" | "DoNotSchedule";
                        readonly labelSelector: { readonly matchLabels: Readonly<Record<string, string>> };
                    }[];
                };
            };
        };
    };
}

/** Fields of a Certificate (cert-manager.io/v1) that Seamount sets. */
export interface CertificateSpec {
    readonly secretName: string;
    readonly commonName: string;
    readonly dnsNames?: readonly string[];
    readonly isCA?: boolean;
    readonly usages?: readonly string[];
    readonly privateKey: { readonly algorithm: "ECDSA"; readonly size: number; readonly rotationPolicy: "Always" };
    readonly duration: string;
    readonly renewBefore: string;
    readonly issuerRef: { readonly group: string; readonly kind: "Issuer" | "ClusterIssuer"; readonly name: string };
}

/** Fields of an Issuer that Seamount sets. */
export type IssuerSpec =
    { readonly selfSigned: Record<string, never> } | { readonly ca: { readonly secretName: string } };

/** The class that gateways name, and the proxies that it makes. */
export function gatewayObjects(
    namespace: string,
    image: OperatorImages,
    replicas: number,
): readonly [PlainObject<EnvoyProxySpec>, PlainObject<GatewayClassSpec>] {
    const parametersRef = { group: "gateway.envoyproxy.io", kind: "EnvoyProxy", name: GATEWAY_CLASS, namespace };
    const spread = {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway" as const,
        labelSelector: { matchLabels: { "app.kubernetes.io/component": "proxy" } },
    };
    return [
        {
            apiVersion: "gateway.envoyproxy.io/v1alpha1",
            kind: "EnvoyProxy",
            metadata: { name: GATEWAY_CLASS, namespace },
            spec: {
                provider: {
                    type: "Kubernetes",
                    kubernetes: {
                        envoyDeployment: {
                            replicas,
                            container: { image: image("envoy").reference },
                            pod: { topologySpreadConstraints: [spread] },
                        },
                    },
                },
            },
        },
        {
            apiVersion: "gateway.networking.k8s.io/v1",
            kind: "GatewayClass",
            metadata: { name: GATEWAY_CLASS },
            spec: { controllerName: "gateway.envoyproxy.io/gatewayclass-controller", parametersRef },
        },
    ];
}

/**
 * Certificates by which Envoy Gateway and its proxies know one another, from an authority of their own. Envoy Gateway's
 * chart would make them in a hook.
 * @param dnsDomain of the cluster, `cluster.local`
 */
export function gatewayCertificates(
    namespace: string,
    dnsDomain: string,
): readonly PlainObject<CertificateSpec | IssuerSpec>[] {
    const issuer = (name: string, spec: IssuerSpec): PlainObject<IssuerSpec> => ({
        apiVersion: "cert-manager.io/v1",
        kind: "Issuer",
        metadata: { name, namespace },
        spec,
    });
    const certificate = (name: string, from: string, rest: Partial<CertificateSpec>): PlainObject<CertificateSpec> => ({
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: { name, namespace },
        spec: {
            secretName: name,
            commonName: name,
            privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
            duration: "2160h0m0s",
            renewBefore: "720h0m0s",
            issuerRef: { group: "cert-manager.io", kind: "Issuer", name: from },
            ...rest,
        },
    });
    const names = (service: string): readonly string[] => [
        service,
        `${service}.${namespace}`,
        `${service}.${namespace}.svc`,
        `${service}.${namespace}.svc.${dnsDomain}`,
    ];
    const usages = ["digital signature", "key encipherment", "client auth", "server auth"];
    const authority = "envoy-gateway-ca";
    const of = (name: string, dnsNames: readonly string[]): PlainObject<CertificateSpec> =>
        certificate(name, authority, { dnsNames, usages });
    return [
        issuer("envoy-gateway-self-signed", { selfSigned: {} }),
        certificate(authority, "envoy-gateway-self-signed", {
            isCA: true,
            duration: "87600h0m0s",
            renewBefore: "8760h0m0s",
        }),
        issuer(authority, { ca: { secretName: authority } }),
        of("envoy-gateway", names("envoy-gateway")),
        of("envoy", [`*.${namespace}`]),
    ];
}
