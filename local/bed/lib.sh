# shellcheck shell=bash
# Sourced by every script of the bed: where things are kept, and how an artefact is built once.
# A script that sources it sets `here`, its own folder, first.
# shellcheck disable=SC2154

CACHE=${SEAMOUNT_CACHE:-$HOME/.cache/seamount}
STATE=${XDG_STATE_HOME:-$HOME/.local/state}/seamount
BED=$STATE/bed
BRIDGE=seamount0
GATEWAY=10.88.0.1
API_PORT=16443

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# artefact NAME BUILD FILE...: prints the folder of an artefact that the function BUILD makes from FILES.
# The folder's name holds a hash of FILES, so a change of any of them builds anew. BUILD gets an empty folder
# as $1; the result appears under its name only when BUILD has succeeded. BUILD runs in a shell of its own, where
# the first command that fails ends it (bash has no errexit on the left of ||): it sees the caller's functions,
# `here`, the variables above and whatever is exported.
artefact() {
    local name=$1 build=$2 hash dir
    shift 2
    hash=$(cat -- "$@" | sha256sum | cut -c1-12)
    dir=$CACHE/$name-$hash
    # Whoever finds it need not wait for another version of it that is being built.
    [ -d "$dir" ] || make_artefact "$name" "$build" "$dir"
    printf '%s\n' "$dir"
}

# make_artefact NAME BUILD FOLDER
make_artefact() {
    local name=$1 build=$2 dir=$3 log=$3.log
    mkdir -p "$CACHE"
    (
        flock 9
        [ -d "$dir" ] && exit 0
        say "building $name (log: $log)"
        rm -rf "$dir.new"
        mkdir -p "$dir.new"
        bash -euo pipefail -c "$(declare -p CACHE STATE BED BRIDGE GATEWAY here 2>/dev/null || true)
            $(declare -f)
            $build \"\$1\"" "$build" "$dir.new" >"$log" 2>&1 9>&- || exit 1
        mv "$dir.new" "$dir"
    ) 9>"$CACHE/$name.lock" || fail "$name could not be built: see $log, which ends with
$(tail -n 3 "$log")"
}

# The bridge of the bed, shared by hosts and Kubernetes.
bridge_up() {
    ip link show "$BRIDGE" >/dev/null 2>&1 || ip link add "$BRIDGE" type bridge stp_state 0 2>/dev/null ||
        ip link show "$BRIDGE" >/dev/null
    ip addr replace "$GATEWAY/16" dev "$BRIDGE"
    ip link set "$BRIDGE" up
}

# Removes the bridge when nothing is attached to it and nothing listens at its address.
bridge_release() {
    [ -z "$(ip -o link show master "$BRIDGE" 2>/dev/null)" ] || return 0
    [ -z "$(ss -Hltn "src $GATEWAY or sport = :$API_PORT")" ] || return 0
    ip link del "$BRIDGE" 2>/dev/null || true
}
