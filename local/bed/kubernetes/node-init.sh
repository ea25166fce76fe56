#!/usr/bin/env bash
# The first process of a real node, in namespaces of its own: starts containerd, the kubelet and kube-proxy, and
# starts each again when it ends, as systemd does on a machine. kubernetes.sh sets the variables.
set -euo pipefail
: "$NODE" "$NODE_ADDRESS" "$NODE_FILES" "$API" "$PKI" "$LOGS" "$HYPERKUBE" "$IMAGES" "$PROGRAMS"

# Kernel settings that the kubelet writes belong to the whole machine. It finds files with its own values in their
# place, is content, and writes none.
shield_kernel_settings() {
    local setting
    mkdir /run/settings
    for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
        kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
        local file=/run/settings/${setting//\//.}
        echo "${setting#*=}" >"$file"
        mount --bind "$file" "/proc/sys/${setting%=*}"
    done
}

# Folders that the kubelet and the CNI plugins use whatever they are told.
private_folders() {
    mount --make-rshared /
    mkdir -p "$NODE_FILES"/var/{lib,log,tmp}
    ln -sfn /run "$NODE_FILES/var/run"
    mount --bind "$NODE_FILES/var" /var
    mount -t tmpfs -o mode=0755 node-run /run
    mkdir -p /run/netns /run/containerd
}

supervise() {
    local name=$1
    shift
    while :; do
        "$@" >>"$LOGS/$name.log" 2>&1 </dev/null || true
        echo "$name ended: starting it again"
        sleep 1
    done &
}

answers() { (exec 3<>"/dev/tcp/$API") 2>/dev/null; }

import_images() {
    local archive
    until ctr version >/dev/null 2>&1; do sleep 0.1; done
    [ "$(cat "$NODE_FILES/images" 2>/dev/null)" != "$IMAGES" ] || return 0
    for archive in "$IMAGES"/*.tar; do ctr --namespace k8s.io images import "$archive"; done
    echo "$IMAGES" >"$NODE_FILES/images"
}

hostname "$NODE"
private_folders
shield_kernel_settings
export PATH="$PROGRAMS/usr/sbin:$PROGRAMS/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
export LD_LIBRARY_PATH="$PROGRAMS/usr/lib/x86_64-linux-gnu"

supervise containerd containerd --config "$NODE_FILES/conf/containerd.toml"
import_images
until answers; do sleep 0.1; done
supervise kubelet "$HYPERKUBE" kubelet --config="$NODE_FILES/conf/kubelet.yaml" \
    --kubeconfig="$PKI/$NODE.kubeconfig" --hostname-override="$NODE" --node-ip="$NODE_ADDRESS" --v=1
# Zero: these limits of connection tracking belong to the whole machine.
supervise kube-proxy "$HYPERKUBE" kube-proxy --proxy-mode=nftables --kubeconfig="$PKI/proxy.kubeconfig" \
    --hostname-override="$NODE" --cluster-cidr=10.245.0.0/16 --conntrack-max-per-core=0 \
    --conntrack-tcp-timeout-established=0 --conntrack-tcp-timeout-close-wait=0
while :; do wait || true; done
