# shellcheck shell=bash
# Sourced by vms.sh: a virtual machine's links, files and process. qemu carries the mark that hosts/processes.sh looks for.
# shellcheck disable=SC2154

FABRIC=seamount1

fabric_up() {
    ip link show "$FABRIC" >/dev/null 2>&1 || ip link add "$FABRIC" type bridge stp_state 0
    # As a switch with room for jumbo frames.
    ip link set "$FABRIC" mtu 9216 up
}
fabric_release() { ip link del "$FABRIC" 2>/dev/null || true; }

vm_runs() { [ -n "$(host_pids "$1")" ]; }

stop_vm() {
    # shellcheck disable=SC2046 # a word each
    signal_kill $(host_pids "$1")
    within 10 gone "$1" || fail "qemu of $1 does not go: $(host_pids "$1" | xargs)"
}

# tap NAME BRIDGE
tap() {
    ip link show "$1" >/dev/null 2>&1 || ip tuntap add dev "$1" mode tap
    ip link set "$1" mtu "$(cat "/sys/class/net/$2/mtu")" master "$2" up
}
connect() {
    tap "sm-$1" "$BRIDGE"
    tap "smf-$1" "$FABRIC"
}
disconnect() {
    ip link del "sm-$1" 2>/dev/null || true
    ip link del "smf-$1" 2>/dev/null || true
}
# known_links: the machines that have a link, whatever became of their files.
known_links() { ip -o link show type tun 2>/dev/null | sed -nE 's/.*: smf?-(vm-[1-9]):.*/\1/p'; }

# write_vm NAME: the disk, over the one that all share; what the machine is told at its first start.
write_vm() {
    local name=$1 dir=$VMS/$1
    mkdir -p "$dir/given"
    [ -e "$dir/disk.qcow2" ] || qemu-img create -q -f qcow2 -F raw -b "$disk/disk.img" "$dir/disk.qcow2"
    write_host_key "$name"
    printf %s "$name" >"$dir/given/name"
    printf %s "$(address_of "$name")" >"$dir/given/address"
    install -m 0600 "$BED/id_ed25519.pub" "$dir/given/client"
    install -m 0600 "$BED/hostkeys/$name" "$dir/given/hostkey"
    install -m 0644 "$BED/hostkeys/$name.pub" "$dir/given/hostkey.pub"
    write_known_host "$name" "$(address_of "$name")" "$dir/given/hostkey.pub"
}

# acceleration: the arguments for qemu. A /dev/kvm that opens proves little: some start no ordinary kernel, or only at a
# crawl. So it is tried once after each start of this machine: the kernel is to say its first words.
acceleration() {
    local answer=$BED/acceleration boot console trial
    boot=$(cat /proc/sys/kernel/random/boot_id)
    if [ "$(cut -d ' ' -f 1 "$answer" 2>/dev/null)" != "$boot" ]; then
        trial=tcg
        console=$(mktemp)
        if [ -w /dev/kvm ]; then
            timeout 6 qemu-system-x86_64 -machine pc -accel kvm -cpu max,-arch-capabilities -m 512 -display none \
                -no-user-config -nodefaults -no-reboot -serial "file:$console" \
                -kernel "$disk/vmlinuz" -append 'console=ttyS0 panic=-1' >/dev/null 2>&1 8>&- || true
            ! grep -q 'Linux version' "$console" || trial=kvm
        fi
        rm -f "$console"
        echo "$boot $trial" >"$answer"
        say "virtual machines run by $([ $trial = kvm ] && echo KVM || echo emulation)"
    fi
    case $(cut -d ' ' -f 2 "$answer") in
    kvm) echo '-accel kvm -cpu max,-arch-capabilities' ;;
    *) echo '-accel tcg,thread=multi,tb-size=256 -cpu max,la57=off' ;;
    esac
}

# start_vm NAME: in the background, away from this terminal.
start_vm() {
    local name=$1 dir=$VMS/$1 number part given=() program
    number=$(number_of "$name")
    for part in name address client hostkey hostkey.pub; do
        given+=(-fw_cfg "name=opt/seamount/$part,file=$dir/given/$part")
    done
    # The board with PCI Express starts more slowly: only the last three machines have it.
    local board=pc,usb=off,hpet=off
    [ "$number" -lt 7 ] || board=q35
    # shellcheck disable=SC2046 # a word each
    program=(qemu-system-x86_64 -name "$name" -machine "$board" $(acceleration) -smp 1
        -m "${SEAMOUNT_VM_MIB:-1024}" -display none -no-user-config -nodefaults -serial "file:$dir/console.log"
        -drive "file=$dir/disk.qcow2,if=none,id=disk,format=qcow2" -device virtio-blk-pci,drive=disk
        -device virtio-rng-pci "${given[@]}"
        # A bridge with access control services, as servers have them before each GPU and NIC.
        -device pcie-root-port,id=bridge,chassis=1
        -netdev "tap,id=management,ifname=sm-$name,script=no,downscript=no"
        -device "virtio-net-pci,netdev=management,mac=52:54:00:88:02:0$number,romfile="
        -netdev "tap,id=fabric,ifname=smf-$name,script=no,downscript=no"
        -device "virtio-net-pci,netdev=fabric,mac=52:54:00:88:03:0$number,romfile=")
    if [ -e "$dir/programs" ]; then
        program+=(-drive "file=$dir/programs/disk.img,if=none,id=programs,format=raw,readonly=on"
            -device virtio-blk-pci,drive=programs)
    fi
    detached "$name" "$dir/qemu.log" "${program[@]}"
}
