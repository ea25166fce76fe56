import type { CisRow } from "./types";

/** Section 4: kubelets and kube-proxy. */
export const nodes: Readonly<Record<string, CisRow>> = {
    "4.1.1": ["Kubelet's unit: 600", "seamount", "`kubeletFileModes`, at each start of the kubelet"],
    "4.1.2": ["Kubelet's unit: root's", "kubeadm", "the packages' own"],
    "4.1.3": ["kube-proxy's kubeconfig: 600", "kubeadm", "there is none on hosts: it is a ConfigMap of a pod"],
    "4.1.4": ["kube-proxy's kubeconfig: root's", "kubeadm", "there is none on hosts: it is a ConfigMap of a pod"],
    "4.1.5": ["kubelet.conf: 600", "kubeadm", "written so"],
    "4.1.6": ["kubelet.conf: root's", "kubeadm", "written so"],
    "4.1.7": ["Authority of clients: 644 or less", "kubeadm", "written with 644"],
    "4.1.8": ["Authority of clients: root's", "kubeadm", "written so"],
    "4.1.9": ["Kubelet's configuration: 600", "seamount", "`kubeletFileModes`, at each start of the kubelet"],
    "4.1.10": ["Kubelet's configuration: root's", "kubeadm", "written so"],
    "4.2.1": ["No anonymous requests", "seamount", "`kubeletHardening`"],
    "4.2.2": ["Authorization is not AlwaysAllow", "seamount", "`kubeletHardening`: the API server is asked"],
    "4.2.3": ["Authority of clients", "seamount", "`kubeletHardening`"],
    "4.2.4": ["No port without a name", "seamount", "`kubeletHardening`"],
    "4.2.5": ["Idle streams end", "seamount", "`kubeletHardening`: after 5 minutes"],
    "4.2.6": ["Makes its iptables chains", "seamount", "`kubeletHardening`"],
    "4.2.7": [
        "Name is not overridden",
        "kubeadm",
        "a host's node has the host's own name; kubeadm overrides none then",
    ],
    "4.2.8": ["Events are recorded as appropriate", "seamount", "`kubeletHardening`: 50 a second, 100 at once"],
    "4.2.9": [
        "Certificate of the kubelet",
        "seamount",
        "`kubeletHardening`, `kubeletApprovals`: of the cluster's authority and renewed, and so not a file that is named",
    ],
    "4.2.10": ["Client certificate is renewed", "seamount", "`kubeletHardening`"],
    "4.2.11": ["Serving certificate is renewed", "seamount", "`kubeletHardening`: serverTLSBootstrap"],
    "4.2.12": ["Strong ciphers alone", "seamount", "`kubeletHardening`: four with AES-GCM, and those of TLS 1.3"],
    "4.2.13": ["A limit of processes a pod", "seamount", "`kubeletHardening`: 16384"],
    "4.2.14": ["seccomp by default", "seamount", "`kubeletHardening`"],
    "4.3.1": ["kube-proxy's metrics on localhost", "kubeadm", "its default; with Cilium there is no kube-proxy"],
};
