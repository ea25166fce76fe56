import type { KubeadmCluster } from "../../../site/cluster";
import { imageParts, type OperatorImages } from "../reference";

/** Values of a chart: plain, so that previews can render it. */
export type Values = Readonly<Record<string, unknown>>;

/** Secret with the key of IPsec between nodes, in Cilium's namespace. */
export const IPSEC_SECRET = "cilium-ipsec-keys";

/** Address and port of an endpoint, `10.0.0.1:6443` or `[fd00::1]:6443`. */
export function endpointParts(endpoint: string): { readonly host: string; readonly port: string } {
    const colon = endpoint.lastIndexOf(":");
    return { host: endpoint.slice(0, colon).replace(/^\[|\]$/g, ""), port: endpoint.slice(colon + 1) };
}

/**
 * Values of Cilium: the whole of kube-proxy in eBPF, with what leads to the API server before there is a service network,
 * encryption between nodes as the site says, Hubble off and with TLS where a site turns it on.
 */
export function ciliumValues(cluster: KubeadmCluster, image: OperatorImages): Values {
    const { host, port } = endpointParts(cluster.endpoint);
    const { encryption, podCidr } = cluster.network;
    const pinned = (name: string): Values => {
        const { repository, tag, digest } = image(name);
        return { repository, tag, digest: digest ?? "", useDigest: digest !== undefined };
    };
    const { repository, tag, digest } = image("operator-generic");
    return {
        kubeProxyReplacement: "true",
        k8sServiceHost: host,
        k8sServicePort: port,
        image: pinned("cilium"),
        operator: {
            // The chart appends the cloud, here `-generic`.
            image: {
                repository: repository.replace(/-generic$/, ""),
                tag,
                genericDigest: digest ?? "",
                useDigest: digest !== undefined,
            },
            // Two of them want two nodes, and the first host of the control plane is one for a while.
            replicas: Math.min(2, cluster.controlPlane.length),
        },
        envoy: { image: pinned("cilium-envoy") },
        ipam: { mode: "cluster-pool", operator: { clusterPoolIPv4PodCIDRList: [podCidr] } },
        bpf: { masquerade: true },
        encryption:
            encryption === "none"
                ? { enabled: false }
                : {
                      enabled: true,
                      type: encryption,
                      ...(encryption === "ipsec" ? { ipsec: { secretName: IPSEC_SECRET } } : {}),
                  },
        hubble: { enabled: false, tls: { enabled: true, auto: { enabled: true, method: "cronJob" } } },
        rollOutCiliumPods: true,
    };
}

/** The image of a chart's value `repository` and `tag`, with the digest behind the tag. */
export function repositoryAndTag({ repository, pinnedTag }: ReturnType<typeof imageParts>): Values {
    return { repository, tag: pinnedTag };
}
