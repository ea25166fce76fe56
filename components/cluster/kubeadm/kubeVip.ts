import { stringify } from "yaml";
import { API_PORT } from "../../site/kubeadm";

/** Name of the static pod that hands the virtual address on. */
export const KUBE_VIP = "kube-vip";

/** Where kubeadm leaves the administrators' kubeconfig. */
const ADMIN = "/etc/kubernetes/admin.conf";

/** What a kube-vip pod is made from. */
export interface KubeVipSettings {
    /** Address that the hosts hand to one another. */
    readonly virtualAddress: string;
    /** Interface of this host that carries it. */
    readonly interface: string;
    /** Image, with a tag or a digest. */
    readonly image: string;
}

/**
 * Manifest of the static pod that holds the virtual address on one host of the control plane: whoever has the lease
 * answers for the address (ARP). It talks to the API server of its own host, by the name that the certificate has, since
 * the virtual address may be what is lacking. After `kube-vip manifest pod --controlplane --arp --leaderElection` of
 * kube-vip 0.9.1.
 */
export function kubeVipManifest(settings: KubeVipSettings): string {
    const environment = {
        vip_arp: "true",
        port: String(API_PORT),
        vip_interface: settings.interface,
        vip_subnet: "32",
        cp_enable: "true",
        cp_namespace: "kube-system",
        vip_leaderelection: "true",
        vip_leasename: "plndr-cp-lock",
        vip_leaseduration: "5",
        vip_renewdeadline: "3",
        vip_retryperiod: "1",
        address: settings.virtualAddress,
        // No metrics on an address that everybody reaches.
        prometheus_server: "127.0.0.1:2112",
    };
    return stringify(
        {
            apiVersion: "v1",
            kind: "Pod",
            metadata: {
                name: KUBE_VIP,
                namespace: "kube-system",
                labels: { "app.kubernetes.io/name": KUBE_VIP, "app.kubernetes.io/managed-by": "seamount" },
            },
            spec: {
                hostNetwork: true,
                priorityClassName: "system-node-critical",
                hostAliases: [{ ip: "127.0.0.1", hostnames: ["kubernetes"] }],
                containers: [
                    {
                        name: KUBE_VIP,
                        image: settings.image,
                        imagePullPolicy: "IfNotPresent",
                        args: ["manager"],
                        env: [
                            { name: "vip_nodename", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
                            ...Object.entries(environment).map(([name, value]) => ({ name, value })),
                        ],
                        resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
                        securityContext: {
                            allowPrivilegeEscalation: false,
                            readOnlyRootFilesystem: true,
                            seccompProfile: { type: "RuntimeDefault" },
                            capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_RAW"] },
                        },
                        volumeMounts: [{ name: "kubeconfig", mountPath: ADMIN, readOnly: true }],
                    },
                ],
                volumes: [{ name: "kubeconfig", hostPath: { path: ADMIN, type: "File" } }],
            },
        },
        { lineWidth: 0 },
    );
}
