#!/usr/bin/env bash
# The end-to-end tests: a stack of their own, on hosts of their own (metal-3, metal-4, and those that some of them start
# and remove themselves), in a namespace of their own. Those of virtual machines take most of the time.
# A local site that is running is left as it is.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=local/bed/lib.sh
. local/bed/lib.sh
# shellcheck source=local/progress.sh
. local/progress.sh

step "Pulumi and its plugins" local/environment.sh
# shellcheck source=/dev/null
. "$STATE/env"
was_running=$(local/bed/kubernetes.sh status >/dev/null 2>&1 && echo yes || echo no)
finish() {
    if [ "$was_running" = yes ]; then
        local/bed/vms.sh down vm-1 vm-2 vm-3 vm-9
        local/bed/hosts.sh down metal-3 metal-4
    else
        local/down.sh
    fi
}
trap finish EXIT
step "Kubernetes" local/bed/kubernetes.sh up
local/bed/hosts.sh down metal-3 metal-4
step "Hosts" local/bed/hosts.sh up metal-3 metal-4
node_modules/.bin/mocha --bail --timeout 300000 'test/e2e/*.spec.ts'
