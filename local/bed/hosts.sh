#!/usr/bin/env bash
# Simulated bare-metal hosts: full systemd as PID 1 (systemd-nspawn) over one Debian 12 root file system, each with its
# own network namespace, sshd and files in memory.
#
# Tried on Debian 12: on a machine without systemd, with cgroup v1 hierarchies and with cgroup v2 alone; and where
# systemd is PID 1 (a host is a transient unit there, `start_supervisor`) with cgroup v1 hierarchies. Not tried: systemd
# with cgroup v2 alone, as a fresh Debian server has it. Hosts for Kubernetes were tried with cgroup v1 hierarchies and
# without systemd.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=local/bed/lib.sh
. "$here/lib.sh"
# shellcheck source=local/bed/ssh.sh
. "$here/ssh.sh"
# shellcheck source=local/bed/hosts/processes.sh
. "$here/hosts/processes.sh"
# shellcheck source=local/bed/hosts/cgroups.sh
. "$here/hosts/cgroups.sh"
# shellcheck source=local/bed/hosts/kubernetes.sh
. "$here/hosts/kubernetes.sh"
# shellcheck source=local/bed/hosts/files.sh
. "$here/hosts/files.sh"
# shellcheck source=local/bed/hosts/clock.sh
. "$here/hosts/clock.sh"

HOSTS=$BED/hosts
# Seconds; a host on a loaded machine of 2 cores takes about 10.
BOOT_LIMIT=120

usage() {
    cat <<'TEXT'
Usage: local/bed/hosts.sh COMMAND
  build               build what the hosts are made of, once
  up NAME…            start the hosts metal-1 … metal-189 named here, and wait until each answers SSH
  up --kubernetes NAME…
                      the same for hosts on which containerd and a kubelet can run (with cgroup v1: cgroup driver
                      cgroupfs). They stay so until `down`, whatever starts them again, and find the packages of
                      ~/.local/state/seamount/bed/kubernetes-packages in /srv/kubernetes
  down [NAME…]        remove them with all their files; without names all of them
  kill NAME…          power loss: the host stops at once, its files stay, `up` starts it again
  exec NAME COMMAND…  run a command inside a host, not through SSH
  list                name, address and state (running, off) of each host
TEXT
}

number_of() {
    [[ $1 =~ ^metal-([1-9]|[1-9][0-9]|1[0-8][0-9])$ ]] || fail "$1 is no name of a host: metal-1 to metal-189 are"
    echo "${BASH_REMATCH[1]}"
}
address_of() { echo "10.88.0.$((10 + $(number_of "$1")))"; }
namespace_of() { echo "seamount-$1"; }
known_hosts() { find "$HOSTS" -mindepth 1 -maxdepth 1 -type d -name 'metal-*' -printf '%f\n' 2>/dev/null | sort -V; }

# A new network namespace with one leg on the bridge, and no route beyond it: what a host sets in its network is gone
# when it starts again. Its hardware address stays, or its neighbours would look for it at the old one.
connect() {
    local name=$1 namespace link=sm-$1 mac
    namespace=$(namespace_of "$name")
    mac=$(printf '02:88:00:00:00:%02x' "$(number_of "$name")")
    disconnect "$name"
    ip netns add "$namespace"
    ip link add "$link" type veth peer name eth0 address "$mac" netns "$namespace"
    ip link set "$link" master "$BRIDGE" up
    ip -n "$namespace" link set lo up
    ip -n "$namespace" addr add "$(address_of "$name")/16" dev eth0
    ip -n "$namespace" link set eth0 up
    ! for_kubernetes "$name" || route_for_kubernetes "$namespace"
}

disconnect() {
    local namespace
    namespace=$(namespace_of "$1")
    ip link del "sm-$1" 2>/dev/null || true
    [ ! -e "/run/netns/$namespace" ] || ip netns del "$namespace"
}

