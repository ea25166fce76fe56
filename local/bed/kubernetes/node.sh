# shellcheck shell=bash
# Sourced by kubernetes.sh: a real node. It is a container of its own making: network, mount, process and host
# name spaces in which containerd, the kubelet and kube-proxy run as on a machine (node-init.sh). What they write to
# /var and /run is under $NODE_FILES, and ending the first process ends everything, pods included.
#
# Tried on Debian 12 with cgroup v1 hierarchies. The branches for cgroup v2 are written to its documentation: not tried.
# shellcheck disable=SC2154

# The node's folder in each hierarchy: in the only one of v2, in every one of v1.
node_cgroups() {
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        echo "/sys/fs/cgroup/$NODE_SPACE"
    else
        printf "%s$NODE_SPACE\n" /sys/fs/cgroup/*/
    fi
}

make_cgroups() {
    local folder file
    while read -r folder; do
        mkdir -p "$folder"
        if [ -e "$folder/cgroup.controllers" ]; then
            enable_controllers
            continue
        fi
        # A new cpuset of v1 is empty, and a process cannot enter an empty one.
        for file in cpuset.cpus cpuset.mems; do
            if [ -e "$folder/$file" ]; then cat "$folder/../$file" >"$folder/$file"; fi
        done
    done < <(node_cgroups)
}

# Under v2 a folder has the controllers that its parent hands down; the kubelet refuses a root that lacks one of these.
enable_controllers() {
    local controller
    for controller in cpuset cpu io memory hugetlb pids; do
        echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control || say "cgroup controller $controller is not to be had"
    done 2>/dev/null
}

# Fails while a process is still there.
remove_cgroups() {
    local folder status=0
    while read -r folder; do
        [ ! -d "$folder" ] || find "$folder" -type d -delete 2>/dev/null || status=1
    done < <(node_cgroups)
    return $status
}

# The kubelet's certificate, of the authority that the cluster has now.
write_node_certificate() {
    [ ! -e "$PKI/$NODE.kubeconfig" ] || return 0
    certificate "$NODE" "/O=system:nodes/CN=system:node:$NODE" serverAuth,clientAuth "DNS:$NODE,IP:$NODE_ADDRESS"
    (umask 077 && kubeconfig "$NODE" >"$PKI/$NODE.kubeconfig.new")
    mv "$PKI/$NODE.kubeconfig.new" "$PKI/$NODE.kubeconfig"
}

write_node_configuration() {
    local conf=$NODE_FILES/conf
    mkdir -p "$conf/cni" "$NODE_FILES/var/lib/seamount/models/tiny-deepseek"
    cmp -s "$model/tiny-deepseek.gguf" "$NODE_FILES/var/lib/seamount/models/tiny-deepseek/tiny-deepseek.gguf" ||
        install -m 0644 "$model/tiny-deepseek.gguf" "$NODE_FILES/var/lib/seamount/models/tiny-deepseek/"
    echo "nameserver $GATEWAY" >"$conf/resolv.conf"
    cat >"$conf/cni/10-bridge.conflist" <<JSON
{"cniVersion": "1.0.0", "name": "pods", "plugins": [{
    "type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false, "hairpinMode": true,
    "ipam": {"type": "host-local", "ranges": [[{"subnet": "$NODE_PODS"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
JSON
    # oom_score_adj: lowering it needs CAP_SYS_RESOURCE, which root does not have everywhere. AppArmor: a profile
    # would be loaded into the kernel of the whole machine.
    cat >"$conf/containerd.toml" <<TOML
version = 2
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs",
    "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "seamount.local/pause:local"
restrict_oom_score_adj = true
disable_apparmor = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "$node_programs/usr/lib/cni"
conf_dir = "$conf/cni"
TOML
    cat >"$conf/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $NODE_ADDRESS
tlsCertFile: $PKI/$NODE.crt
tlsPrivateKeyFile: $PKI/$NODE.key
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $PKI/ca.crt}}
authorization: {mode: Webhook}
cgroupDriver: cgroupfs
cgroupRoot: /$NODE_SPACE
failCgroupV1: false
failSwapOn: false
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
clusterDomain: cluster.local
clusterDNS: [$GATEWAY]
resolvConf: $conf/resolv.conf
makeIPTablesUtilChains: false
evictionHard: {memory.available: 200Mi, nodefs.available: 2%, imagefs.available: 2%}
# Images are not to be had from anywhere else, so none is ever removed to make room.
imageGCHighThresholdPercent: 100
maxPods: 50
YAML
}

start_node() {
    make_cgroups
    # Not `ip netns exec`, which mounts a new /sys without the cgroups.
    launch "$NODE" nsenter --net="/run/netns/$NODE_SPACE" unshare --mount --uts --ipc --pid --fork --kill-child \
        --mount-proc env -i HOME=/root NODE="$NODE" NODE_ADDRESS="$NODE_ADDRESS" NODE_FILES="$NODE_FILES" \
        API="$GATEWAY/$API_PORT" PKI="$PKI" LOGS="$NODE_LOGS" HYPERKUBE="$hyperkube/hyperkube" IMAGES="$images" \
        PROGRAMS="$node_programs" bash "$here/kubernetes/node-init.sh"
}

node_up() {
    connect_node
    if pid_of "$NODE" >/dev/null; then return; fi
    mkdir -p "$NODE_LOGS"
    write_node_certificate
    write_node_configuration
    start_node
}

# Images that were built anew while the node runs.
take_in_images() {
    local archive
    [ "$(cat "$NODE_FILES/images" 2>/dev/null)" != "$images" ] || return 0
    for archive in "$images"/*.tar; do in_node ctr --namespace k8s.io images import "$archive" >/dev/null; done
    echo "$images" >"$NODE_FILES/images"
}

node_ready() { node_healthy && [[ " $(ready_nodes | xargs) " == *" $NODE "* ]]; }

node_healthy() {
    pid_of "$NODE" >/dev/null && in_node_network curl -sf --max-time 2 -o /dev/null http://127.0.0.1:10248/healthz &&
        in_node_network curl -sf --max-time 2 -o /dev/null http://127.0.0.1:10256/livez
}

in_node_network() { nsenter --net="/run/netns/$NODE_SPACE" "$@"; }

# Runs a command inside the node, with containerd's `ctr` on the path.
in_node() {
    local first
    first=$(pgrep -P "$(pid_of "$NODE" || fail "$NODE does not run")")
    nsenter --target "$first" --mount --uts --ipc --net --pid -- env \
        PATH="$node_programs/usr/bin:$node_programs/usr/sbin:$PATH" \
        LD_LIBRARY_PATH="$node_programs/usr/lib/x86_64-linux-gnu" "$@"
}

node_down() {
    stop "$NODE"
    within 10 remove_cgroups || say "left behind: a cgroup named $NODE_SPACE"
    disconnect_node
    rm -rf "$NODE_FILES"
    [ "$NODE" = node-1 ] || rm -rf "$NODE_LOGS"
}
