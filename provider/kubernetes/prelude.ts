/** Where kubeadm keeps what makes a host a node. */
export const KUBERNETES = "/etc/kubernetes";
/** Static pods that the kubelet runs. */
export const MANIFESTS = `${KUBERNETES}/manifests`;
/** Kubeconfig of the cluster's administrator, on hosts of the control plane. */
export const ADMIN = `${KUBERNETES}/admin.conf`;

const ETCD_CERTIFICATES = `${KUBERNETES}/pki/etcd`;

/**
 * Shell functions for hosts of a cluster.
 * - `told SECONDS COMMAND…` runs a command that is stopped after so long, and shows its last lines only where it fails:
 *   then the script ends.
 * - `own_endpoint` prints where this host's own API server listens.
 * - `kube WORDS…` is kubectl as the cluster's administrator, by the cluster's address; `own WORDS…` the same by this
 *   host's own API server.
 * - `container NAME` prints the containerd container of a static pod's container that runs.
 * - `etcd_ctl WORDS…` is etcdctl in the container of this host's etcd.
 * - `wait_for SECONDS WORDS COMMAND…` runs a command until it succeeds; WORDS say what did not come about.
 */
export const kubernetesPrelude = `
told() {
    limit=$1
    shift
    status=0
    said=$(timeout "$limit" "$@" 2>&1 9>&-) || status=$?
    [ "$status" != 0 ] || return 0
    printf '%s\\n' "$said" | grep -vE '^ *$|^To see the stack trace|^.\\[0;3[0-9]m|\\[WARNING ' | tail -n 15 >&2
    [ "$status" != 124 ] || printf 'no end after %s s: %s\\n' "$limit" "$1" >&2
    exit 3
}
own_endpoint() {
    sed -n 's|.*kube-apiserver.advertise-address.endpoint: *||p' ${MANIFESTS}/kube-apiserver.yaml 2>/dev/null | sed 1q
}
kube() { kubectl --kubeconfig ${ADMIN} --request-timeout=10s "$@"; }
own() { kube --server "https://$(own_endpoint)" "$@"; }
container() {
    running=$(ctr -n k8s.io tasks ls | awk '$3 == "RUNNING" { print $1 }')
    ctr -n k8s.io containers ls -q "labels.\\"io.kubernetes.container.name\\"==$1" | while read -r id; do
        case " $(echo $running) " in *" $id "*) echo "$id" ;; esac
    done | sed 1q
}
etcd_ctl() {
    etcd_id=$(container etcd)
    [ -n "$etcd_id" ] || { echo 'etcd does not run on this host' >&2; return 1; }
    timeout 120 ctr -n k8s.io tasks exec --exec-id "seamount-$$-$(date +%N)" "$etcd_id" \\
        etcdctl --endpoints https://127.0.0.1:2379 --dial-timeout=2s --command-timeout=100s \\
        --cacert ${ETCD_CERTIFICATES}/ca.crt --cert ${ETCD_CERTIFICATES}/healthcheck-client.crt \\
        --key ${ETCD_CERTIFICATES}/healthcheck-client.key "$@"
}
wait_for() {
    until_=$(($(date +%s) + $1))
    words=$2
    shift 2
    while ! why=$("$@" 2>&1); do
        if [ "$(date +%s)" -ge "$until_" ]; then
            printf '%s\\n%s\\n' "$words" "$why" | tail -n 8 >&2
            exit 3
        fi
        sleep 1
    done
}
`.trim();
