#!/usr/bin/env bash
# The local Kubernetes cluster: a real control plane, one real node, four simulated GPU nodes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=local/bed/lib.sh
. "$here/lib.sh"
# shellcheck source=local/bed/debian.sh
. "$here/debian.sh"
# shellcheck source=local/bed/kubernetes/binaries.sh
. "$here/kubernetes/binaries.sh"
# shellcheck source=local/bed/kubernetes/processes.sh
. "$here/kubernetes/processes.sh"
# shellcheck source=local/bed/kubernetes/plane.sh
. "$here/kubernetes/plane.sh"
# shellcheck source=local/bed/kubernetes/node-network.sh
. "$here/kubernetes/node-network.sh"
# shellcheck source=local/bed/kubernetes/node.sh
. "$here/kubernetes/node.sh"
# shellcheck source=local/bed/kubernetes/pki.sh
. "$here/kubernetes/pki.sh"

usage() {
    cat <<'TEXT'
Usage: local/bed/kubernetes.sh COMMAND
  up                  start what does not run, until every node is ready; builds what is missing first
  down                stop everything and remove its state; caches stay
  status              one line for each component; fails unless all are healthy
  build               build everything that `up` needs, and start nothing
  node-up NAME        another real node beside node-1, node-2 to node-9; the cluster must run
  node-down NAME      remove it, with the pods on it
  kubectl ARGUMENT…   kubectl of the cluster's version, on the cluster
  exec COMMAND…       run a command inside node-1, for instance `ctr -n k8s.io images ls`
  exec-on NAME COMMAND…
                      the same inside another real node

  control plane       https://10.88.0.1:16443, kubeconfig $STATE/bed/kubeconfig
  node-1              real: containerd, kubelet, kube-proxy at 10.88.1.11, pods 10.245.1.0/24
                      (node-2 at 10.88.1.12, pods 10.245.2.0/24, and so on)
  gpu-01 … gpu-04     simulated by kwok: 8 × H200 each; their pods only seem to run

STATE is ${XDG_STATE_HOME:-~/.local/state}/seamount. NetworkPolicy is not enforced, and there is no load balancer.
TEXT
}

build() {
    find_binaries
    images=$("$here/images.sh")
    model=$("$here/model/tiny-deepseek.sh")
}

kubectl() { KUBECONFIG=$BED/kubeconfig "$hyperkube/kubectl" "$@"; }

up() {
    local name started=$SECONDS
    build
    mkdir -p "$BED"/{logs,pids,conf}
    exec 8>"$BED/kubernetes.lock"
    flock 8
    if ! pki_is_good; then
        # shellcheck disable=SC2046 # a word each
        stop $(node_names) "${PLANE[@]}"
        make_pki
    fi
    bridge_up
    if is_up; then
        take_in_images
        return
    fi
    start etcd
    start kube-apiserver
    node_up
    await kube-apiserver
    for name in "${PLANE[@]}"; do start "$name"; done
    for name in "${PLANE[@]}"; do await "$name"; done
    simulated_nodes_up
    within 20 node_healthy || restart_node
    within 60 all_nodes_ready || fail "nodes ready: $(ready_nodes | xargs); see $BED/logs/kubelet.log and kwok.log"
    within 30 default_account_exists || fail "no default service account: see $BED/logs/kube-controller-manager.log"
    say "Kubernetes is up after $((SECONDS - started)) s: kubeconfig $BED/kubeconfig"
}

another_node_up() {
    is_up || fail "the cluster does not run: local/bed/kubernetes.sh up"
    build
    exec 8>"$BED/kubernetes.lock"
    flock 8
    set_node "$1"
    node_up
    within 60 node_ready || fail "$NODE is not ready: see $BED/logs/$NODE.log and $NODE_LOGS/kubelet.log"
    take_in_images
    say "$NODE is ready"
}

another_node_down() {
    exec 8>"$BED/kubernetes.lock"
    flock 8
    set_node "$1"
    node_down
    kubectl delete node "$NODE" --ignore-not-found >/dev/null
    rm -f "$PKI/$NODE".{crt,key,kubeconfig} "$BED/logs/$NODE.log"
}

restart_node() {
    say "$NODE is not healthy: starting it anew"
    stop "$NODE"
    node_up
    within 60 node_healthy || fail "$NODE is not healthy: see $BED/logs/$NODE.log, containerd.log and kubelet.log"
}

is_up() {
    local name
    for name in "${PLANE[@]}"; do
        pid_of "$name" >/dev/null && healthy "$name" || return 1
    done
    ip route get "${NODE_PODS%0/24}2" 2>/dev/null | grep -q "via $NODE_ADDRESS" && node_healthy && all_nodes_ready
}

down() {
    local name
    mkdir -p "$BED/pids"
    exec 8>"$BED/kubernetes.lock"
    flock 8
    for name in $(node_names) node-1; do
        set_node "$name"
        node_down
        rm -f "$BED/logs/$name.log"
    done
    ip route del unreachable "$SIMULATED_PODS" 2>/dev/null || true
    # The other way round, etcd last: nothing waits for what is already gone.
    stop coredns kwok kube-scheduler kube-controller-manager kube-apiserver etcd
    rm -rf "$PKI" "$BED/etcd" "$BED/kubeconfig" "$BED/conf" "$BED/kubernetes.lock"
    for name in containerd kubelet kube-proxy "${PLANE[@]}"; do rm -f "$BED/logs/$name.log"; done
    rmdir "$BED/pids" "$BED/logs" "$BED" 2>/dev/null || true
    bridge_release
    say "Kubernetes is down"
}

status() {
    local name pid state all=0
    for name in "${PLANE[@]}" "$NODE"; do
        pid=$(pid_of "$name") || pid=-
        state=healthy
        if [ "$pid" = - ]; then
            state=stopped
        elif [ "$name" = "$NODE" ]; then
            node_healthy || state=unhealthy
        else
            healthy "$name" || state=unhealthy
        fi
        [ "$state" = healthy ] || all=1
        printf '%-24s %-10s %s\n' "$name" "$state" "$pid"
    done
    return $all
}

check_name() { [[ $1 =~ ^node-[2-9]$ ]] || fail "$1 is no name of another node: node-2 to node-9 are"; }

case ${1:-help} in
help | -h | --help) usage && exit 0 ;;
up | down | status | build) [ $# = 1 ] || { usage >&2; exit 2; } ;;
kubectl | exec) ;;
node-up | node-down) [ $# = 2 ] || { usage >&2; exit 2; }; check_name "$2" ;;
exec-on) [ $# -gt 2 ] || { usage >&2; exit 2; }; check_name "$2" ;;
*) usage >&2 && exit 2 ;;
esac
[ "$(id -u)" = 0 ] || fail "kubernetes.sh starts a kubelet, which needs root"
for folder in "$CACHE" "$STATE"; do
    # Inside the real node these are its own.
    [[ $folder/ != /var/* && $folder/ != /run/* ]] || fail "$folder: the local cluster cannot be kept below /var or /run"
done

command=$1
shift
case $command in
up) up ;;
down) down ;;
status) status ;;
build) build ;;
kubectl) find_binaries && kubectl "$@" ;;
exec) find_binaries && in_node "$@" ;;
exec-on) find_binaries && set_node "$1" && shift && in_node "$@" ;;
node-up) another_node_up "$1" ;;
node-down) find_binaries && another_node_down "$1" ;;
esac
