import type { CisRow } from "./types";

/** Section 1.1: files of the control plane. */
export const files: Readonly<Record<string, CisRow>> = {
    "1.1.1": ["API server's manifest: 600", "kubeadm", "written so"],
    "1.1.2": ["API server's manifest: root's", "kubeadm", "written so"],
    "1.1.3": ["Controller manager's manifest: 600", "kubeadm", "written so"],
    "1.1.4": ["Controller manager's manifest: root's", "kubeadm", "written so"],
    "1.1.5": ["Scheduler's manifest: 600", "kubeadm", "written so"],
    "1.1.6": ["Scheduler's manifest: root's", "kubeadm", "written so"],
    "1.1.7": ["etcd's manifest: 600", "kubeadm", "written so"],
    "1.1.8": ["etcd's manifest: root's", "kubeadm", "written so"],
    "1.1.9": [
        "Files of the network plugin: 600",
        "seamount",
        "`kubeletFileModes`: /etc/cni/net.d at each start of the kubelet. The addresses that the plugin host-local has " +
            "given out (/var/lib/cni) stay 644: it writes them anew with each pod, and they are no secret",
    ],
    "1.1.10": [
        "Files of the network plugin: root's",
        "seamount",
        "the conflist is a file of the host; plugins run as root",
    ],
    "1.1.11": ["etcd's data: 700", "kubeadm", "made so"],
    "1.1.12": [
        "etcd's data belongs to a user etcd",
        "declined",
        "kubeadm's etcd runs as root in a static pod, and a user that nothing runs as would protect nothing: the folder " +
            "is root's with 700",
    ],
    "1.1.13": ["admin.conf: 600", "kubeadm", "written so; super-admin.conf too"],
    "1.1.14": ["admin.conf: root's", "kubeadm", "written so"],
    "1.1.15": ["scheduler.conf: 600", "kubeadm", "written so"],
    "1.1.16": ["scheduler.conf: root's", "kubeadm", "written so"],
    "1.1.17": ["controller-manager.conf: 600", "kubeadm", "written so"],
    "1.1.18": ["controller-manager.conf: root's", "kubeadm", "written so"],
    "1.1.19": ["Folder and files of the PKI: root's", "kubeadm", "written so"],
    "1.1.20": ["Certificates of the PKI: 644 or less", "kubeadm", "written with 644"],
    "1.1.21": ["Keys of the PKI: 600", "kubeadm", "written so"],
};

