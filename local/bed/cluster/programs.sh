# shellcheck shell=bash
# Sourced by cluster.sh and registry.sh: the programs of a kubeadm cluster, each built or fetched once.
# shellcheck disable=SC2034,SC2154,SC2164 # variables are shared; artefact() runs builds with errexit

# The patch release before that of hyperkube/go.mod: what a cluster is upgraded from. About 11 minutes of processor time
# with empty caches of Go, beside those of the other release: every module of Kubernetes is another.
build_previous() { compile_hyperkube "$1" previous.mod; }

# kube-vip: about 4 minutes of processor time with empty caches of Go.
build_kube_vip() {
    cd "$here/cluster/tools"
    local version
    version=$(go list -m -f '{{.Version}}' github.com/kube-vip/kube-vip)
    time CGO_ENABLED=0 nice -n 10 go build -trimpath -ldflags "-s -w -X main.Version=$version" -o "$1/kube-vip" \
        github.com/kube-vip/kube-vip
}

# kube-bench and the benchmarks it knows: about a minute more, for most of its libraries are kube-vip's.
build_kube_bench() {
    cd "$here/cluster/tools"
    time CGO_ENABLED=0 nice -n 10 go build -trimpath -ldflags '-s -w' -o "$1/kube-bench" github.com/aquasecurity/kube-bench
    cp -r "$(go list -m -f '{{.Dir}}' github.com/aquasecurity/kube-bench)/cfg" "$1/cfg"
    chmod -R u+w "$1/cfg"
}

# Debian's registry and skopeo with the libraries they need, less the C library, which is this machine's. Unpacked, for
# installed the registry would be a service of this machine.
build_registry_programs() {
    unpack_debian "$1/root" "libc6|libgcc-s1|gcc-.*-base|adduser|passwd|netbase|iptables|containernetworking-plugins|\
golang-github-containers-.*|debconf|perl-base|dpkg|tar" docker-registry skopeo
    LD_LIBRARY_PATH=$1/root/usr/lib/x86_64-linux-gnu "$1/root/usr/bin/skopeo" --version
    "$1/root/usr/bin/docker-registry" --version
}

find_registry_programs() {
    registry_programs=$(artefact registry-programs build_registry_programs "$here"/{debian.sh,cluster/programs.sh})/root ||
        exit 1
}

# Sets hyperkube (of kubernetes/binaries.sh), previous, kube_vip and node_programs.
find_cluster_programs() {
    find_binaries
    previous=$(artefact hyperkube-previous build_previous "$here"/hyperkube/{previous.mod,previous.sum,*.go} \
        "$here/kubernetes/binaries.sh") || exit 1
    kube_vip=$(artefact kube-vip build_kube_vip "$here"/cluster/tools/go.{mod,sum} "$here/cluster/programs.sh") || exit 1
}

find_kube_bench() {
    kube_bench=$(artefact kube-bench build_kube_bench "$here"/cluster/tools/go.{mod,sum} "$here/cluster/programs.sh") ||
        exit 1
}
