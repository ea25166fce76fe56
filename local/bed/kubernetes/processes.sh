# shellcheck shell=bash
# Sourced by kubernetes.sh: programs that outlive the script, known by a file each: process id and time of start.

PIDS=$BED/pids

# started_at PID: in clock ticks since the machine started; nothing for a process that is gone or a zombie.
started_at() {
    local fields
    { read -r fields <"/proc/$1/stat"; } 2>/dev/null || return 0
    # The name of the program, in brackets, may hold spaces.
    read -r -a fields <<<"${fields##*) }"
    [ "${fields[0]}" = Z ] || echo "${fields[19]}"
}

# pid_of NAME: prints the process id, or fails when the program does not run.
pid_of() {
    local pid started
    { read -r pid started <"$PIDS/$1"; } 2>/dev/null || return 1
    [ -n "$started" ] && [ "$(started_at "$pid")" = "$started" ] && echo "$pid"
}

# launch NAME COMMAND...: starts it, unless it runs.
launch() {
    local name=$1 pid
    shift
    if pid_of "$name" >/dev/null; then return; fi
    say "starting $name"
    # File 8 is the lock that the script holds.
    (cd / && exec setsid "$@") >>"$BED/logs/$name.log" 2>&1 </dev/null 8>&- &
    pid=$!
    echo "$pid $(started_at "$pid")" >"$PIDS/$name"
}

# stop NAME...: at once. Nothing is lost: what they keep is on disk, and a kill is what the bed is there to survive.
stop() {
    local name pid
    for name; do
        if pid=$(pid_of "$name"); then
            kill -KILL "$pid" 2>/dev/null || true
            within 10 gone "$pid" || fail "$name ($pid) does not end"
        fi
        rm -f "$PIDS/$name"
    done
}

gone() { [ -z "$(started_at "$1")" ]; }

# within SECONDS COMMAND...: waits until COMMAND succeeds.
within() {
    local limit=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$limit" ] || return 1
        sleep 0.1
    done
}