wait_for_ssh() {
    local name=$1 address deadline=$((SECONDS + BOOT_LIMIT))
    address=$(address_of "$name")
    until answers "$address"; do
        [ -n "$(host_pids "$name")" ] || fail "$name stopped while it started: see $HOSTS/$name/console.log"
        [ $SECONDS -lt $deadline ] || fail "$name does not answer SSH after $BOOT_LIMIT s: see $HOSTS/$name/console.log"
        sleep 0.1
    done
}

up() {
    local name kubernetes='' starting=()
    [ "${1:-}" != --kubernetes ] || { kubernetes=yes && shift; }
    for name; do
        number_of "$name" >/dev/null
        [ -z "$kubernetes" ] || make_for_kubernetes "$name"
        if host_runs "$name"; then continue; fi
        starting+=("$name")
    done
    if [ ${#starting[@]} -gt 0 ]; then
        build
        bridge_up
        clock_up
        write_identity
    fi
    for name in "${starting[@]}"; do
        say "starting $name ($(address_of "$name"))"
        # What a half-finished start, or the death of a supervisor, has left.
        stop_processes "$name"
        remove_cgroups "$name"
        mount_root "$name"
        write_host "$name"
        ! for_kubernetes "$name" || prepare_for_kubernetes "$name"
        start_supervisor "$name"
    done
    for name; do wait_for_ssh "$name"; done
}

down() {
    local name names=("$@")
    if [ $# = 0 ]; then
        mapfile -t names < <({ known_hosts; find /run/netns -name 'seamount-metal-*' -printf '%f\n' 2>/dev/null |
            sed 's/^seamount-//'; } | sort -u)
    fi
    for name in "${names[@]}"; do
        number_of "$name" >/dev/null
        say "removing $name"
        stop_processes "$name"
        remove_files "$name"
        disconnect "$name"
        remove_cgroups "$name"
    done
    write_ssh_config
    if [ -z "$(known_hosts)" ]; then
        rm -rf "$HOSTS"
        clock_down
        watchers_down
        remove_cgroups ''
        bridge_release
        # ip mounts this folder for its first namespace, and leaves it mounted after the last.
        [ -n "$(ls -A /run/netns 2>/dev/null)" ] || umount /run/netns 2>/dev/null || true
    fi
}

kill_hosts() {
    local name
    for name; do
        [ -n "$(init_pid "$name")" ] || fail "$name does not run"
        stop_processes "$name"
    done
}

run_inside() {
    local name=$1 pid
    shift
    pid=$(init_pid "$name")
    [ -n "$pid" ] || fail "$name does not run"
    exec nsenter --target "$pid" --mount --uts --ipc --net --pid --root --wd -- \
        env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"
}

list() {
    local name
    for name in $(known_hosts); do
        printf '%-10s %-12s %s\n' "$name" "$(address_of "$name")" "$(host_runs "$name" && echo running || echo off)"
    done
}

# One change at a time. The hosts themselves must not hold the lock.
locked() {
    mkdir -p "$BED"
    exec 8>"$BED/hosts.lock"
    flock --nonblock 8 || { say "waiting for another hosts.sh" && flock 8; }
    "$@"
}

command=${1:-}
case $command in
build | up | down | kill | exec | list | supervise) [ "$(id -u)" = 0 ] || fail "hosts.sh $command needs root: you are $(id -un)" ;;
esac
[ $# = 0 ] || shift
case $command in
build) locked build ;;
up) [ $# -gt 0 ] || { usage >&2; exit 2; }; locked up "$@" ;;
down) locked down "$@" ;;
kill) [ $# -gt 0 ] || { usage >&2; exit 2; }; locked kill_hosts "$@" ;;
exec) [ $# -gt 1 ] || { usage >&2; exit 2; }; run_inside "$@" ;;
list) list ;;
supervise) supervise "$1" ;;
-h | --help) usage ;;
*) usage >&2; exit 2 ;;
esac
