#!/usr/bin/env bash
# Virtual machines with a kernel and a boot loader of their own (qemu, Debian 12), for what hosts that share this
# machine's kernel cannot do: kernel arguments, modules, bonds and VLANs, soft-RoCE, a kubelet that a reboot ends.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=local/bed/lib.sh
. "$here/lib.sh"
# shellcheck source=local/bed/ssh.sh
. "$here/ssh.sh"
# shellcheck source=local/bed/hosts/processes.sh
. "$here/hosts/processes.sh"
# shellcheck source=local/bed/hosts/files.sh
. "$here/hosts/files.sh"
# shellcheck source=local/bed/debian.sh
. "$here/debian.sh"
# shellcheck source=local/bed/kubernetes/binaries.sh
. "$here/kubernetes/binaries.sh"
# shellcheck source=local/bed/kubernetes/pki.sh
. "$here/kubernetes/pki.sh"
# shellcheck source=local/bed/vms/machine.sh
. "$here/vms/machine.sh"
# shellcheck source=local/bed/vms/node.sh
. "$here/vms/node.sh"

VMS=$BED/vms
# Seconds. Without hardware help a machine takes half a minute on an idle machine of 2 cores, minutes on a loaded one.
BOOT_LIMIT=420

usage() {
    cat <<'TEXT'
Usage: local/bed/vms.sh COMMAND
  build               install qemu and GRUB on this machine, and build the disk, once
  up NAME…            start the virtual machines vm-1 … vm-9 named here, and wait until each answers SSH
  down [NAME…]        remove them with all their files; without names all of them
  kill NAME…          power loss: the machine stops at once, its disk stays, `up` starts it again
  exec NAME COMMAND…  run a command inside a machine (through SSH, on eth0)
  node-up NAME…       make them nodes of the local cluster, started first where necessary: containerd, kubelet and
                      kube-proxy as units that come back after a restart; pods 10.245.11.0/24 on vm-1, and so on
  list                name, address and state (running, off) of each machine

Each has 1 processor and SEAMOUNT_VM_MIB (1024) MiB of memory, eth0 (10.88.2.11 for vm-1, and so on) for SSH, and eth1
on a bridge of its own without an address. Only KVM that starts Debian's kernel is used; without it, qemu emulates.
TEXT
}

number_of() {
    [[ $1 =~ ^vm-([1-9])$ ]] || fail "$1 is no name of a virtual machine: vm-1 to vm-9 are"
    echo "${BASH_REMATCH[1]}"
}
address_of() { echo "10.88.2.$((10 + $(number_of "$1")))"; }
known_vms() { find "$VMS" -mindepth 1 -maxdepth 1 -type d -name 'vm-*' -printf '%f\n' 2>/dev/null | sort -V; }

build_vms() {
    "$here/../prepare.sh" --vms
    build
    export base repository disk
    # Names and modes count as well as contents.
    disk=$(artefact vm-disk build_disk <(tree "$here/vms/files") "$here"/vms/{disk.sh,packages.txt,masked-units.txt} \
        "$here/vms/excluded-modules.txt" "$base/root/var/lib/dpkg/status" "$repository/Packages") || exit 1
}
build_disk() { "$here/vms/disk.sh" "$base" "$repository" "$1"; }

wait_for_ssh() {
    local name=$1 deadline=$((SECONDS + BOOT_LIMIT))
    until answers "$(address_of "$name")"; do
        vm_runs "$name" || fail "$name stopped while it started: see $VMS/$name/console.log and qemu.log"
        [ $SECONDS -lt $deadline ] || fail "$name does not answer SSH after $BOOT_LIMIT s: see $VMS/$name/console.log"
        sleep 0.3
    done
}

start_vms() {
    local name
    build_vms
    bridge_up
    fabric_up
    write_identity
    for name; do
        if vm_runs "$name"; then continue; fi
        say "starting $name ($(address_of "$name"))"
        connect "$name"
        write_vm "$name"
        start_vm "$name"
    done
}

up() {
    local name
    locked start_vms "$@"
    for name; do wait_for_ssh "$name"; done
}

down() {
    local name names=("$@")
    [ $# -gt 0 ] || mapfile -t names < <({ known_vms; known_links; } | sort -u)
    for name in "${names[@]}"; do
        say "removing $name"
        stop_vm "$name"
        if [ -e "$VMS/$name/programs" ]; then forget_node "$name"; fi
        disconnect_pods "$name"
        disconnect "$name"
        rm -rf "${VMS:?}/$name"
    done
    write_ssh_config
    if [ -z "$(known_vms)" ]; then
        rm -rf "$VMS"
        fabric_release
        bridge_release
    fi
}

kill_vms() {
    local name
    for name; do
        vm_runs "$name" || fail "$name does not run"
        stop_vm "$name"
    done
}

# in_vm NAME SCRIPT
in_vm() { ssh -F "$BED/ssh_config" -o LogLevel=ERROR -o ConnectTimeout=20 "$@"; }

run_inside() {
    local name=$1
    shift
    vm_runs "$name" || fail "$name does not run"
    # Each word as it is: ssh would join them, and the shell there take them apart.
    in_vm "$name" "${*@Q}"
}

list() {
    local name
    for name in $(known_vms); do
        printf '%-10s %-12s %s\n' "$name" "$(address_of "$name")" "$(vm_runs "$name" && echo running || echo off)"
    done
}

# One change at a time. The machines themselves must not hold the lock.
locked() {
    mkdir -p "$BED"
    exec 8>"$BED/vms.lock"
    flock --nonblock 8 || { say "waiting for another vms.sh" && flock 8; }
    "$@"
    exec 8>&-
}

command=${1:-}
[ $# = 0 ] || shift
case $command in
-h | --help) usage && exit 0 ;;
build | list) [ $# = 0 ] || { usage >&2; exit 2; } ;;
up | node-up | kill | down)
    [ $# -gt 0 ] || [ "$command" = down ] || { usage >&2; exit 2; }
    for name; do number_of "$name" >/dev/null; done
    ;;
exec) [ $# -gt 1 ] || { usage >&2; exit 2; } ;;
*) usage >&2 && exit 2 ;;
esac
[ "$(id -u)" = 0 ] || fail "vms.sh $command needs root: you are $(id -un)"
case $command in
build) locked build_vms ;;
up) up "$@" ;;
node-up) node_up "$@" ;;
down) locked down "$@" ;;
kill) locked kill_vms "$@" ;;
exec) run_inside "$@" ;;
list) list ;;
esac
