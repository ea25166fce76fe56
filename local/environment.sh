#!/usr/bin/env bash
# Writes $STATE/env: what a shell needs to work with the local site. `. ~/.local/state/seamount/env`
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=local/bed/lib.sh
. local/bed/lib.sh

mkdir -p "$STATE"
chmod 700 "$STATE"
{
    local/plugins.sh
    # The passphrase of the committed Pulumi.local.yaml. It is public: nothing in this environment is worth protecting.
    echo "export PULUMI_CONFIG_PASSPHRASE=seamount-local"
    echo "export KUBECONFIG=$BED/kubeconfig"
    # Seamount drains nodes with kubectl. Where there is none, the cluster's own will do.
    if ! command -v kubectl >/dev/null; then
        mkdir -p "$STATE/bin"
        printf '#!/bin/sh\nexec %s kubectl "$@"\n' "'$PWD/local/bed/kubernetes.sh'" >"$STATE/bin/kubectl"
        chmod 755 "$STATE/bin/kubectl"
        echo "export PATH='$STATE/bin':\"\$PATH\""
    fi
} >"$STATE/env.new"
mv "$STATE/env.new" "$STATE/env"
