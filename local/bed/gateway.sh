#!/usr/bin/env bash
# The gateway of the kind caddy: builds the program of local/bed/gateway from Go modules, and its image, once, and prints
# the folder that holds both:
#
#   gateway       the program, which a Caddy configuration is given to: gateway run --config FILE
#   gateway.tar   seamount.local/gateway:local
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=local/bed/lib.sh
. "$here/lib.sh"

usage() {
    cat <<'TEXT'
Usage: local/bed/gateway.sh COMMAND
  build   build the program and its image, where that was not done, and print their folder
  test    run the tests of the program's own module
TEXT
}

# About 3 minutes of processor time with empty caches of Go.
build_gateway() {
    local out=$1 root=$1/root
    mkdir -p "$root"/{usr/bin,dev,etc,proc,sys,tmp,run}
    chmod 1777 "$root/tmp"
    (
        cd "$here/gateway"
        time CGO_ENABLED=0 nice -n 10 go build -trimpath -ldflags '-s -w' -o "$out/gateway" .
    )
    "$out/gateway" list-modules | grep -x http.handlers.seamount_inference
    install "$out/gateway" "$root/usr/bin/gateway"
    printf '%s\n' 'root:x:0:0::/:/usr/sbin/nologin' 'nonroot:x:65532:65532::/:/usr/sbin/nologin' >"$root/etc/passwd"
    printf '%s\n' 'root:x:0:' 'nonroot:x:65532:' >"$root/etc/group"
    python3 "$here/images/oci.py" "$root" seamount.local/gateway:local "$out/gateway.tar" /usr/bin/gateway
    rm -r "$root"
}

case ${1:-help} in
build)
    mapfile -t sources < <(find "$here/gateway/inference" -name '*.go' ! -name '*_test.go' | sort)
    artefact gateway build_gateway "$here"/{gateway.sh,images/oci.py} "$here"/gateway/{go.mod,go.sum,main.go} "${sources[@]}"
    ;;
test) cd "$here/gateway" && CGO_ENABLED=0 nice -n 10 go test ./... ;;
help | -h | --help) usage ;;
*) usage >&2 && exit 2 ;;
esac
