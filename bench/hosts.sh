#!/usr/bin/env bash
# `npm run bench:hosts`: how long it takes to make hosts what they should be, beside Ansible and plain ssh.
# On hosts of its own, metal-51 to metal-54, which are removed at the end. See README.md.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=local/bed/lib.sh
. local/bed/lib.sh
# shellcheck source=local/progress.sh
. local/progress.sh

[ $# = 0 ] || { echo "Usage: npm run bench:hosts (bench/README.md says what it measures)" >&2; exit 2; }
HOSTS=(metal-51 metal-52 metal-53 metal-54)
FIRST=${HOSTS[0]}

if [ "$(uname -s)" != Linux ] || [ "$(id -u)" != 0 ]; then
    fail "npm run bench:hosts starts systemd hosts, which needs Linux and root"
fi
command -v ansible-playbook >/dev/null || fail "npm run bench:hosts compares with Ansible, which is not installed here:
  apt-get install --no-install-recommends ansible-core"

# What Ansible needs on hosts, resolved against what they have.
build_python() {
    mkdir -p "$1/partial"
    apt-get -y -q --no-install-recommends --download-only -o Debug::NoLocking=1 -o Dir::Cache::pkgcache= \
        -o Dir::State::status="$status" -o Dir::Cache::archives="$1" install python3 python3-apt
    rm -r "$1/partial"
}

finish() {
    rm -f "$status"
    local/bed/hosts.sh down "${HOSTS[@]}"
}
status=$(mktemp)
export status
trap finish EXIT

step "Packages of this machine" local/prepare.sh --bed
step "Pulumi and its plugins" local/environment.sh
# shellcheck source=/dev/null
. "$STATE/env"
local/bed/hosts.sh down "${HOSTS[@]}"
local/bed/hosts.sh up "$FIRST"
local/bed/hosts.sh exec "$FIRST" cat /var/lib/dpkg/status >"$status"
python=$(artefact bench-python build_python bench/hosts.sh "$status")
node_modules/.bin/tsx bench/hosts.ts "$python" "${HOSTS[@]}"
