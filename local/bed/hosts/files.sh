# shellcheck shell=bash
# Sourced by hosts.sh and vms.sh: what the hosts are made of, and each host's files.
# shellcheck disable=SC2154

# build: sets base, repository and surface to the folders of these artefacts.
build() {
    export base repository surface
    base=$(artefact debian-12 build_base "$here/rootfs.sh" "$here/hosts/packages.txt") || exit 1
    repository=$(artefact apt build_repository "$here/rootfs.sh" "$here/hosts/repository.txt" \
        "$base/root/var/lib/dpkg/status") || exit 1
    # Names and modes count as well as contents.
    surface=$(artefact surface build_surface <(tree "$here/hosts/files") "$here/rootfs.sh" "$here/hosts/masked-units.txt" \
        "$base/root/var/lib/dpkg/status" "$repository/Packages") || exit 1
}
tree() { find "$1" -type f -printf '%P\n' | sort | tar -C "$1" -cf - --mtime=@0 --owner=0 --group=0 --mode=0644 -T -; }

build_base() { "$here/rootfs.sh" base "$1"; }
build_repository() { "$here/rootfs.sh" repository "$base" "$1"; }
build_surface() { "$here/rootfs.sh" surface "$base" "$repository" "$1"; }

# mount_root NAME: the shared layers, and over them the host's own in memory. Stays as it is when already there.
mount_root() {
    local dir=$HOSTS/$1
    mkdir -p "$dir"/{disk,root}
    mountpoint -q "$dir/disk" || mount -t tmpfs -o size=2g,mode=755 "seamount-$1" "$dir/disk"
    mkdir -p "$dir"/disk/{upper,work}
    mountpoint -q "$dir/root" || mount -t overlay "seamount-$1" \
        -o "lowerdir=$surface/root:$base/root,upperdir=$dir/disk/upper,workdir=$dir/disk/work" "$dir/root"
    ln -sfn "$repository" "$dir/apt"
}

unmount() {
    mountpoint -q "$1" || return 0
    within 3 umount "$1" 2>/dev/null || umount --lazy "$1"
}

remove_files() {
    local dir=$HOSTS/$1 part
    for part in root disk containerd; do unmount "$dir/$part"; done
    rm -rf --one-file-system "$dir" "/run/systemd/nspawn/propagate/$1" "/run/systemd/nspawn/unix-export/$1"
}

# write_host NAME: names, keys, and the client's view of them.
write_host() {
    local name=$1 root=$HOSTS/$1/root address key=$BED/hostkeys/$1
    address=$(address_of "$name")
    write_host_key "$name"
    if [ ! -e "$root/etc/ssh/ssh_host_ed25519_key.pub" ]; then
        echo "$name" >"$root/etc/hostname"
        printf '127.0.0.1 localhost\n%s %s\n' "$address" "$name" >"$root/etc/hosts"
        install -d -m 0700 "$root/root/.ssh"
        install -m 0600 "$BED/id_ed25519.pub" "$root/root/.ssh/authorized_keys"
        install -m 0600 "$key" "$root/etc/ssh/ssh_host_ed25519_key"
        install -m 0644 "$key.pub" "$root/etc/ssh/ssh_host_ed25519_key.pub"
    fi
    write_known_host "$name" "$address" "$root/etc/ssh/ssh_host_ed25519_key.pub"
}
