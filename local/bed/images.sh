#!/usr/bin/env bash
# Makes the container images of the local cluster from Debian packages, without a container engine, and prints the
# folder that holds their archives:
#
#   llama-server.tar   seamount.local/llama-server:local   llama.cpp's server and RPC server, dash,
#                                                      coreutils
#   nginx.tar          seamount.local/nginx:local          Debian's nginx, dash, coreutils
#   pause.tar          seamount.local/pause:local          what holds a pod's namespaces
#
# All of them run as user 65532 and with a read-only root file system: nginx needs a configuration that keeps its
# temporary files and pid under a volume.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=local/bed/lib.sh
. "$here/lib.sh"
# shellcheck source=local/bed/debian.sh
. "$here/debian.sh"

# Part of a dependency, of no use in a container that nobody installs anything into.
SKIP='debconf|dpkg|tar|debianutils|gcc-.*-base|iproute2|libbpf1|libelf1|libcap2.*|libtirpc.*|libxtables12|libdb5.3|'
SKIP+='libkrb5.*|libk5crypto3|libgssapi.*|libkeyutils1|libcom-err2|libbsd0|libmnl0|perl-base|adduser|passwd'
export SKIP

finish_root() {
    local root=$1
    mkdir -p "$root"/{dev,etc,proc,sys,tmp,run}
    chmod 1777 "$root/tmp"
    printf '%s\n' 'root:x:0:0::/:/usr/sbin/nologin' 'nonroot:x:65532:65532::/:/usr/sbin/nologin' >"$root/etc/passwd"
    printf '%s\n' 'root:x:0:' 'nonroot:x:65532:' >"$root/etc/group"
    echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
    rm -rf "$root"/usr/share/{bash-completion,common-licenses,lintian,menu} "$root"/usr/lib/x86_64-linux-gnu/gconv
}

build_images() {
    local out=$1 work=$1/work
    mkdir -p "$work/pause/usr/bin"
    unpack_debian "$work/llama-server" "$SKIP" libstdc++6 dash coreutils
    install "$LLAMA_SERVER/llama-server" "$LLAMA_SERVER/ggml-rpc-server" "$work/llama-server/usr/bin/"
    unpack_debian "$work/nginx" "$SKIP" nginx dash coreutils
    CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$work/pause/usr/bin/pause" "$here/images/pause/main.go"
    for name in llama-server nginx; do finish_root "$work/$name"; done
    # Run once here: a library that SKIP took by mistake shows now, not in a pod.
    chroot "$work/llama-server" /usr/bin/llama-server --version
    chroot "$work/llama-server" /usr/bin/ggml-rpc-server --help
    chroot "$work/nginx" /usr/sbin/nginx -V
    chroot "$work/nginx" /usr/bin/sha256sum /usr/sbin/nginx
    image llama-server /usr/bin/llama-server
    image nginx /usr/sbin/nginx -g 'daemon off;'
    image pause /usr/bin/pause
    rm -r "$work"
}

# image NAME ENTRYPOINT...: of the folder $work/NAME.
image() {
    local name=$1
    shift
    # shellcheck disable=SC2154
    python3 "$here/images/oci.py" "$work/$name" "seamount.local/$name:local" "$out/$name.tar" "$@"
}

LLAMA_SERVER=$("$here/model/build-llama-server.sh")
export LLAMA_SERVER
artefact images build_images "$here"/{images.sh,debian.sh,images/oci.py,images/pause/main.go} \
    "$LLAMA_SERVER/llama-server"
