# shellcheck shell=bash
# Sourced by hosts.sh and vms.sh: a host's processes.
#
# supervisor (hosts.sh supervise) → systemd-nspawn → the host's PID 1. All three carry the mark SEAMOUNT_BED_HOST=NAME in their
# environment: that finds them whatever became of their parents, namespaces, cgroups or pid files.
# shellcheck disable=SC2154

# host_pids NAME: the marked processes.
host_pids() {
    { grep -lszxF "SEAMOUNT_BED_HOST=$1" /proc/[0-9]*/environ || true; } | cut -d / -f 3
}

# init_pid NAME: the process that is PID 1 in the host; nothing when there is none.
init_pid() {
    local pid
    for pid in $(host_pids "$1"); do
        if grep -qsE '^NSpid:.*\s1$' "/proc/$pid/status"; then echo "$pid"; fi
    done
}

supervisor_pids() {
    local pid
    for pid in $(host_pids "$1"); do
        if grep -qszxF supervise "/proc/$pid/cmdline"; then echo "$pid"; fi
    done
}

# With its supervisor, without which a reboot would not end in a running host. (While one is under way there is no
# PID 1, and still the host runs.)
host_runs() { [ -n "$(supervisor_pids "$1")" ]; }

gone() { [ -z "$(host_pids "$1")" ]; }

# within SECONDS CONDITION…: waits until CONDITION holds.
within() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $deadline ] || return 1
        sleep 0.05
    done
}

signal_kill() { [ $# = 0 ] || kill -KILL "$@" 2>/dev/null || true; }

# Without a farewell. The supervisor goes first, lest it starts the host again; systemd-nspawn goes by itself when
# PID 1 has died, and tidies up. (Killed before, it would leave the host running.)
stop_processes() {
    local name=$1
    gone "$name" && return
    # shellcheck disable=SC2046 # a word each
    signal_kill $(supervisor_pids "$name")
    # shellcheck disable=SC2046
    signal_kill $(init_pid "$name")
    within 5 gone "$name" && return
    # shellcheck disable=SC2046
    signal_kill $(host_pids "$name")
    within 10 gone "$name" || fail "processes of $name do not go: $(host_pids "$name" | xargs)"
}

# detached NAME LOG COMMAND…: in the background, away from this terminal, with the mark of NAME.
detached() {
    local name=$1 log=$2
    shift 2
    local program=(env "SEAMOUNT_BED_HOST=$name" "$@")
    if [ -d /run/systemd/system ]; then
        systemd-run --quiet --collect --unit="seamount-$name" --property=Delegate=yes --property=KillMode=mixed \
            --setenv="HOME=$HOME" --setenv="XDG_STATE_HOME=${STATE%/seamount}" --property="StandardOutput=append:$log" \
            --property="StandardError=append:$log" "${program[@]}"
    else
        setsid "${program[@]}" </dev/null >>"$log" 2>&1 8>&- &
    fi
}

start_supervisor() {
    detached "$1" "$HOSTS/$1/console.log" "$here/hosts.sh" supervise "$1"
    within 5 host_runs "$1" || fail "$1 did not start: see $HOSTS/$1/console.log"
}

# Runs a host until it is powered off. systemd-nspawn exits with 133 when the host reboots.
supervise() {
    local name=$1 status=133 extra=()
    export SYSTEMD_NSPAWN_API_VFS_WRITABLE=network
    for_kubernetes "$name" && mapfile -t extra < <(kubernetes_options "$name")
    while [ $status = 133 ]; do
        connect "$name"
        status=0
        (
            [ -d /run/systemd/system ] || enter_cgroups "$name"
            # The capabilities are systemd-nspawn's own choice and that over the host's own network: a host can neither
            # set the clock nor load a module.
            exec systemd-nspawn --quiet --boot --capability=CAP_NET_ADMIN --register=no --keep-unit --link-journal=no \
                --resolv-conf=off --timezone=off --directory="$HOSTS/$name/root" --machine="$name" --hostname="$name" \
                --network-namespace-path="/run/netns/$(namespace_of "$name")" \
                --bind-ro="$(readlink "$HOSTS/$name/apt"):/srv/apt" --setenv="SEAMOUNT_BED_HOST=$name" \
                "${extra[@]}"
        ) || status=$?
        [ -d /run/systemd/system ] || remove_cgroups "$name"
    done
}
