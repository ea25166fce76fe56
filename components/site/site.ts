/** What a host is for. It decides the items a host gets and what may be scheduled on it. */
export type Role = "control-plane" | "gpu" | "storage" | "edge";

/** Which environment a site is. It decides defaults of safety (replicas, enforcement), never code paths. */
export type Environment = "local" | "staging" | "production";

/** Inference engines that Seamount can deploy. */
export type EngineName = "vllm" | "llamacpp";

/** How hosts are reached over SSH. Nothing here is a secret: a private key in configuration is `seamount:sshPrivateKey`. */
export interface Access {
    /** Login user. */
    readonly user: string;
    /** TCP port of sshd. */
    readonly port: number;
    /** Private key file for OpenSSH's `-i`, absolute, `~` expanded. Unset: the agent, or the configured secret. */
    readonly identityFile?: string;
    /** OpenSSH jump host, `user@address:port`. */
    readonly jumpHost?: string;
    /** The jump host's public key, `ssh-ed25519 AAAA…`. Required with a jump host. */
    readonly jumpHostKey?: string;
    /** Seconds until a host that does not answer counts as unreachable. */
    readonly connectTimeoutSeconds: number;
}

/** GPUs of one host. */
export interface HostGpus {
    /** Catalogue name, e.g. `H200`. */
    readonly model: string;
    /** GPUs in the host. */
    readonly count: number;
}

/** One host, after ranges were expanded. */
export interface SiteHost {
    readonly name: string;
    /** IPv4 or IPv6 address of the management interface. */
    readonly address: string;
    readonly role: Role;
    /** Hosts of one pool are alike, and models are placed on pools. */
    readonly pool: string;
    readonly gpu?: HostGpus;
    /** Main memory in GiB, where the site says it. */
    readonly memoryGiB?: number;
    readonly rack?: string;
    /** Fabric devices in rail order, e.g. `mlx5_0` … `mlx5_7`. */
    readonly rails: readonly string[];
    /** NVMe devices for data, by serial or by-id path. */
    readonly nvme: readonly string[];
    /** The host's public key, `ssh-ed25519 AAAA…`, without a name. Always there where `managed`. */
    readonly hostKey?: string;
    /** Whether Seamount logs in and configures it. `false`: a node of an existing cluster that others look after. */
    readonly managed: boolean;
}

/** The network between GPU hosts. */
export interface Fabric {
    readonly kind: "infiniband" | "roce" | "ethernet";
    /** Line rate of one port in Gb/s, e.g. 400 for NDR. */
    readonly linkGbps: number;
    /** Ports a GPU host has on the fabric. */
    readonly rails: number;
}

/** The Kubernetes cluster that serves. */
export interface SiteCluster {
    /** `existing`: a cluster that is already there, by kubeconfig. */
    readonly mode: "existing";
    /** Kubeconfig file, absolute, `~` expanded. The secret `seamount:kubeconfig` goes before it. */
    readonly kubeconfigFile?: string;
    /** Namespace that model services live in. */
    readonly namespace: string;
}

/** Where a model service answers. */
export interface Endpoint {
    /** DNS name or address that clients use; the certificate is issued for it. */
    readonly host: string;
    readonly serviceType: "ClusterIP" | "NodePort" | "LoadBalancer";
    /** TCP port that clients connect to (the node port where `serviceType` is NodePort). */
    readonly port: number;
}

/** Where the weights are, and what they must be. */
export interface Weights {
    /** A folder on each serving host that holds the weights. Exactly one of `hostPath` and `claim` is set. */
    readonly hostPath?: string;
    /** An existing PersistentVolumeClaim in the cluster's namespace. */
    readonly claim?: string;
    /** Lines of `sha256sum`, one a file, path relative to the folder: `<64 hex>  <path>`. */
    readonly sha256sums: string;
    /** Size of the volume in GB. */
    readonly sizeGB: number;
}

/** One model service as the site wants it. */
export interface SiteModel {
    /** Service name, a DNS label. */
    readonly name: string;
    /** Catalogue name of the model, e.g. `deepseek-r1`. */
    readonly model: string;
    /** Number format of the weights, e.g. `fp8`. */
    readonly precision: string;
    readonly engine: EngineName;
    /** Container image of the engine, `name@sha256:…` where the environment demands it. */
    readonly image: string;
    /** Container image of the TLS proxy. */
    readonly proxyImage: string;
    readonly pool: string;
    readonly replicas: number;
    /** Longest sequence in tokens, prompt and answer together. */
    readonly contextTokens: number;
    /** Sequences served at the same time by one replica. */
    readonly concurrency: number;
    /** Tensor-parallel degree. Unset: the planner chooses. */
    readonly tensorParallel?: number;
    /** Why a production service may run with one replica. */
    readonly singleReplicaReason?: string;
    readonly weights: Weights;
    readonly endpoint: Endpoint;
}

/** A site as it is: parsed, checked, expanded, immutable. The only thing that the rest of the program reads. */
export interface Site {
    readonly name: string;
    readonly environment: Environment;
    readonly access: Access;
    readonly timeServers: readonly string[];
    readonly fabric?: Fabric;
    readonly hosts: readonly SiteHost[];
    readonly cluster: SiteCluster;
    readonly models: readonly SiteModel[];
    /** Compliance profiles by name, e.g. `mlps-2.0-level-3`. */
    readonly compliance: readonly string[];
}
