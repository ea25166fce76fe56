import type { CheckSpec } from "../gates/check";
import type { FileItem, HostConnection } from "../items";

/** Resource type token of a control plane. */
export const CONTROL_PLANE_TYPE = "metal:index:ControlPlane";

/** Resource type token of a worker node. */
export const CLUSTER_NODE_TYPE = "metal:index:ClusterNode";

/** A host of the control plane. */
export interface ControlPlaneHost {
    /** Name of the Kubernetes node, and of the etcd member. */
    readonly node: string;
    readonly connection: HostConnection;
    /** IP address where its own API server and etcd listen, and that its kubelet reports. @default the connection's */
    readonly address?: string;
    /** Interface that carries the virtual address. Unset: there is no virtual address. */
    readonly interface?: string;
    /** Manifests of static pods beyond kubeadm's, by name: put beside kubeadm's once the API server answers. */
    readonly staticPods?: Readonly<Record<string, string>>;
}

/** What kubeadm's programs are on a host. */
export interface KubernetesRelease {
    /** Version of Kubernetes, `1.36.3`. */
    readonly version: string;
    /** Exact versions of packages by name: kubeadm, kubelet, kubectl. */
    readonly packages: Readonly<Record<string, string>>;
    /**
     * Images by reference with a tag (`registry.k8s.io/kube-apiserver:v1.36.3`) and their digests (`sha256:…`): pulled
     * by digest, tagged and pinned on the host before kubeadm asks for them by tag. Unset: by tag alone.
     */
    readonly images?: Readonly<Record<string, string>>;
    /** Checks of kubeadm that may fail on these hosts, `SystemVerification`: lab hosts only. @default [] */
    readonly ignorePreflightErrors?: readonly string[];
}

/** Inputs of `metal:index:ControlPlane`. */
export interface ControlPlaneInputs extends KubernetesRelease {
    /** One, three or five hosts. The first that is not yet part of any cluster begins it, where none is. */
    readonly hosts: readonly ControlPlaneHost[];
    /** Where all clients reach the API, `address:port`. */
    readonly endpoint: string;
    /**
     * Address of the endpoint that static pods (kube-vip) on the hosts hand to one another. While the first host begins
     * the cluster, before there is such a pod, it carries the address itself. Unset: a balancer of the site does.
     */
    readonly virtualAddress?: string;
    /**
     * YAML documents of kubeadm's API and of components: ClusterConfiguration, KubeletConfiguration,
     * KubeProxyConfiguration. No host's own settings, no secret.
     */
    readonly configuration: string;
    /** Phases of `kubeadm init` that are left out, e.g. `addon/kube-proxy`. */
    readonly skipPhases?: readonly string[];
    /** Files on every host that the API server reads, by absolute path; a content may be a secret. */
    readonly files?: Readonly<Record<string, FileItem>>;
    /** Directory on the machine that runs Pulumi for snapshots of etcd, absolute: one before every change. */
    readonly snapshotDirectory: string;
    /** Certificates that end within so many days are renewed. */
    readonly renewBeforeDays: number;
}

/** Inputs of `metal:index:ClusterNode`: a worker. */
export interface ClusterNodeInputs extends KubernetesRelease {
    /** Name of the Kubernetes node. */
    readonly node: string;
    readonly connection: HostConnection;
    /** Hosts of the control plane, any of which lets the node in. */
    readonly controlPlane: readonly Pick<ControlPlaneHost, "node" | "connection">[];
    /** Where the API answers, `address:port`. */
    readonly endpoint: string;
    /** Where changes go by rack: nodes of one rack are disrupted together. */
    readonly rack?: string;
    /** Taints that the node registers with, `key=value:Effect`. */
    readonly taints?: readonly string[];
    /** IP address that its kubelet reports. @default the connection's, where that is one */
    readonly address?: string;
    /** Checks by name that must pass before a node that was upgraded takes work again. */
    readonly gates?: Readonly<Record<string, CheckSpec>>;
}

/** Outputs of `metal:index:ClusterNode`. */
export interface ClusterNodeOutputs {
    /** Version of the kubelet's package on the host, `1.36.3-1.1`; empty where there is none. */
    readonly kubeletVersion: string;
    /** Whether the host is of the cluster. */
    readonly joined: boolean;
    /** SHA-256 of the public key of the cluster's authority, `sha256:…`; empty where it has not joined. */
    readonly authority: string;
}

/** A host of the control plane, as the outputs of `metal:index:ControlPlane` tell of it. */
export interface ControlPlaneMember {
    readonly kubeletVersion: string;
    /** The member of etcd, in hexadecimal. */
    readonly etcdMember: string;
    readonly apiServerVersion: string;
}
