#!/usr/bin/env bash
# Installs what the other commands need: npm packages; with `--bed` also the Debian packages of the bed; with `--vms`
# only those of its virtual machines.
set -euo pipefail
cd "$(dirname "$0")/.."

npm_packages() {
    local stamp=node_modules/.seamount-lock want
    want=$(sha256sum <package-lock.json)
    [ "$(cat "$stamp" 2>/dev/null)" = "$want" ] && return
    echo "installing npm packages" >&2
    npm ci --no-audit --no-fund --ignore-scripts --loglevel=error >/dev/null
    echo "$want" >"$stamp"
}

# debian_packages LIST…
debian_packages() {
    local missing
    missing=$(comm -23 <(cd local/bed && sed 's/#.*//' "${@/%/.txt}" | tr -s ' \n' '\n' | sed '/^$/d' | sort -u) \
        <(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' | sed -n 's/^ii  *//p' | sort -u))
    [ -n "$missing" ] || return 0
    echo "installing Debian packages: ${missing//$'\n'/ }" >&2
    export DEBIAN_FRONTEND=noninteractive
    local log
    log=$(mktemp)
    # shellcheck disable=SC2086 # a word each
    if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1; then
        cat "$log" >&2
        return 1
    fi
    rm -f "$log"
}

if [ "${1:-}" = --vms ]; then
    debian_packages packages-hosts packages-vms
    exit
fi
node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null || {
    echo "Node 20 or newer is needed; this is $(node --version 2>/dev/null || echo "a machine without Node")" >&2
    exit 1
}
npm_packages
if [ "${1:-}" = --bed ]; then
    command -v go >/dev/null || {
        echo "Go is needed to build the cluster and the engine, and is not on PATH: https://go.dev/doc/install" >&2
        exit 1
    }
    debian_packages packages-hosts packages-kubernetes
fi
