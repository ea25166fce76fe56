# shellcheck shell=bash
# Sourced by cluster.sh: the images that kubeadm asks for, under its names and tags, in one OCI layout; $1/images.json says
# their digests. Tags of etcd, CoreDNS and pause as in cmd/kubeadm/app/constants of Kubernetes 1.36.
# shellcheck disable=SC2154,SC2164 # variables are shared; artefact() runs builds with errexit

export ETCD_TAG=3.6.8-0
export COREDNS_TAG=v1.14.2
export PAUSE_TAG=3.10.2

# What kube-proxy calls, less what is of use to nobody in a container.
export NFT_SKIP='gcc-.*-base|iptables|debconf|perl-base|dpkg|tar|adduser|passwd'

# programs_root HYPERKUBE ROOT: the binary, and each program's name where the image of its makers has it.
programs_root() {
    local name
    mkdir -p "$2"/usr/local/bin "$2"/{etc,tmp,run,proc,sys,dev,var/lib}
    install -m 0755 "$1/hyperkube" "$2/usr/local/bin/hyperkube"
    for name in kube-apiserver kube-controller-manager kube-scheduler kube-proxy etcd etcdctl etcdutl; do
        ln -s hyperkube "$2/usr/local/bin/$name"
    done
    ln -s usr/local/bin/hyperkube "$2/coredns"
}

# add REFERENCE USER ENTRYPOINT ROOT…
add() { python3 "$here/cluster/layout.py" add "$layout" "$@"; }

add_release() {
    local version=$1 root=$2 name
    for name in kube-apiserver kube-controller-manager kube-scheduler; do
        add "registry.k8s.io/$name:$version" '' "/usr/local/bin/$name" "$root"
    done
    add "registry.k8s.io/kube-proxy:$version" '' /usr/local/bin/kube-proxy "$work/nft" "$root"
}

build_cluster_images() {
    local work=$1/work layout=$1/layout binary
    mkdir -p "$layout" "$work"/{kube-vip,web/usr/bin,pause}
    # Names of releases come from the programs themselves.
    for binary in "$hyperkube" "$previous"; do
        programs_root "$binary" "$work/${binary##*/}"
    done
    # Without the names of protocols (netbase) nft says numbers, kube-proxy does not know its own rules again when it starts,
    # and takes them all away.
    unpack_debian "$work/nft" "$NFT_SKIP" nftables netbase
    [ -s "$work/nft/etc/protocols" ]
    rm -rf "$work"/nft/usr/share/{bash-completion,common-licenses,lintian,menu} "$work"/nft/usr/lib/x86_64-linux-gnu/gconv
    # Run once here: a library that NFT_SKIP took by mistake shows now, not in a pod.
    chroot "$work/nft" /usr/sbin/nft --version
    install -m 0755 "$kube_vip/kube-vip" "$work/kube-vip/kube-vip"
    CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$work/pause/pause" "$here/images/pause/main.go"
    CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$work/web/usr/bin/web" "$here/cluster/web/main.go"

    add_release "$(release_of "$hyperkube")" "$work/${hyperkube##*/}"
    add_release "$(release_of "$previous")" "$work/${previous##*/}"
    add "registry.k8s.io/etcd:$ETCD_TAG" '' /usr/local/bin/etcd "$work/${hyperkube##*/}"
    add "registry.k8s.io/coredns/coredns:$COREDNS_TAG" '' /coredns "$work/${hyperkube##*/}"
    add "registry.k8s.io/pause:$PAUSE_TAG" 65535:65535 /pause "$work/pause"
    add "ghcr.io/kube-vip/kube-vip:$(cd "$here/cluster/tools" && go list -m -f '{{.Version}}' github.com/kube-vip/kube-vip)" \
        '' /kube-vip "$work/kube-vip"
    add seamount.local/web:local 65532:65532 /usr/bin/web "$work/web"
    rm -r "$work"
    python3 "$here/cluster/layout.py" digests "$layout" >"$1/images.json"
    all_images_there "$1/images.json"
}

# all_images_there FILE: fails when kubeadm asks for an image that FILE has not.
all_images_there() {
    local binary reference missing=0
    for binary in "$hyperkube" "$previous"; do
        while read -r reference; do
            jq -e --arg name "$reference" 'has($name)' "$1" >/dev/null || { echo "missing: $reference"; missing=1; }
        done < <("$binary/hyperkube" kubeadm config images list --kubernetes-version "$(release_of "$binary")")
    done
    return $missing
}

# release_of FOLDER: `v1.36.3`.
release_of() { "$1/hyperkube" kubeadm version --output short; }
