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
} >"$STATE/env.new"
mv "$STATE/env.new" "$STATE/env"
