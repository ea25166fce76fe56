# shellcheck shell=bash
# Sourced by cluster.sh: kubeadm, kubelet and kubectl as Debian packages named and laid out as those of the Kubernetes
# project, in a flat repository.
# shellcheck disable=SC2154,SC2164 # variables are shared; artefact() runs builds with errexit

export REVISION=1.1

# package NAME VERSION HYPERKUBE DESCRIPTION: packs the folder $work/NAME with the program of this name.
package() {
    local name=$1 version=$2 binary=$3 root=$work/$1
    mkdir -p "$root"/{DEBIAN,usr/bin}
    install -m 0755 "$binary/hyperkube" "$root/usr/bin/$name"
    {
        printf '%s\n' "Package: $name" "Version: $version" 'Architecture: amd64' 'Section: admin' 'Priority: optional' \
            'Maintainer: Bed <bed@example.test>' "Installed-Size: $(du -sk "$root/usr" | cut -f 1)" "Description: $4"
        [ "$name" != kubelet ] || echo 'Depends: mount, util-linux'
    } >"$root/DEBIAN/control"
    dpkg-deb --root-owner-group -Zzstd -z3 --build "$root" "$out/${name}_${version}_amd64.deb"
    rm -r "$root"
}

kubelet_files() {
    local root=$work/kubelet
    mkdir -p "$root"/{DEBIAN,usr/lib/systemd/system,etc/default,etc/kubernetes/manifests,var/lib/kubelet}
    install -m 0600 "$here/cluster/kubelet/kubelet.service" "$root/usr/lib/systemd/system/"
    echo 'KUBELET_EXTRA_ARGS=' >"$root/etc/default/kubelet"
    chmod 0644 "$root/etc/default/kubelet"
    touch "$root/etc/kubernetes/manifests/.kubelet-keep" "$root/var/lib/kubelet/.kubelet-keep"
    echo /etc/default/kubelet >"$root/DEBIAN/conffiles"
    # Whether and when the kubelet runs, kubeadm and its caller decide.
    printf '#!/bin/sh\n[ ! -d /run/systemd/system ] || systemctl daemon-reload\n' >"$root/DEBIAN/postinst"
    printf '#!/bin/sh\nset -e\n%s\n' "[ \"\$1\" != remove ] || [ ! -d /run/systemd/system ] ||
    systemctl disable --now --quiet kubelet.service" >"$root/DEBIAN/prerm"
    chmod 0755 "$root"/DEBIAN/{postinst,prerm}
}

build_cluster_packages() {
    local out=$1 work=$1/work binary release version
    for binary in "$previous" "$hyperkube"; do
        release=$(release_of "$binary")
        version=${release#v}-$REVISION
        kubelet_files
        package kubelet "$version" "$binary" 'Node agent for Kubernetes clusters'
        install -D -m 0644 -t "$work/kubeadm/usr/lib/systemd/system/kubelet.service.d" \
            "$here/cluster/kubeadm/10-kubeadm.conf"
        package kubeadm "$version" "$binary" 'Command-line utility for administering a Kubernetes cluster'
        package kubectl "$version" "$binary" 'Command-line utility for interacting with a Kubernetes cluster'
    done
    rmdir "$work"
    cd "$out"
    apt-ftparchive packages . >Packages
    # Not a file of itself.
    apt-ftparchive release . >../Release.$$
    mv ../Release.$$ Release
}
