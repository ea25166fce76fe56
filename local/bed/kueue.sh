#!/usr/bin/env bash
# Kueue on the local cluster, for tests of scheduling: its own controller, as a process of this machine, with its
# definitions and without its webhooks (what they would write into objects, tests write themselves). Beside it a second
# kwok: Jobs on its nodes run until somebody deletes them, where those on the first one's end at once.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=local/bed/lib.sh
. "$here/lib.sh"
# shellcheck source=local/bed/kubernetes/processes.sh
. "$here/kubernetes/processes.sh"
# shellcheck source=local/bed/kubernetes/binaries.sh
. "$here/kubernetes/binaries.sh"

# The module sigs.k8s.io/kueue: its version, and its checksum as sum.golang.org has it.
read -r VERSION SUM <"$here/kueue/module.txt"
ROOT=$BED/kueue
HEALTH=127.0.0.1:11260

usage() {
    cat <<'TEXT'
Usage: local/bed/kueue.sh COMMAND
  up [CONFIGURATION]  start it with this file (Kueue's Configuration; by default only Jobs are queued); the local
                      cluster must run
  down                stop it, and remove its definitions with all objects of them
  build               build it and start nothing
TEXT
}

# About 7 minutes of processor time with empty caches of Go.
build_kueue() {
    local module
    module=$(cd "$1" && go mod download -json "sigs.k8s.io/kueue@$VERSION")
    [ "$(jq -r .Sum <<<"$module")" = "$SUM" ] || { echo "kueue $VERSION has another checksum than $SUM"; exit 1; }
    cd "$(jq -r .Dir <<<"$module")"
    time CGO_ENABLED=0 nice -n 10 go build -trimpath -ldflags '-s -w' -o "$1/kueue" ./cmd/kueue
    cp -r config/components/crd/bases "$1/definitions"
    chmod -R u+w "$1/definitions"
}

find_kueue() {
    export VERSION SUM
    kueue=$(artefact kueue build_kueue "$here/kueue/module.txt") || exit 1
}

kubectl() { "$here/kubernetes.sh" kubectl "$@"; }
healthy() { curl --silent --fail --noproxy '*' --max-time 3 --output /dev/null "http://$HEALTH/readyz"; }
settled() { healthy || ! pid_of kueue >/dev/null; }

# A root of its own, because it looks for certificates below /etc.
make_root() {
    local certificates=$ROOT/etc/kueue/metrics/certs
    rm -rf "$ROOT"
    mkdir -p "$certificates" "$ROOT/tmp"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=kueue \
        -keyout "$certificates/tls.key" -out "$certificates/tls.crt" 2>/dev/null
    ln "$kueue/kueue" "$ROOT/kueue" 2>/dev/null || cp "$kueue/kueue" "$ROOT/kueue"
    install -m 0600 "$BED/kubeconfig" "$ROOT/kubeconfig"
    cat >"$ROOT/configuration.yaml"
}

default_configuration() {
    cat <<'YAML'
apiVersion: config.kueue.x-k8s.io/v1beta2
kind: Configuration
integrations: {frameworks: [batch/job]}
YAML
}

# The stages of kwok less the one that ends the pods of Jobs.
without_completion() {
    python3 -c '
import sys
import yaml
stages = [stage for stage in yaml.safe_load_all(sys.stdin) if stage["metadata"]["name"] != "pod-complete"]
yaml.safe_dump_all(stages, sys.stdout)'
}

# What depends on where it runs is the bed's: addresses, one replica, no certificates of its own making.
bed_configuration() {
    python3 -c '
import json, sys
import yaml
configuration = yaml.safe_load(sys.stdin)
configuration.update(
    health={"healthProbeBindAddress": sys.argv[1]},
    metrics={"bindAddress": "127.0.0.1:11261"},
    webhook={"host": "127.0.0.1", "port": 11262, "certDir": "/etc/kueue/metrics/certs"},
    leaderElection={"leaderElect": False},
    internalCertManagement={"enable": False},
)
print(json.dumps(configuration))' "$HEALTH"
}

up() {
    find_kueue
    find_binaries
    stop kueue kwok-jobs
    mkdir -p "$BED/conf"
    without_completion <"$hyperkube/stages.yaml" >"$BED/conf/stages-jobs.yaml"
    launch kwok-jobs "$hyperkube/hyperkube" kwok --kubeconfig="$BED/kubeconfig" --config="$BED/conf/stages-jobs.yaml" \
        --manage-all-nodes=false --manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=jobs \
        --node-ip=127.0.0.1 --cidr=10.244.128.0/17 --node-lease-duration-seconds=40 --server-address=127.0.0.1:11263
    kubectl apply --server-side -f "$kueue/definitions" >/dev/null
    kubectl wait --for=condition=Established --timeout=60s -f "$kueue/definitions" >/dev/null
    kubectl create namespace kueue-system --dry-run=client -o yaml | kubectl apply -f - >/dev/null
    if [ $# -gt 0 ]; then bed_configuration <"$1"; else default_configuration | bed_configuration; fi | make_root
    launch kueue chroot "$ROOT" /kueue --config=/configuration.yaml --kubeconfig=/kubeconfig \
        --feature-gates=VisibilityOnDemand=false
    within 120 settled || true
    healthy || fail "Kueue is not ready: see $BED/logs/kueue.log, which ends with
$(tail -n 3 "$BED/logs/kueue.log")"
    say "Kueue is up"
}

down() {
    find_kueue
    stop kueue kwok-jobs
    # Nobody is there any more to let objects with finalizers go.
    local kind name
    for kind in $(kubectl api-resources --api-group=kueue.x-k8s.io -o name); do
        kubectl get "$kind" -A -o json | jq -r '.items[].metadata | [.name, .namespace // ""] | @tsv' |
            while IFS=$'\t' read -r name namespace; do
                kubectl patch "$kind" "$name" ${namespace:+-n "$namespace"} --type=merge \
                    -p '{"metadata": {"finalizers": null}}' >/dev/null 2>&1 || true
            done
    done
    kubectl delete --ignore-not-found --timeout=60s -f "$kueue/definitions" >/dev/null
    kubectl delete namespace kueue-system --ignore-not-found --wait=false >/dev/null
    rm -rf "$ROOT" "$BED/conf/stages-jobs.yaml" "$BED"/logs/{kueue,kwok-jobs}.log
}

case ${1:-help} in
up) shift && up "$@" ;;
down) down ;;
build) find_kueue ;;
help | -h | --help) usage ;;
*) usage >&2 && exit 2 ;;
esac
