import type { Objectives, Overload, Parallelism, Scaling, SiteGateway, SitePrices, Traffic } from "./serving";
import type { ClusterAccess, KubeadmCluster, SiteOperators, Tenant } from "./cluster";

/** What a host is for. It decides the items a host gets and what may be scheduled on it. */
export type Role = "control-plane" | "gpu" | "storage" | "edge";

/** Which environment a site is. It decides defaults of safety (replicas, enforcement), never code paths. */
export type Environment = "local" | "staging" | "production";

/** Inference engines that Seamount can deploy. */
export type EngineName = "vllm" | "sglang" | "trtllm" | "triton" | "vllm-ascend" | "llamacpp";

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
    /** Operating system. Unset: Debian 12 is taken. */
    readonly os?: OperatingSystem;
    /** Failure domain above racks. */
    readonly zone?: string;
    /** Network interfaces of the rails, in rail order, e.g. `ens1np0`. Empty: unknown. */
    readonly interfaces?: readonly string[];
    /** GUIDs of the rails' InfiniBand ports, in rail order, e.g. `0x0002c903000e0b72`. Unset: unknown. */
    readonly portGuids?: readonly string[];
    /** Interface of the management network, e.g. `eno1`. */
    readonly managementInterface?: string;
    /** Name of the Kubernetes node that the host is. Unset: it is none. */
    readonly node?: string;
    readonly numaNodes?: number;
    /** Huge pages in each NUMA node, by page size. */
    readonly hugepages?: { readonly "2MiB"?: number; readonly "1GiB"?: number };
    /** Confidential computing on GPUs: needs IOMMU and ACS, which GPUDirect RDMA cannot have. */
    readonly confidential?: boolean;
}

/** Operating systems that hosts may have. */
export type OperatingSystem = "debian-12" | "ubuntu-22.04" | "ubuntu-24.04" | "rhel-9" | "rocky-9";

/** NVIDIA's driver: who installs it, and which. */
export interface GpuDriver {
    /** `host`: Seamount installs it on hosts; `operator`: the GPU operator brings it in containers, and hosts have none. */
    readonly owner: "host" | "operator";
    /** Exact version, e.g. `580.95.05`; driver, fabric manager and NVSwitch library are all of it. */
    readonly version?: string;
    /** Where a site insists on another fabric manager: refused unless it equals `version`. */
    readonly fabricManagerVersion?: string;
    /** Version of the NVIDIA container toolkit. */
    readonly containerToolkitVersion?: string;
}

/** How changes that disrupt hosts go through the fleet. */
export interface Rollout {
    /** `count`: so many hosts at once; `rack`: the hosts of one rack at once. */
    readonly by: "count" | "rack";
    /** Hosts that may be disrupted at once, with `count`. */
    readonly hostsAtOnce: number;
    /** `manual`: a reboot that is due is said, and left to people. */
    readonly reboot: "automatic" | "manual";
    readonly drainTimeoutSeconds: number;
    readonly rebootTimeoutSeconds: number;
}

/** What hosts must prove before they serve. */
export interface Acceptance {
    /** Whether hosts have gates at all. */
    readonly gates: boolean;
    /** Names of checks that no host runs. */
    readonly skip: readonly string[];
    /** Seconds in which the weights of a model must be read from disk. */
    readonly loadSeconds: number;
    /** Interpreter on the hosts whose PyTorch measures their GPUs. */
    readonly python: string;
    /** Whether NVLink multicast is to be had. */
    readonly multicast: boolean;
    /** Level of DCGM's diagnostics, 1 to 4. Unset: they do not run. */
    readonly dcgmLevel?: number;
}

/** Drift as a metric that each host writes for node_exporter. */
export interface SiteDriftMetrics {
    /** Folder that the textfile collector reads. */
    readonly textfileDirectory: string;
    /** Seconds between two looks. */
    readonly intervalSeconds: number;
}

/** A package repository of the site, by name in `Site.repositories`. */
export interface SiteRepository {
    readonly url: string;
    readonly suite?: string;
    readonly components?: readonly string[];
    /** ASCII-armoured public key. */
    readonly signingKey?: string;
    readonly trusted?: boolean;
    /** Operating systems of the hosts that get it. */
    readonly os?: readonly OperatingSystem[];
    /** Roles of the hosts that get it. Unset: all. */
    readonly roles?: readonly Role[];
}

