#!/usr/bin/env bash
# The end-to-end tests. Each suite has a stack of its own, hosts of its own, and names of its own; a local site that is
# running is left as it is.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=local/bed/lib.sh
. local/bed/lib.sh
# shellcheck source=local/progress.sh
. local/progress.sh

usage() {
    cat <<'TEXT'
Usage: test/e2e/run.sh [SUITE]
  bed        hosts and a cluster of the local environment: what `npm test` runs (default)
  cluster    a cluster that is built on bare hosts, broken, repaired, upgraded and taken apart
  scheduling 300 simulated GPU nodes, with Kueue: quotas, priorities, gangs, racks (twenty minutes; builds Kueue once)
  serving    models behind the gateway and over two hosts, with real engines (ten minutes; builds the gateway and
             LeaderWorkerSet's controller once)
  machines   virtual machines with kernels of their own: boot loaders, modules, a fleet that reboots (half an hour)
TEXT
}

suite=${1:-bed}
case $#$suite in
0bed | 1bed) own_hosts=(metal-3 metal-4) specs='test/e2e/*.spec.ts' ;;
1cluster) own_hosts=() specs='test/e2e/cluster/*.spec.ts' ;;
1scheduling) own_hosts=() specs='test/e2e/scheduling/*.spec.ts' ;;
1serving) own_hosts=() specs='test/e2e/serving/*.spec.ts' ;;
1machines) own_hosts=() specs='test/e2e/machines/*.spec.ts' ;;
1-h | 1--help) usage && exit ;;
*) usage >&2 && exit 2 ;;
esac

[ "$suite" = bed ] || local/prepare.sh --bed
[ "$suite" != machines ] || local/prepare.sh --vms
step "Pulumi and its plugins" local/environment.sh
# shellcheck source=/dev/null
. "$STATE/env"
was_running=$(local/bed/kubernetes.sh status >/dev/null 2>&1 && echo yes || echo no)
finish() {
    if [ "$was_running" = no ]; then
        local/down.sh
        return
    fi
    [ "$suite" != cluster ] || local/bed/registry.sh down
    [ "$suite" != serving ] || local/bed/kubernetes.sh node-down node-2
    [ "$suite" != machines ] || local/bed/vms.sh down vm-1 vm-2 vm-3 vm-9
    [ ${#own_hosts[@]} = 0 ] || local/bed/hosts.sh down "${own_hosts[@]}"
}
trap finish EXIT
if [ "$suite" = cluster ]; then
    step "Packages and images of Kubernetes" local/bed/cluster.sh build
    step "kube-bench" local/bed/cluster.sh kube-bench
    step "Registry" local/bed/registry.sh up
else
    step "Kubernetes" local/bed/kubernetes.sh up
fi
if [ "$suite" = serving ]; then
    step "Gateway" local/bed/gateway.sh build
    step "LeaderWorkerSet" local/bed/lws.sh build
fi
if [ ${#own_hosts[@]} -gt 0 ]; then
    local/bed/hosts.sh down "${own_hosts[@]}"
    step "Hosts" local/bed/hosts.sh up "${own_hosts[@]}"
fi
node_modules/.bin/mocha --bail --timeout 300000 "$specs"
