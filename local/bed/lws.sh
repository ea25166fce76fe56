#!/usr/bin/env bash
# LeaderWorkerSet on the local cluster, for tests of models that span hosts: its own controller, as a process of this
# machine, with its definitions and its webhooks, which give the pods of a group their names and their environment.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=local/bed/lib.sh
. "$here/lib.sh"
# shellcheck source=local/bed/kubernetes/processes.sh
. "$here/kubernetes/processes.sh"

# The module sigs.k8s.io/lws: its version, and its checksum as sum.golang.org has it.
read -r VERSION SUM <"$here/lws/module.txt"
ROOT=$BED/lws
HEALTH=127.0.0.1:11270
WEBHOOKS_PORT=11271

usage() {
    cat <<'TEXT'
Usage: local/bed/lws.sh COMMAND
  up                  start it; the local cluster must run
  down                stop it, and remove its definitions with all objects of them
  build               build it and start nothing
TEXT
}

# A minute of processor time where Go's cache holds Kubernetes' libraries, about five where it is empty.
build_lws() {
    local module
    module=$(cd "$1" && go mod download -json "sigs.k8s.io/lws@$VERSION")
    [ "$(jq -r .Sum <<<"$module")" = "$SUM" ] || { echo "lws $VERSION has another checksum than $SUM"; exit 1; }
    cd "$(jq -r .Dir <<<"$module")"
    time CGO_ENABLED=0 nice -n 10 go build -trimpath -ldflags '-s -w' -o "$1/lws" ./cmd
    cp -r config/crd/bases "$1/definitions"
    cp -r config/webhook "$1/webhook"
    chmod -R u+w "$1/definitions" "$1/webhook"
}

find_lws() {
    export VERSION SUM
    lws=$(artefact lws build_lws "$here/lws/module.txt") || exit 1
}

kubectl() { "$here/kubernetes.sh" kubectl "$@"; }
healthy() { curl --silent --fail --noproxy '*' --max-time 3 --output /dev/null "http://$HEALTH/readyz"; }
listening() { curl --silent --noproxy '*' --max-time 3 --cacert "$ROOT/tls.crt" -o /dev/null "https://127.0.0.1:$WEBHOOKS_PORT"; }
settled() { { healthy && listening; } || ! pid_of lws >/dev/null; }

make_root() {
    rm -rf "$ROOT"
    install -d -m 0700 "$ROOT"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=lws \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$ROOT/tls.key" -out "$ROOT/tls.crt" 2>/dev/null
    cat >"$ROOT/configuration.yaml" <<YAML
apiVersion: config.lws.x-k8s.io/v1alpha1
kind: Configuration
health: {healthProbeBindAddress: "$HEALTH"}
metrics: {bindAddress: "0"}
webhook: {host: 127.0.0.1, port: $WEBHOOKS_PORT, certDir: $ROOT}
leaderElection: {leaderElect: false}
internalCertManagement: {enable: false}
YAML
}

# The module's own, less their Service: the API server finds them at this machine's loopback.
webhooks() {
    kubectl kustomize "$lws/webhook" | kubectl create --dry-run=client -o json -f - |
        jq --arg bundle "$(base64 -w0 "$ROOT/tls.crt")" --arg base "https://127.0.0.1:$WEBHOOKS_PORT" '
            (.items // [.])[] | select(.kind != "Service") | .metadata.name |= "lws-" + .
            | .webhooks[].clientConfig |= {url: ($base + .service.path), caBundle: $bundle}'
}

up() {
    find_lws
    stop lws
    make_root
    kubectl apply --server-side -f "$lws/definitions" >/dev/null
    kubectl wait --for=condition=Established --timeout=60s -f "$lws/definitions" >/dev/null
    launch lws "$lws/lws" --config="$ROOT/configuration.yaml" --kubeconfig="$BED/kubeconfig"
    within 60 settled || true
    { healthy && listening; } || fail "LeaderWorkerSet's controller is not ready: see $BED/logs/lws.log, which ends with
$(tail -n 3 "$BED/logs/lws.log")"
    webhooks | kubectl apply --server-side -f - >/dev/null
    say "LeaderWorkerSet is up"
}

down() {
    local kind name
    find_lws
    for kind in mutating validating; do
        name=${kind}webhookconfiguration
        kubectl delete "$name" "lws-$kind-webhook-configuration" --ignore-not-found >/dev/null
    done
    # The controller goes last: it lets its objects go.
    kubectl delete --ignore-not-found --timeout=60s -f "$lws/definitions" >/dev/null
    stop lws
    rm -rf "$ROOT" "$BED/logs/lws.log"
}

case ${1:-help} in
up) [ $# = 1 ] || { usage >&2; exit 2; }; up ;;
down) [ $# = 1 ] || { usage >&2; exit 2; }; down ;;
build) [ $# = 1 ] || { usage >&2; exit 2; }; find_lws ;;
help | -h | --help) usage ;;
*) usage >&2 && exit 2 ;;
esac
