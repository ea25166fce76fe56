/** What kubeadm and its like say, and what would be right. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
    [
        /JWS signature|token id .* is invalid|token.*(expired|not found)|Unauthorized/i,
        "The join token has ended, or the cluster does not know it: run `pulumi up` again, which makes a new one.",
    ],
    [
        /kubeadm-certs|certificate key/i,
        "The certificates for joining have ended: run `pulumi up` again, which hands over new ones.",
    ],
    [/\[ERROR Swap\]|running with swap on/i, "Swap must be off: see the host's items."],
    [/ip_forward|bridge-nf-call/i, "The host's sysctls for Kubernetes are missing: bring its Host up first."],
    [/\[ERROR CRI\]|container runtime is not running/i, "containerd must run: `systemctl status containerd` there."],
    [/\[ERROR Port-(\d+)\]/, "Another program listens on a port of Kubernetes: `ss -ltnp` there shows which."],
    [
        /failed to pull image|not found.*manifest|pull access denied/i,
        "An image cannot be had: see the site's mirror, and /etc/containerd/certs.d on the host.",
    ],
    [
        /the kubelet is not (running|healthy)|healthz.*10248/i,
        "The kubelet does not come up: `journalctl -u kubelet -n 50` there says why.",
    ],
    [
        /etcdserver: (unhealthy cluster|re-configuration failed)|can only promote a learner/i,
        "A member of etcd is not healthy: the cluster takes no other until it is.",
    ],
    [/No space left on device/i, "A disk of the host is full."],
];

/** What a person can do about an error of kubeadm, led by a blank; empty where nothing is known. */
export function advice(said: string): string {
    const known = KNOWN.find(([pattern]) => pattern.test(said));
    return known === undefined ? "" : `\n${known[1]}`;
}
