#!/usr/bin/env bash
# `npm run bench:hosts`: how long it takes to make hosts what they should be, beside Ansible and plain ssh.
# On hosts of its own, metal-101 and up, which are removed at the end. See README.md.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=local/bed/lib.sh
. local/bed/lib.sh
# shellcheck source=local/progress.sh
. local/progress.sh

usage="Usage: npm run bench:hosts -- [COUNT]…
Compares on so many hosts, at most 89; by default on 4, then 16, then 64. bench/README.md says what it measures."
case ${1:-} in
-h | --help) echo "$usage" && exit ;;
esac
[ $# -gt 0 ] || set -- 4 16 64
most=0
for count; do
    [[ $count =~ ^[1-9][0-9]?$ && $count -le 89 ]] || { echo "$usage" >&2; exit 2; }
    most=$((count > most ? count : most))
done
mapfile -t HOSTS < <(seq -f 'metal-%g' 101 $((100 + most)))
FIRST=${HOSTS[0]}

if [ "$(uname -s)" != Linux ] || [ "$(id -u)" != 0 ]; then
    fail "npm run bench:hosts starts systemd hosts, which needs Linux and root"
fi
ansible-doc ansible.posix.sysctl >/dev/null 2>&1 || fail "npm run bench:hosts compares with Ansible and its collection ansible.posix, which are not installed here:
  apt-get install --no-install-recommends ansible"

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
node_modules/.bin/tsx bench/hosts.ts "$python" "$*" "${HOSTS[@]}"
