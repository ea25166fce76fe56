#!/usr/bin/env bash
# `npm run local:down`: stops the local environment and removes all of it, caches excepted.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=local/bed/lib.sh
. local/bed/lib.sh
# shellcheck source=local/progress.sh
. local/progress.sh

usage() {
    cat <<'TEXT'
Usage: npm run local:down

Stops the local environment and removes all of it: every host and virtual machine (those
of tests too), the cluster, the registry and the state of the stack `local`. Built things are kept in
${SEAMOUNT_CACHE:-~/.cache/seamount}.
TEXT
}

case ${1:-} in
-h | --help) usage && exit 0 ;;
'') ;;
*) usage >&2 && exit 2 ;;
esac

[ "$(id -u)" = 0 ] || fail "npm run local:down needs root, as npm run local did"
step "Virtual machines" local/bed/vms.sh down
step "Kubernetes" local/bed/kubernetes.sh down
step "Hosts" local/bed/hosts.sh down
step "Registry" local/bed/registry.sh down
rm -rf "$STATE"
say "Removed. What was built is kept in $CACHE: delete that folder to build anew."
