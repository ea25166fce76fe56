#!/usr/bin/env bash
# Decides which Pulumi engine, language host and providers the local environment uses, and prints the environment to
# use them with: `eval "$(local/plugins.sh)"`. What was chosen, and why, is one line on stderr. In this order:
#   1. SEAMOUNT_PLUGINS=/folder: released executables in that folder, and what is missing there from below
#   2. a released `pulumi` on PATH that is recent enough, with providers that are installed or can be
#   3. the released CLI from the npm package `pulumi`, if the internet can be reached
#   4. the engine built from Go modules, with the stand-ins beside this file
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
. "$here/bed/lib.sh"

PROVIDERS=(kubernetes command random)
ENGINE_VERSION=$(sed -n 's|.*github.com/pulumi/pulumi/pkg/v3 v\([0-9.]*\).*|\1|p' "$here/engine/go.mod")
# The package only downloads; PULUMI_VERSION says what.
NPM_PACKAGE_VERSION=3.265.0
HOME_DIR=$STATE/pulumi/home
BACKEND_DIR=$STATE/pulumi/backend
INSTALL_TIMEOUT_SECONDS=60
PROBE_TIMEOUT_SECONDS=5
DOWNLOAD_TIMEOUT_SECONDS=180

version_of() { node -p "require('$root/node_modules/@pulumi/$1/package.json').version"; }

# link_plugin KIND NAME VERSION EXECUTABLE: makes the engine find EXECUTABLE as that plugin, without a search of PATH.
# An unchanged link is left alone: an engine may be using it.
link_plugin() {
    local dir=$HOME_DIR/plugins/$1-$2-v$3 text
    text=$(printf '#!/bin/sh\nexec "%s" "$@"' "$4")
    [ "$text" = "$(cat "$dir/pulumi-$1-$2" 2>/dev/null)" ] && return 0
    rm -rf "$dir"
    mkdir -p "$dir"
    printf '%s\n' "$text" >"$dir/pulumi-$1-$2"
    chmod +x "$dir/pulumi-$1-$2"
}

# Whether `pulumi` $1 is released, recent enough, and has its language host beside it.
is_usable() {
    local version
    version=$(PULUMI_SKIP_UPDATE_CHECK=true timeout 20 "$1" version 2>/dev/null) || return 1
    version=${version#v}
    [ -x "$(dirname "$(readlink -f "$1")")/pulumi-language-nodejs" ] || return 1
    [ "$(printf '%s\n' "$ENGINE_VERSION" "$version" | sort -V | head -1)" = "$ENGINE_VERSION" ]
}

# Whether Pulumi's downloads can be reached. A no is remembered for a day.
is_online() {
    local marker=$STATE/pulumi/offline
    [ "${SEAMOUNT_OFFLINE:-}" = 1 ] && return 1
    [ -n "$(find "$marker" -mmin -1440 2>/dev/null)" ] && return 1
    curl -fsIL -m "$PROBE_TIMEOUT_SECONDS" -o /dev/null https://get.pulumi.com/install.sh 2>/dev/null && return 0
    touch "$marker"
    return 1
}

# Gives the released engine $1 its providers: installed ones first, else it installs them. Fails if one cannot be had.
released_providers() {
    local name version installed own
    for name in "${PROVIDERS[@]}"; do
        version=$(version_of "$name")
        installed=$HOME/.pulumi/plugins/resource-$name-v$version/pulumi-resource-$name
        own=$HOME_DIR/plugins/resource-$name-v$version
        if [ -x "$installed" ]; then
            link_plugin resource "$name" "$version" "$installed"
        elif ! [ -x "$own/pulumi-resource-$name" ] || grep -qs "$here/standins" "$own/pulumi-resource-$name"; then
            is_online || return 1
            rm -rf "$own"
            PULUMI_HOME=$HOME_DIR PULUMI_SKIP_UPDATE_CHECK=true timeout "$INSTALL_TIMEOUT_SECONDS" \
                "$1" plugin install resource "$name" "$version" >/dev/null 2>&1 || return 1
        fi
    done
}

# The CLI that the npm package downloads; nothing if it cannot.
npm_engine() {
    local cli=$CACHE/pulumi-released/versions/$ENGINE_VERSION/bin/pulumi
    if ! [ -x "$cli" ]; then
        is_online || return 1
        PULUMI_HOME=$CACHE/pulumi-released PULUMI_VERSION=$ENGINE_VERSION PULUMI_SKIP_UPDATE_CHECK=true \
            timeout "$DOWNLOAD_TIMEOUT_SECONDS" npx --yes "pulumi@$NPM_PACKAGE_VERSION" version >/dev/null 2>&1 || return 1
    fi
    printf '%s\n' "$cli"
}

# Links the stand-in, or the released one of folder $1 where it has it, for each plugin; says which stand in.
mixed_plugins() {
    local name stand=()
    for name in "${PROVIDERS[@]}"; do
        if [ -n "$1" ] && [ -x "$1/pulumi-resource-$name" ]; then
            link_plugin resource "$name" "$(version_of "$name")" "$1/pulumi-resource-$name"
        else
            stand+=("$name")
            link_plugin resource "$name" "$(version_of "$name")" "$here/standins/bin/pulumi-resource-$name"
        fi
    done
    if [ -n "$1" ] && [ -x "$1/pulumi-language-nodejs" ]; then
        link_plugin language nodejs "$ENGINE_VERSION" "$1/pulumi-language-nodejs"
    else
        stand+=(nodejs)
        link_plugin language nodejs "$ENGINE_VERSION" "$here/standins/bin/pulumi-language-nodejs"
    fi
    printf '%s\n' "${stand[*]:-nothing}"
}

mkdir -p "$HOME_DIR/plugins" "$BACKEND_DIR"
chmod 700 "$STATE/pulumi"
given=${SEAMOUNT_PLUGINS:-}
ambient=$(command -v pulumi || true)
acquire=true

if [ -n "$given" ]; then
    [ -d "$given" ] || fail "SEAMOUNT_PLUGINS=$given is not a folder"
    given=$(cd "$given" && pwd)
    engine=$given/pulumi
    [ -x "$engine" ] || engine=$("$here/engine/build.sh")/pulumi
    why="SEAMOUNT_PLUGINS=$given; stand-ins for: $(mixed_plugins "$given")"
elif [ -n "$ambient" ] && is_usable "$ambient" && released_providers "$ambient"; then
    engine=$ambient
    acquire=false
    why="the released pulumi on PATH, with released providers"
elif engine=$(npm_engine) && [ -n "$engine" ] && is_usable "$engine" && released_providers "$engine"; then
    acquire=false
    why="the released pulumi of the npm package, with released providers"
else
    engine=$("$here/engine/build.sh")/pulumi
    why="stand-ins for: $(mixed_plugins ""), since there is no released pulumi with its providers here"
fi

say "Pulumi: $engine; $why"
cat <<EOF
export PATH='$(dirname "$engine")':"\$PATH"
export PULUMI_HOME='$HOME_DIR'
export PULUMI_BACKEND_URL='file://$BACKEND_DIR'
export PULUMI_SKIP_UPDATE_CHECK=true
export PULUMI_IGNORE_AMBIENT_PLUGINS=true
export PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=$acquire
EOF