/** Section 1.2: the API server. */
export const apiServer: Readonly<Record<string, CisRow>> = {
    "1.2.1": [
        "No anonymous requests",
        "seamount",
        "`authenticationConfiguration`: a request without a name is answered for /livez, /readyz and /healthz alone, " +
            "which kubelets and balancers ask. The flag itself cannot be set beside that configuration",
    ],
    "1.2.2": ["No file of fixed tokens", "kubeadm", "not set"],
    "1.2.3": ["Admission: DenyServiceExternalIPs", "seamount", "`apiServerHardening`"],
    "1.2.4": ["Certificate towards kubelets", "kubeadm", "set"],
    "1.2.5": [
        "Authority of kubelets' certificates",
        "seamount",
        "`apiServerHardening`; `kubeletApprovals` lets them have one",
    ],
    "1.2.6": ["Authorization is not AlwaysAllow", "kubeadm", "Node,RBAC"],
    "1.2.7": ["Authorization by Node", "kubeadm", "Node,RBAC"],
    "1.2.8": ["Authorization by RBAC", "kubeadm", "Node,RBAC"],
    "1.2.9": ["Admission: EventRateLimit", "seamount", "`apiServerHardening`, `admissionConfiguration`"],
    "1.2.10": ["Admission: not AlwaysAdmit", "seamount", "`apiServerHardening` does not list it"],
    "1.2.11": [
        "Admission: AlwaysPullImages",
        "declined",
        "with it no pod starts while the registry is away, and an engine could not restart. What it is for, kubelets do " +
            "since 1.35: an image that was pulled with credentials is not run for a pod that has none",
    ],
    "1.2.12": ["Admission: ServiceAccount", "kubeadm", "on by default, and not disabled"],
    "1.2.13": ["Admission: NamespaceLifecycle", "kubeadm", "on by default, and not disabled"],
    "1.2.14": ["Admission: NodeRestriction", "seamount", "`apiServerHardening`"],
    "1.2.15": ["No profiling", "seamount", "`apiServerHardening`"],
    "1.2.16": ["An audit log", "seamount", "`apiServerHardening`"],
    "1.2.17": ["Audit log: 30 days", "seamount", "`apiServerHardening`; where it is shipped to, 180 at least"],
    "1.2.18": ["Audit log: 10 files", "seamount", "`apiServerHardening`"],
    "1.2.19": ["Audit log: 100 MB a file", "seamount", "`apiServerHardening`"],
    "1.2.20": [
        "Timeout of requests as appropriate",
        "kubeadm",
        "the default of 60 s is what the benchmark itself names",
    ],
    "1.2.21": ["Accounts of tokens are looked up", "kubeadm", "on by default"],
    "1.2.22": ["Key of service accounts' tokens", "kubeadm", "set"],
    "1.2.23": ["Certificate towards etcd", "kubeadm", "set"],
    "1.2.24": ["Certificate of the API server", "kubeadm", "set"],
    "1.2.25": ["Authority of clients", "kubeadm", "set"],
    "1.2.26": ["Authority of etcd", "kubeadm", "set"],
    "1.2.27": ["Encryption at rest", "seamount", "`apiServerHardening`, `EncryptionKeys`"],
    "1.2.28": [
        "Encryption by a good provider",
        "seamount",
        "`encryptionConfiguration`: secretbox, or KMS v2; no identity",
    ],
    "1.2.29": ["Strong ciphers alone", "seamount", "`apiServerHardening`: four with AES-GCM, and those of TLS 1.3"],
    "1.2.30": ["Tokens of service accounts do not live on", "seamount", "`apiServerHardening`"],
};

/** Sections 1.3, 1.4 and 2: the other components and etcd. */
export const components: Readonly<Record<string, CisRow>> = {
    "1.3.1": ["Pods that have ended are cleared", "seamount", "`controllerManagerHardening`: beyond 1000"],
    "1.3.2": ["No profiling", "seamount", "`controllerManagerHardening`"],
    "1.3.3": ["An account for each controller", "kubeadm", "set"],
    "1.3.4": ["Key of service accounts' tokens", "kubeadm", "set"],
    "1.3.5": ["Authority that pods trust", "kubeadm", "set"],
    "1.3.6": ["Kubelets' certificates are renewed", "kubeadm", "on by default"],
    "1.3.7": ["Listens on 127.0.0.1 alone", "kubeadm", "set"],
    "1.4.1": ["No profiling", "seamount", "`schedulerHardening`"],
    "1.4.2": ["Listens on 127.0.0.1 alone", "kubeadm", "set"],
    "2.1": ["Certificate of etcd", "kubeadm", "set"],
    "2.2": ["Clients need a certificate", "kubeadm", "set"],
    "2.3": ["No certificate of its own making", "seamount", "`etcdHardening`"],
    "2.4": ["Certificate towards members", "kubeadm", "set"],
    "2.5": ["Members need a certificate", "kubeadm", "set"],
    "2.6": ["No certificate of members' own making", "seamount", "`etcdHardening`"],
    "2.7": ["An authority of etcd's own", "kubeadm", "/etc/kubernetes/pki/etcd/ca.crt"],
};

/** Section 3: who signs in, and what is recorded. */
export const configuration: Readonly<Record<string, CisRow>> = {
    "3.1.1": [
        "People have no client certificates",
        "site",
        "an identity provider (cluster.oidc); admin.conf is for emergencies",
    ],
    "3.1.2": ["People have no service accounts", "site", "no role of `Tenancy` may make tokens of accounts"],
    "3.1.3": [
        "People have no bootstrap tokens",
        "seamount",
        "made when a host joins, for 15 minutes, and revoked then",
    ],
    "3.2.1": ["An audit policy", "seamount", "`auditPolicy`"],
    "3.2.2": [
        "Audit policy covers what matters",
        "seamount",
        "`auditPolicy`: all requests, bodies of what decides on rights",
    ],
};
