# shellcheck shell=bash
# Sourced by vms.sh: a virtual machine as a node of the local cluster. Programs and images come on a second disk that is
# read only; configuration and units are laid on its own disk, so that they are there after a restart.
# shellcheck disable=SC2154

NODE_LIMIT=300

pods_of() { echo "10.245.$((10 + $(number_of "$1"))).0/24"; }

build_programs() {
    local out=$1
    mkdir -p "$out/root"
    cp -r "$node_programs/usr" "$out/root/"
    cp "$hyperkube/hyperkube" "$out/root/"
    unpack_images "$out/root/containerd" "$out/state"
    truncate -s "$(($(du -sm "$out/root" | cut -f 1) * 11 / 10 + 32))M" "$out/disk.img"
    mkfs.ext4 -q -L programs -m 0 -O ^has_journal -d "$out/root" "$out/disk.img"
    rm -r "$out/root" "$out/state"
}

# unpack_images ROOT STATE: as containerd keeps them, since unpacking inside an emulated machine takes minutes.
unpack_images() {
    local image pid
    mkdir -p "$2"
    export LD_LIBRARY_PATH=$node_programs/usr/lib/x86_64-linux-gnu
    printf 'version = 2\nroot = "%s"\nstate = "%s"\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = "%s"\n' \
        "$1" "$2" "$2/socket" >"$2/config.toml"
    "$node_programs/usr/bin/containerd" --config "$2/config.toml" &
    pid=$!
    until [ -S "$2/socket" ]; do kill -0 "$pid" && sleep 0.2; done
    for image in pause nginx; do
        "$node_programs/usr/bin/ctr" --address "$2/socket" --namespace k8s.io images import "$images/$image.tar"
    done
    kill "$pid"
    wait "$pid" || true
}

find_programs() {
    export hyperkube node_programs images
    find_binaries
    images=$("$here/images.sh")
    programs=$(artefact vm-programs build_programs "$here/vms/node.sh" <(echo "$hyperkube $node_programs $images"))
}

# Ways to the pods on a machine, from this one and from node-1.
connect_pods() {
    ip route replace "$(pods_of "$1")" via "$(address_of "$1")"
    ip -n seamount-node-1 route replace "$(pods_of "$1")" via "$(address_of "$1")"
}
disconnect_pods() {
    ip route del "$(pods_of "$1")" 2>/dev/null || true
    ip -n seamount-node-1 route del "$(pods_of "$1")" 2>/dev/null || true
}

# write_node NAME FOLDER: what is laid over the machine's file system.
write_node() {
    local name=$1 etc=$2/etc unit other
    cp -r "$here/vms/node/." "$2"
    mkdir -p "$etc"/{kubernetes,containerd,cni/net.d} "$etc/systemd/system/multi-user.target.wants"
    for unit in "$etc"/systemd/system/*.service; do
        ln -s "../${unit##*/}" "$etc/systemd/system/multi-user.target.wants/"
    done
    [ -e "$PKI/$name.crt" ] ||
        certificate "$name" "/O=system:nodes/CN=system:node:$name" serverAuth,clientAuth "DNS:$name,IP:$(address_of "$name")"
    (umask 077 && kubeconfig "$name" >"$etc/kubernetes/kubelet.kubeconfig")
    cp "$PKI/ca.crt" "$PKI/proxy.kubeconfig" "$etc/kubernetes/"
    cp "$PKI/$name.crt" "$etc/kubernetes/kubelet.crt"
    cp "$PKI/$name.key" "$etc/kubernetes/kubelet.key"
    {
        echo "route replace 10.245.1.0/24 via 10.88.1.11"
        for other in vm-{1..9}; do
            [ "$other" = "$name" ] || echo "route replace $(pods_of "$other") via $(address_of "$other")"
        done
    } >"$etc/kubernetes/routes"
    echo "nameserver $GATEWAY" >"$etc/kubernetes/resolv.conf"
    cat >"$etc/cni/net.d/10-bridge.conflist" <<JSON
{"cniVersion": "1.0.0", "name": "pods", "plugins": [{
    "type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false, "hairpinMode": true,
    "ipam": {"type": "host-local", "ranges": [[{"subnet": "$(pods_of "$name")"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
JSON
    cat >"$etc/containerd/config.toml" <<TOML
version = 2
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs",
    "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "seamount.local/pause:local"
disable_apparmor = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/opt/node/usr/lib/cni"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = true
TOML
    cat >"$etc/kubernetes/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $(address_of "$name")
tlsCertFile: /etc/kubernetes/kubelet.crt
tlsPrivateKeyFile: /etc/kubernetes/kubelet.key
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: /etc/kubernetes/ca.crt}}
authorization: {mode: Webhook}
cgroupDriver: systemd
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
clusterDomain: cluster.local
clusterDNS: [$GATEWAY]
resolvConf: /etc/kubernetes/resolv.conf
makeIPTablesUtilChains: false
evictionHard: {memory.available: 50Mi, nodefs.available: 2%, imagefs.available: 2%}
# Images are not to be had from anywhere else, so none is ever removed to make room.
imageGCHighThresholdPercent: 100
maxPods: 20
YAML
}

api() {
    curl --silent --fail --noproxy '*' --max-time 10 --cacert "$PKI/ca.crt" --cert "$PKI/admin.crt" \
        --key "$PKI/admin.key" "https://$GATEWAY:$API_PORT/api/v1/nodes/$1" "${@:2}" 2>/dev/null
}
node_ready() { api "$1" | jq -e 'any(.status.conditions[]?; .type == "Ready" and .status == "True")' >/dev/null; }
forget_node() { [ ! -e "$PKI/admin.key" ] || api "$1" -X DELETE >/dev/null || true; }

lay_node() {
    local name=$1 work
    work=$(mktemp -d)
    write_node "$name" "$work"
    tar -C "$work" --owner=0 --group=0 -c . | in_vm "$name" 'tar -x -C / --no-same-owner --no-overwrite-dir &&
        systemctl daemon-reload && systemctl start --no-block node-network kube-proxy kubelet'
    rm -r "$work"
}

# slowly SECONDS CONDITION…: as within, for what takes long and is dear to ask.
slowly() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $deadline ] || return 1
        sleep 1
    done
}

# The machines get their second disk, with a restart if they run without.
node_up() {
    local name pids=()
    { [ -e "$PKI/complete" ] && [ -e /run/netns/seamount-node-1 ]; } || fail "the cluster does not run: local/bed/kubernetes.sh up"
    locked find_programs
    for name; do
        if vm_runs "$name" && [ ! -e "$VMS/$name/programs" ]; then
            in_vm "$name" 'systemctl poweroff' || true
            slowly 120 gone "$name" || stop_vm "$name"
        fi
        mkdir -p "$VMS/$name"
        ln -sfn "$programs" "$VMS/$name/programs"
    done
    up "$@"
    for name; do
        connect_pods "$name"
        lay_node "$name" &
        pids+=($!)
    done
    for name in "${pids[@]}"; do wait "$name" || fail "a node could not be set up"; done
    for name; do
        slowly "$NODE_LIMIT" node_ready "$name" || fail "$name is not ready after $NODE_LIMIT s: vms.sh exec $name journalctl -u kubelet"
        say "$name is ready"
    done
}
