#!/usr/bin/env bash
# Builds Helm from its Go module, once, and prints the folder that holds `helm`. About 3 minutes of processor time when
# the cluster of the bed was built before, 8 with empty caches of Go.
#
#   export PATH=$(local/bed/helm.sh):$PATH
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=local/bed/lib.sh
. "$here/lib.sh"

build_helm() {
    cd "$here/helm"
    local version
    version=$(go list -m -f '{{.Version}}' helm.sh/helm/v4)
    time CGO_ENABLED=0 nice -n 10 go build -trimpath \
        -ldflags "-s -w -X helm.sh/helm/v4/internal/version.version=$version" -o "$1/helm" helm.sh/helm/v4/cmd/helm
}

command -v go >/dev/null || fail 'Go is not on the PATH: install the version that local/bed/helm/go.mod names, or a later one'
artefact helm build_helm "$here"/helm/go.{mod,sum}
