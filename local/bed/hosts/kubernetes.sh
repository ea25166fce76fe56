# shellcheck shell=bash
# Sourced by hosts.sh: what sets a host apart on which containerd and a kubelet run as on a real machine. Such a host has
# a folder and a disk for containerd.
# shellcheck disable=SC2154

# Flat repository of the packages of Kubernetes, which the hosts see as /srv/kubernetes. local/bed/cluster fills it.
KUBERNETES_PACKAGES=$BED/kubernetes-packages

for_kubernetes() { [ -d "$HOSTS/$1/containerd" ]; }

# make_for_kubernetes NAME: not while it runs.
make_for_kubernetes() {
    for_kubernetes "$1" && return
    ! host_runs "$1" || fail "$1 runs, and not for Kubernetes: end it first (hosts.sh down $1)"
    mkdir -p "$HOSTS/$1"
    rm -f "$HOSTS/$1/containerd.img"
    truncate -s 8G "$HOSTS/$1/containerd.img"
    mkfs.ext4 -q -O ^has_journal "$HOSTS/$1/containerd.img"
    mkdir "$HOSTS/$1/containerd"
}

# kubernetes_options NAME: systemd-nspawn's, a line each.
#
# containerd keeps its snapshots in overlays, which an overlay such as the host's root cannot hold; a disk of its own also
# because the kubelet goes by how full the disk is, and this machine's may be. runc makes keyrings, and filters for devices
# with cgroup v2. The kubelet wants to read the kernel's messages, which are the machine's: it finds none.
kubernetes_options() {
    printf '%s\n' "--bind=$HOSTS/$1/containerd:/var/lib/containerd" '--bind=/dev/null:/dev/kmsg' \
        "--bind-ro=$KUBERNETES_PACKAGES:/srv/kubernetes" '--system-call-filter=@keyring bpf'
}

# prepare_for_kubernetes NAME: what it finds at each start.
prepare_for_kubernetes() {
    local disk=$HOSTS/$1/containerd
    watchers_up
    mountpoint -q "$disk" || [ ! -e "$disk.img" ] || mount -o loop "$disk.img" "$disk"
    mkdir -p "$KUBERNETES_PACKAGES"
    # apt does not take an empty folder for a repository.
    [ -e "$KUBERNETES_PACKAGES/Packages" ] || touch "$KUBERNETES_PACKAGES/Packages"
    # The only name server that can be reached from here. The kubelet hands it on to pods.
    echo "nameserver $GATEWAY" >"$HOSTS/$1/root/etc/resolv.conf"
}

# route_for_kubernetes NAMESPACE: a process of the host reaches a Service only where its address has a route, wherever
# that leads before kube-proxy's rules. This one ends on the bridge, where nobody answers for foreign addresses.
route_for_kubernetes() { ip -n "$1" route replace default dev eth0; }

# How many sets of files each user of the machine may watch: Linux's 128 are root's in all hosts together, and a host of a
# control plane takes about 25.
WATCHERS=/proc/sys/fs/inotify/max_user_instances

watchers_up() {
    [ "$(<$WATCHERS)" -lt 8192 ] || return 0
    cat $WATCHERS >"$BED/inotify-instances"
    echo 8192 >$WATCHERS
}

watchers_down() {
    [ -e "$BED/inotify-instances" ] || return 0
    cat "$BED/inotify-instances" >$WATCHERS
    rm "$BED/inotify-instances"
}
