/** Seconds that a script waits for another one of the same host; `$patience` of the script goes before it. */
const LOCK_SECONDS = 20;

/** Shell that waits for other changes of the host to end, and keeps further ones out until the script has ended. */
export const hostLock = `
if command -v flock >/dev/null && [ -d /run ]; then
    exec 9>>/run/seamount-metal.lock
    other() { said=$(cat /run/seamount-metal.lock); echo "\${said:-another change}"; }
    if ! flock -n 9; then
        mark step "waiting for $(other)"
        flock -w "\${patience:-${LOCK_SECONDS}}" 9 || {
            printf '%s\\n' "$(other) is still at work on this host: when it has ended, run \\\`pulumi up\\\` again" >&2
            exit 3
        }
    fi
    printf 'the change that %s began at %s\\n' "\${holder:-somebody}" "$(date -u +'%H:%M:%S UTC')" >/run/seamount-metal.lock
fi
`.trim();

/**
 * Shell functions that every change may use.
 * - `put_file PATH MODE OWNER GROUP` writes standard input beside PATH and renames it into place.
 * - `set_lines FILE COLUMN KEY [LINE…]` replaces the lines of FILE whose COLUMN-th word is KEY. A file without
 *   lines is removed.
 * - `refuse WORDS` ends a step, or the script outside of steps, with an error for people.
 * - `note WORDS` tells people something that is no error.
 * - `attempt WORDS` runs the function `item`. When that fails, a section `failed/WORDS` says why, and the script goes
 *   on; `settled` ends the script where anything has failed so far.
 * One change runs on a host at a time. Its lock lies where nobody but root can put a file in its place, and says whose
 * it is (`$holder`). The kernel frees it with the shell that holds it, however that ends.
 */
export const changePrelude = `
refuse() { printf '%s\\n' "$1" >&2; exit 3; }
note() { mark section notes; printf '%s\\n' "$1"; }
failed=
exec 4>&1
attempt() {
    mark step "$1"
    set +e
    said=$( (set -e; item) 2>&1 >&4 4>&- 9>&- )
    status=$?
    set -e
    [ "$status" != 0 ] || return 0
    failed=1
    mark section "failed/$1"
    printf '%s\\n' "$said" | sed '/^ *$/d' | tail -n 8
    mark section after
}
settled() { [ -z "$failed" ] || exit 3; }
put_file() (
    tmp=
    trap '[ -z "$tmp" ] || rm -f "$tmp"' EXIT
    dir=\${1%/*}
    dir=\${dir:-/}
    [ -d "$dir" ] || mkdir -p "$dir"
    tmp=$(mktemp "$dir/.seamount.XXXXXX")
    cat >"$tmp"
    chown "$3:$4" "$tmp"
    chmod "$2" "$tmp"
    sync "$tmp"
    mv -fT "$tmp" "$1"
    tmp=
)
set_lines() {
    file=$1 column=$2 key=$3
    shift 3
    rest=
    [ ! -e "$file" ] || rest=$(awk -v c="$column" -v k="$key" '($c "") != k' "$file")
    [ -z "$rest" ] || rest="$rest
"
    for line; do
        rest="$rest$line
"
    done
    if [ -n "$rest" ]; then
        printf '%s' "$rest" | put_file "$file" 0644 root root
    else
        rm -f "$file"
    fi
}
${hostLock}
`.trim();

/** Where Seamount keeps what it must know about a host on the host itself. */
export const HOST_STATE = "/var/lib/seamount";
