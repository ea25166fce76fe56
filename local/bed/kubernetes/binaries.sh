# shellcheck shell=bash
# Sourced by kubernetes.sh: the programs that the cluster runs, built or fetched once.
# shellcheck disable=SC2034,SC2154,SC2164 # variables are shared; artefact() runs builds with errexit

# compile_hyperkube OUT MODFILE: Kubernetes, etcd, CoreDNS, kwok, kubectl and kubeadm in one binary, OUT/hyperkube; which
# version, a file of the module hyperkube says. About 12 minutes of processor time with empty caches of Go, half a minute
# with full ones.
compile_hyperkube() {
    local out=$1 modfile=$2 version package symbols=()
    command -v go || { echo 'Go is not on the PATH: install the version that hyperkube/go.mod names, or a later one'; exit 1; }
    cd "$here/hyperkube"
    version=$(go list -modfile="$modfile" -m -f '{{.Version}}' k8s.io/kubernetes)
    # Kubernetes says which version it is by these symbols; unset, kubectl would warn of version skew.
    for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
        symbols+=(-X "$package.gitVersion=$version" -X "$package.gitMajor=1" -X "$package.gitMinor=36"
            -X "$package.gitCommit=local" -X "$package.gitTreeState=clean")
    done
    time CGO_ENABLED=0 nice -n 5 go build -modfile="$modfile" -trimpath -ldflags "-s -w ${symbols[*]}" \
        -o "$out/hyperkube" .
}

# `kubectl` is a link to it.
build_hyperkube() {
    local out=$1
    compile_hyperkube "$out" go.mod
    ln -s hyperkube "$out/kubectl"
    # What kwok does with its nodes and pods: become ready at once, stay so, go when deleted.
    local stages
    stages=$(go list -m -f '{{.Dir}}' sigs.k8s.io/kwok)/kustomize/stage
    "$out/kubectl" kustomize "$stages/fast" --load-restrictor LoadRestrictionsNone >"$out/stages.yaml"
}

# containerd, runc, the CNI plugins and nft with the libraries they need, less the C library, which is this machine's.
build_node_programs() {
    unpack_debian "$1/root" 'libc6|libgcc-s1|gcc-.*-base|netbase|iptables|libtinfo6' \
        containerd runc containernetworking-plugins nftables
}

find_binaries() {
    hyperkube=$(artefact hyperkube build_hyperkube "$here"/hyperkube/{go.mod,go.sum,*.go} \
        "$here/kubernetes/binaries.sh")
    node_programs=$(artefact node-programs build_node_programs "$here/debian.sh" "$here/kubernetes/binaries.sh")/root
}
