#!/usr/bin/env bash
# Builds Pulumi's CLI from its Go modules, once, and prints the folder that holds `pulumi`.
# go.mod pins the version; go.sum pins every module's content.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../bed/lib.sh"

build() {
    cd "$here"
    local version
    version=$(go list -m -f '{{.Version}}' github.com/pulumi/pulumi/pkg/v3)
    say "building the Pulumi engine ${version}: 4 to 10 minutes the first time"
    CGO_ENABLED=0 go build -trimpath \
        -ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${version#v}" \
        -o "$1/pulumi" github.com/pulumi/pulumi/pkg/v3/cmd/pulumi
}

artefact pulumi build "$here/go.mod" "$here/go.sum" "$here/build.sh"
