# shellcheck shell=bash
# Sourced by the commands of the local environment: what a person sees while they wait.

if [ -t 2 ]; then BOLD=$'\e[1m' DIM=$'\e[2m' PLAIN=$'\e[0m'; else BOLD='' DIM='' PLAIN=''; fi

# step TITLE COMMAND...: runs COMMAND with its lines indented under TITLE, and says so when it is silent for long.
step() {
    local title=$1 start=$SECONDS beat status=0
    shift
    printf '%s==> %s%s\n' "$BOLD" "$title" "$PLAIN" >&2
    ( while sleep 15; do printf '%s    … %s, %d s%s\n' "$DIM" "$title" $((SECONDS - start)) "$PLAIN" >&2; done ) &
    beat=$!
    "$@" 2> >(sed -u "s/^/    /" >&2) || status=$?
    # The loop before its sleep, or it would live to report "Terminated".
    # shellcheck disable=SC2046 # the loop, and the sleep under it: each a word
    kill "$beat" $(ps -o pid= --ppid "$beat") 2>/dev/null || true
    wait "$beat" 2>/dev/null || true
    [ "$status" = 0 ] || { printf '%s failed after %d s (exit status %d)\n' "$title" $((SECONDS - start)) "$status" >&2; exit "$status"; }
}
