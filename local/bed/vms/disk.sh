#!/usr/bin/env bash
# Builds the disk that every virtual machine starts from: disk.img in DIR, 8 GiB and sparse; and vmlinuz, the kernel on it.
#
#   disk.sh BASE REPOSITORY DIR
#
# BASE is the root file system of the hosts, REPOSITORY their apt repository. On the disk are a partition table, GRUB in
# the gap before the first partition as grub-install puts it there, and one ext4 file system. GRUB reads
# /boot/grub/grub.cfg on it, so update-grub inside a machine decides how that machine starts the next time.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
SIZE_MIB=8192
# One for all machines, as disks cloned from one image have it.
ROOT_UUID=5ea30000-0000-4000-8000-000000000001

words() { sed 's/#.*//' "$1" | xargs; }

# Resolved against what the hosts have, and installed over it.
install_packages() {
    local base=$1 root=$2 debs=$3 folder options=()
    mkdir -p "$debs/partial"
    # shellcheck disable=SC2046 # a word each
    apt-get -y -q --no-install-recommends --download-only -o Debug::NoLocking=1 \
        -o Dir::State::status="$base/root/var/lib/dpkg/status" -o Dir::Cache::archives="$debs" \
        install $(words "$here/packages.txt")
    for folder in $(words "$here/excluded-modules.txt"); do
        options+=(-o "DPkg::Options::=--path-exclude=/lib/modules/*/kernel/$folder/*")
    done
    mkdir -p "$root/mnt"
    mount --bind "$debs" "$root/mnt"
    # Services are not started in a folder.
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod 0755 "$root/usr/sbin/policy-rc.d"
    DEBIAN_FRONTEND=noninteractive chroot "$root" sh -c 'apt-get install -y --no-install-recommends \
        -o DPkg::Options::=--force-unsafe-io -o DPkg::Options::=--force-confold "$@" /mnt/*.deb' sh "${options[@]}"
    umount "$root/mnt"
    rm -r "$root/usr/sbin/policy-rc.d" "$debs"
}

# What update-grub would write: there is no disk yet that it could look at.
write_grub_configuration() {
    local root=$1 version=$2
    # shellcheck source=/dev/null
    . "$root/etc/default/grub"
    mkdir -p "$root/boot/grub"
    cp -r /usr/lib/grub/i386-pc "$root/boot/grub/"
    cat >"$root/boot/grub/grub.cfg" <<CFG
set timeout=0
insmod part_msdos
insmod ext2
search --no-floppy --fs-uuid --set=root $ROOT_UUID
linux /boot/vmlinuz-$version root=UUID=$ROOT_UUID ro $GRUB_CMDLINE_LINUX $GRUB_CMDLINE_LINUX_DEFAULT
initrd /boot/initrd.img-$version
boot
CFG
}

write_disk() {
    local root=$1 image=$2 core=$2.core
    truncate -s "${SIZE_MIB}M" "$image"
    printf 'label: dos\nstart=2048, type=83, bootable\n' | sfdisk --quiet "$image"
    # GRUB 2.06 does not read file systems that have the two features left out.
    mkfs.ext4 -q -F -L root -U "$ROOT_UUID" -m 0 -O ^metadata_csum_seed,^orphan_file \
        -E offset=1048576,lazy_itable_init=1,nodiscard -d "$root" "$image" "$((SIZE_MIB - 1))M"
    grub-mkimage --format i386-pc --prefix '(hd0,msdos1)/boot/grub' --output "$core" biosdisk part_msdos ext2
    # The first sector less the partition table; then the rest, which that sector expects right behind itself.
    dd if=/usr/lib/grub/i386-pc/boot.img of="$image" bs=440 count=1 conv=notrunc status=none
    dd if="$core" of="$image" bs=512 seek=1 conv=notrunc status=none
    rm "$core"
}

build() {
    local base=$1 repository=$2 dir=$3 root=$3/merged version
    mkdir -p "$dir"/{upper,work,merged}
    mount -t overlay seamount-vm -o "lowerdir=$base/root,upperdir=$dir/upper,workdir=$dir/work" "$root"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    cp -r --no-preserve=all "$here"/../hosts/files/etc/{apt,default,ssh} "$root/etc/"
    cp -r --no-preserve=all "$here/files/." "$root"
    chmod 0755 "$root"/usr/local/lib/bed/* "$root"/etc/initramfs-tools/scripts/*/*
    echo "UUID=$ROOT_UUID / ext4 rw,noatime 0 0" >"$root/etc/fstab"
    install_packages "$base" "$root" "$dir/debs"
    version=$(basename "$root"/boot/vmlinuz-*)
    write_grub_configuration "$root" "${version#vmlinuz-}"
    mkdir -p "$root/srv/apt"
    cp "$repository"/* "$root/srv/apt/"
    chroot "$root" apt-get update
    rm -f "$root"/etc/ssh/ssh_host_*
    : >"$root/etc/machine-id"
    systemctl --root="$root" --quiet enable bed-identity.service
    # shellcheck disable=SC2046 # a word each
    systemctl --root="$root" --quiet mask $(words "$here/masked-units.txt")
    systemctl --root="$root" --quiet set-default multi-user.target
    umount --recursive "$root/dev"
    umount "$root/proc"
    cp "$root"/boot/vmlinuz-* "$dir/vmlinuz"
    write_disk "$root" "$dir/disk.img"
    umount "$root"
    rm -r "$dir"/{merged,work,upper}
}

if [ "${1:-}" = --in-namespace ]; then
    shift
    build "$@"
else
    # Own mount namespace: an interrupted build leaves no mount behind.
    unshare --mount --propagation private "$0" --in-namespace "$@"
fi
