#!/usr/bin/env bash
# What clusters of kubeadm on the bed's hosts are made of, in two patch releases: packages, images, and a registry
# (registry.sh) that holds the images.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=local/bed/lib.sh
. "$here/lib.sh"
# shellcheck source=local/bed/debian.sh
. "$here/debian.sh"
# shellcheck source=local/bed/kubernetes/binaries.sh
. "$here/kubernetes/binaries.sh"
# shellcheck source=local/bed/cluster/programs.sh
. "$here/cluster/programs.sh"
# shellcheck source=local/bed/cluster/images.sh
. "$here/cluster/images.sh"
# shellcheck source=local/bed/cluster/packages.sh
. "$here/cluster/packages.sh"

PACKAGES=$BED/kubernetes-packages

usage() {
    cat <<'TEXT'
Usage: local/bed/cluster.sh COMMAND
  build       build what a kubeadm cluster of the bed needs, once, and lay its packages where hosts see them:
              STATE/bed/kubernetes-packages, in hosts made by `hosts.sh up --kubernetes` /srv/kubernetes
  images      print the folder of the images: an OCI layout, and images.json with their digests
  programs    print the folders of the programs, newest release first: hyperkube, of which each has all programs
  kube-bench  build kube-bench and lay it, with the benchmarks it knows (cfg), in the folder kube-bench beside the
              packages: in hosts, `/srv/kubernetes/kube-bench/kube-bench --config-dir /srv/kubernetes/kube-bench/cfg`

STATE is ${XDG_STATE_HOME:-~/.local/state}/seamount.
TEXT
}

find_images() {
    find_cluster_programs
    export hyperkube previous kube_vip
    images=$(artefact cluster-images build_cluster_images "$here"/{debian.sh,images/oci.py,images/pause/main.go} \
        "$here"/cluster/{images.sh,layout.py,web/main.go} <(basename -a "$hyperkube" "$previous" "$kube_vip")) || exit 1
}

find_packages() {
    find_cluster_programs
    export hyperkube previous
    packages=$(artefact cluster-packages build_cluster_packages \
        "$here"/cluster/{packages.sh,kubelet/kubelet.service,kubeadm/10-kubeadm.conf} \
        <(basename -a "$hyperkube" "$previous")) || exit 1
}

# Hosts have the folder bound and see its files change, never another folder: the lists come last.
lay_packages() {
    local file list
    mkdir -p "$PACKAGES"
    for file in "$packages"/*.deb; do
        [ "$PACKAGES/${file##*/}" -ef "$file" ] || ln -f "$file" "$PACKAGES" 2>/dev/null ||
            cp --remove-destination "$file" "$PACKAGES"
    done
    for list in Packages Release; do
        cp "$packages/$list" "$PACKAGES/$list.new"
        mv "$PACKAGES/$list.new" "$PACKAGES/$list"
    done
}

lay_kube_bench() {
    mkdir -p "$PACKAGES"
    rm -rf "$PACKAGES/kube-bench.new"
    cp -r "$kube_bench" "$PACKAGES/kube-bench.new"
    rm -rf "$PACKAGES/kube-bench"
    mv "$PACKAGES/kube-bench.new" "$PACKAGES/kube-bench"
}

build() {
    find_images
    find_packages
    lay_packages
    "$here/registry.sh" build
}

case ${1:-help} in
help | -h | --help) usage && exit 0 ;;
build | images | programs | kube-bench) [ $# = 1 ] || { usage >&2; exit 2; } ;;
*) usage >&2 && exit 2 ;;
esac
case $1 in
build) build ;;
images) find_images && echo "$images" ;;
programs) find_cluster_programs && printf '%s\n' "$hyperkube" "$previous" ;;
kube-bench) find_kube_bench && lay_kube_bench ;;
esac
