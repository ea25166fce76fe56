#!/usr/bin/env bash
# The bed's registry of images: the mirror of a site without internet. It holds each image under its full name:
# registry.k8s.io/pause:3.10.2 is 10.88.0.1:5443/registry.k8s.io/pause:3.10.2. Whoever reaches it may push.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=local/bed/lib.sh
. "$here/lib.sh"
# shellcheck source=local/bed/debian.sh
. "$here/debian.sh"
# shellcheck source=local/bed/cluster/programs.sh
. "$here/cluster/programs.sh"
# shellcheck source=local/bed/kubernetes/processes.sh
. "$here/kubernetes/processes.sh"

REGISTRY=$BED/registry
ADDRESS=$GATEWAY:5443

usage() {
    cat <<'TEXT'
Usage: local/bed/registry.sh COMMAND
  up        start the registry and push the images of `cluster.sh images` to it; builds what is missing first
  down      stop it and remove what it holds
  status    one line; fails unless it answers
  build     build everything that `up` needs, except images

  address   https://10.88.0.1:5443, authority STATE/bed/registry/ca.crt
  digests   STATE/bed/registry/images.json, {"registry.k8s.io/pause:3.10.2": "sha256:…", …}

STATE is ${XDG_STATE_HOME:-~/.local/state}/seamount.
TEXT
}

certificates_are_good() {
    openssl x509 -checkend 172800 -noout -in "$REGISTRY/ca.crt" >/dev/null 2>&1 &&
        openssl verify -CAfile "$REGISTRY/ca.crt" "$REGISTRY/server.crt" >/dev/null 2>&1
}

make_certificates() {
    local key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days 365 -config "$REGISTRY/openssl.cnf")
    # Not the machine's own openssl.cnf, which makes every certificate an authority.
    printf '[req]\ndistinguished_name = name\n[name]\n' >"$REGISTRY/openssl.cnf"
    (
        umask 077
        openssl req -x509 "${key[@]}" -subj /CN=seamount-registry -keyout "$REGISTRY/ca.key" -out "$REGISTRY/ca.crt" \
            -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
        openssl req -x509 "${key[@]}" -CA "$REGISTRY/ca.crt" -CAkey "$REGISTRY/ca.key" -subj /CN=registry \
            -keyout "$REGISTRY/server.key" -out "$REGISTRY/server.crt" -addext basicConstraints=critical,CA:FALSE \
            -addext keyUsage=critical,digitalSignature -addext extendedKeyUsage=serverAuth \
            -addext "subjectAltName=IP:$GATEWAY"
    ) 2>/dev/null
}

write_configuration() {
    cat >"$REGISTRY/config.yml" <<YAML
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage:
  filesystem: {rootdirectory: $REGISTRY/data}
  delete: {enabled: true}
http:
  addr: $ADDRESS
  tls: {certificate: $REGISTRY/server.crt, key: $REGISTRY/server.key}
YAML
}

ask() { curl --silent --fail --max-time 5 --noproxy '*' --cacert "$REGISTRY/ca.crt" "$@"; }

answers() { ask --output /dev/null "https://$ADDRESS/v2/"; }

# digest_at REFERENCE: of the image that the registry has; nothing when it has none.
digest_at() {
    local name=${1%:*} tag=${1##*:}
    ask --head --header 'Accept: application/vnd.oci.image.manifest.v1+json' "https://$ADDRESS/v2/$name/manifests/$tag" |
        sed -n 's/^docker-content-digest: *\(sha256:[0-9a-f]*\).*/\1/Ip'
}

# push_images FOLDER: those that the registry lacks.
push_images() {
    local reference digest
    while read -r reference digest; do
        [ "$(digest_at "$reference")" != "$digest" ] || continue
        say "pushing $reference"
        LD_LIBRARY_PATH=$registry_programs/usr/lib/x86_64-linux-gnu "$registry_programs/usr/bin/skopeo" \
            --insecure-policy copy --quiet --preserve-digests --dest-cert-dir "$REGISTRY/trusted" \
            "oci:$1/layout:$reference" "docker://$ADDRESS/$reference" ||
            fail "$reference could not be pushed; see $BED/logs/registry.log"
        [ "$(digest_at "$reference")" = "$digest" ] || fail "the registry has $reference, but not with digest $digest"
    done < <(jq -r 'to_entries[] | "\(.key) \(.value)"' "$1/images.json")
}

up() {
    local images
    find_registry_programs
    images=$("$here/cluster.sh" images)
    mkdir -p "$BED"/{logs,pids} "$REGISTRY"/{data,trusted}
    if ! certificates_are_good; then
        stop registry
        make_certificates
        ln -sf ../ca.crt "$REGISTRY/trusted/ca.crt"
    fi
    write_configuration
    bridge_up
    launch registry "$registry_programs/usr/bin/docker-registry" serve "$REGISTRY/config.yml"
    within 20 answers || fail "the registry does not answer at $ADDRESS; see $BED/logs/registry.log"
    push_images "$images"
    cp "$images/images.json" "$REGISTRY/images.json.new"
    mv "$REGISTRY/images.json.new" "$REGISTRY/images.json"
}

down() {
    mkdir -p "$BED/pids"
    stop registry
    rm -rf "$REGISTRY" "$BED/logs/registry.log"
    rmdir "$BED/pids" "$BED/logs" "$BED" 2>/dev/null || true
    bridge_release
}

status() {
    local pid state=healthy
    pid=$(pid_of registry) || { pid=- state=stopped; }
    [ "$pid" = - ] || answers || state=unhealthy
    printf '%-24s %-10s %s\n' registry "$state" "$pid"
    [ "$state" = healthy ]
}

case ${1:-help} in
help | -h | --help) usage && exit 0 ;;
up | down | status | build) [ $# = 1 ] || { usage >&2; exit 2; } ;;
*) usage >&2 && exit 2 ;;
esac
[ "$(id -u)" = 0 ] || fail "registry.sh $1 needs root: you are $(id -un)"
if [ "$1" = build ]; then
    find_registry_programs
    exit
fi
# One change at a time; the registry itself must not hold the lock.
if [ "$1" != status ]; then
    mkdir -p "$BED"
    exec 8>"$BED/registry.lock"
    flock 8
fi
"$1"