/** The network between GPU hosts. */
export interface Fabric {
    readonly kind: "infiniband" | "roce" | "ethernet";
    /** Line rate of one port in Gb/s, e.g. 400 for NDR. */
    readonly linkGbps: number;
    /** Ports a GPU host has on the fabric. */
    readonly rails: number;
    /** Ethernet MTU (RoCE, default 9000) or IPoIB MTU (InfiniBand, default 4092) from end to end, bytes. */
    readonly mtu?: number;
    /** MTU of the switches, where the site says it: it must hold that of the hosts. */
    readonly switchMtu?: number;
    readonly roce?: RoceMarking;
    readonly infiniband?: InfinibandFabric;
}

/** How RoCE traffic is marked: one record for hosts, NCCL and switches. */
export interface RoceMarking {
    /** Code point of RDMA traffic. Default 26. */
    readonly dscp: number;
    /** Lossless priority. Default 3. */
    readonly priority: number;
    /** Code point of congestion notification packets; must match the switches. Default 48. */
    readonly cnpDscp: number;
}

/** Who manages an InfiniBand subnet, and how. */
export interface InfinibandFabric {
    /** `opensm` on hosts of the site; `ufm`: managed elsewhere, Seamount leaves it alone. */
    readonly subnetManager: "opensm" | "ufm";
    /** Hosts that run opensm: the first is primary, the others are standby. */
    readonly managers: readonly string[];
    readonly routingEngine: string;
    readonly adaptiveRouting: boolean;
    readonly sharp: boolean;
    readonly partitions: readonly {
        readonly name: string;
        /** 15-bit partition key, e.g. `0x7001`. */
        readonly pkey: string;
        /** Pools whose hosts are full members. */
        readonly pools: readonly string[];
    }[];
    /** Networks of IPoIB by rail, e.g. `10.31.0.0/16`. Empty: no IPoIB. */
    readonly ipoib: readonly string[];
}

/** The Kubernetes cluster that serves. */
export interface SiteCluster {
    /** `existing`: a cluster that is already there, by kubeconfig; `kubeadm`: Seamount builds it on hosts of the site. */
    readonly mode: "existing" | "kubeadm";
    /** Kubeconfig file, absolute, `~` expanded. The secret `seamount:kubeconfig` goes before it. */
    readonly kubeconfigFile?: string;
    /** Namespace that model services live in. */
    readonly namespace: string;
    /** Set exactly where the mode is `kubeadm`. */
    readonly kubeadm?: KubeadmCluster;
    readonly access?: ClusterAccess;
    readonly tenants?: readonly Tenant[];
    /** Unset: Seamount installs none. */
    readonly operators?: SiteOperators;
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
    /** A folder on each serving host that holds the weights. Exactly one of `hostPath`, `claim` and `image` is set. */
    readonly hostPath?: string;
    /** An existing PersistentVolumeClaim in the cluster's namespace. */
    readonly claim?: string;
    /** OCI image that holds the weights at its root. Exactly one of `hostPath`, `claim` and `image` is set. */
    readonly image?: string;
    /** Whether weights are read and checked on every host of the pool before a rollout. Unset: from 20 GB on. */
    readonly prefetch?: boolean;
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
    /** Container image of the router before prefill and decode that are apart, where the engine's own has none. */
    readonly routerImage?: string;
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
    /** Unset: nothing is said about speed and money for this model's clients, and the site's `replicas` stand. */
    readonly traffic?: Traffic;
    readonly objectives?: Objectives;
    readonly parallelism?: Parallelism;
    readonly scaling?: Scaling;
    readonly overload?: Overload;
    /** Services with a higher number go before others where GPUs or places run out. Unset: 0. */
    readonly priority?: number;
    /** Whether `concurrency` is the site's own number, and not the default. Unset: true. */
    readonly concurrencyGiven?: boolean;
    /** Whether `replicas` is the site's own number, and not the default. Unset: true. */
    readonly replicasGiven?: boolean;
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
    /** Unset: each model answers at an endpoint of its own, with a key. */
    readonly gateway?: SiteGateway;
    readonly prices?: SitePrices;
    readonly driver?: GpuDriver;
    readonly rollout?: Rollout;
    /** Unset: hosts have no gates. */
    readonly acceptance?: Acceptance;
    readonly driftMetrics?: SiteDriftMetrics;
    /** Package repositories by name. */
    readonly repositories?: Readonly<Record<string, SiteRepository>>;
    /** Compliance profiles by name, e.g. `mlps-2.0-level-3`. */
    readonly compliance: readonly string[];
}
