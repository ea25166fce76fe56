/** A cluster that Seamount builds on hosts with kubeadm. */
export interface KubeadmCluster {
    /** Version of Kubernetes, `1.36.3`. */
    readonly version: string;
    /** What follows the version in that of its packages: `1.1` makes `1.36.3-1.1`. */
    readonly packageRevision: string;
    /** Names of the site's hosts of the control plane: those with the role `control-plane`, in the order of the site. */
    readonly controlPlane: readonly string[];
    /** Where clients reach the API, `address:port`. */
    readonly endpoint: string;
    /** Address that kube-vip hands from host to host. Unset: the endpoint is a balancer of the site, or the only host. */
    readonly virtualAddress?: string;
    /** Directory for snapshots of etcd on the machine that runs Pulumi, absolute. */
    readonly snapshotDirectory: string;
    /** Certificates are renewed when they end within so many days. */
    readonly renewBeforeDays: number;
    /** Whether the control plane's resource is protected from `pulumi destroy`. */
    readonly protect: boolean;
    readonly network: ClusterNetwork;
    readonly runtime: ContainerRuntime;
    readonly audit: AuditLog;
    /** Digests that the site gives or puts in the place of the catalogue's, by reference with a tag. */
    readonly imageDigests: Readonly<Record<string, string>>;
    /** Groups of an identity provider that may sign in. Unset: only certificates. */
    readonly oidc?: { readonly issuerUrl: string; readonly clientId: string; readonly groupsClaim: string };
    /** Checks of kubeadm whose errors count as warnings: for labs. Unset: none. */
    readonly ignorePreflightErrors?: readonly string[];
    /** Nodes with GPUs register with a taint that only pods which ask for GPUs tolerate. Unset: false. */
    readonly taintGpus?: boolean;
}

/** Networks of a cluster. */
export interface ClusterNetwork {
    /** `bridge`: the standard CNI plugins with routes between hosts of one subnet, without network policies. */
    readonly plugin: "cilium" | "bridge";
    readonly podCidr: string;
    readonly serviceCidr: string;
    /** Subnet that all hosts of the cluster are in. Set exactly with plugin `bridge`. */
    readonly nodeCidr?: string;
    /** Encryption between nodes. Always `none` with `bridge`. */
    readonly encryption: "wireguard" | "ipsec" | "none";
    readonly dnsDomain: string;
}

/** containerd and the kubelet on hosts. */
export interface ContainerRuntime {
    /** Exact version of containerd's package. Unset: any. */
    readonly containerd?: string;
    readonly cgroupDriver: "systemd" | "cgroupfs";
    /** Registry that stands in for others, `registry.example.internal:5000`. Unset: hosts reach the internet's. */
    readonly mirror?: string;
    /** Certificate of the authority that the mirror's is of, PEM. */
    readonly mirrorCa?: string;
    /** Image of the pod sandbox. Unset: the catalogue's. */
    readonly sandboxImage?: string;
    /** Whether containers may be given less likelihood to be killed: needs CAP_SYS_RESOURCE. */
    readonly adjustOomScore: boolean;
    /** Whether hosts may run on cgroup v1, which Kubernetes has deprecated. */
    readonly cgroupV1: boolean;
    /** Whether the kubelet refuses a kernel that is not set as it expects. Unset: true. */
    readonly protectKernelDefaults?: boolean;
    /** What must be left free before the kubelet ends pods, by signal: `nodefs.available`. Unset: the kubelet's own. */
    readonly evictionHard?: Readonly<Record<string, string>>;
}

/** The API server's audit log. */
export interface AuditLog {
    /** Days that it is kept where it is shipped to. */
    readonly retentionDays: number;
    /** Host of the site that collects it. Unset, with no `server`: it stays on the hosts of the control plane. */
    readonly collector?: string;
    /** Syslog server outside the site, `address:port`, over TLS. */
    readonly server?: string;
}

/** Who may do what in the cluster, by groups of the identity provider or of client certificates. */
export interface ClusterAccess {
    readonly platformOperators: readonly string[];
    readonly modelOperators: readonly string[];
    readonly auditors: readonly string[];
}

/** A team of fine-tuners with a namespace and a quota of its own. */
export interface Tenant {
    /** Namespace, a DNS label. */
    readonly name: string;
    readonly groups: readonly string[];
    readonly quota: {
        readonly gpus: number;
        readonly cpus: number;
        readonly memoryGiB: number;
        readonly storageGiB: number;
        readonly pods: number;
    };
}

/** Operators that a site installs, and where their charts are from. */
export interface SiteOperators {
    /** Names in the catalogue of charts. */
    readonly install: readonly string[];
    /** `oci://…` of the site's mirror, or a directory of charts. Unset: the charts' own repositories. */
    readonly charts?: string;
    /** How pods get RDMA devices. */
    readonly rdma: "shared" | "sriov" | "none";
    /** Values beyond Seamount's own, by operator. */
    readonly values?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
