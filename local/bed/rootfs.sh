#!/usr/bin/env bash
# Builds what the simulated hosts are made of. Each command fills an empty folder; hosts.sh caches the results.
#
#   rootfs.sh base DIR                               a Debian 12 root file system
#   rootfs.sh repository BASE DIR                    a small apt repository for the hosts, which reach no other
#   rootfs.sh surface BASE REPOSITORY DIR            a layer over BASE: settings, and the stand-in for the kernel
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

words() { sed 's/#.*//' "$1" | xargs; }

# This machine's own sources of Debian 12, whatever file or form they are written in.
sources() {
    apt-get indextargets --format "deb [signed-by=$keyring] \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" \
        'Created-By: Packages' 'Origin: Debian' | grep -E ' bookworm(-updates|-security)? main$' | sort -u
}

base() {
    local dir=$1 options keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    sources >/dev/null || apt-get update
    sources >/dev/null || { echo "this machine has no apt source of Debian 12 (bookworm)"; return 1; }
    mkdir -p "$dir"
    # Proxies, certificates and date checks as this machine has them.
    options=$(mktemp)
    apt-config dump | grep -E '^Acquire::(https?::|Check-|Retries)' >"$options" || true
    mmdebstrap --mode=root --variant=minbase --include="$(words "$here/hosts/packages.txt" | tr ' ' ,)" \
        --aptopt="$options" --aptopt='Acquire::Languages "none"' --dpkgopt=force-unsafe-io \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' bookworm "$dir/root" - < <(sources)
    rm "$options"
    rm -f "$dir"/root/etc/ssh/ssh_host_* "$dir"/root/etc/apt/apt.conf.d/99mmdebstrap
    : >"$dir/root/etc/machine-id"
}

repository() {
    local base=$1 dir=$2
    mkdir -p "$dir/archives/partial"
    # Resolved against what the hosts have, not against what this machine has.
    # shellcheck disable=SC2046 # a word each
    apt-get -y --no-install-recommends --download-only -o Debug::NoLocking=1 \
        -o Dir::State::status="$base/root/var/lib/dpkg/status" -o Dir::Cache::archives="$dir/archives" \
        install $(words "$here/hosts/repository.txt")
    mv "$dir"/archives/*.deb "$dir"
    rm -r "$dir/archives"
    cd "$dir"
    apt-ftparchive packages . >Packages
    apt-ftparchive release . >/tmp/Release.$$
    mv /tmp/Release.$$ Release
}

# The layer is what changes when files are laid over BASE and a few commands run there.
surface() {
    local base=$1 repository=$2 dir=$3 root=$3/merged unit
    mkdir -p "$dir"/{root,work,merged}
    mount -t overlay seamount-surface -o "lowerdir=$base/root,upperdir=$dir/root,workdir=$dir/work" "$root"
    # modprobe and lsmod are links to kmod: written through, kmod itself would be overwritten.
    cp -r --remove-destination --no-preserve=all "$here/hosts/files/." "$root"
    chmod 0755 "$root"/usr/local/lib/bed/*
    for unit in modprobe rmmod lsmod insmod modinfo; do ln -sf /usr/local/lib/bed/kmod "$root/usr/sbin/$unit"; done
    ln -sf /usr/local/lib/bed/nvidia-smi "$root/usr/bin/nvidia-smi"
    systemctl --root="$root" --quiet enable bed-kernel.service bed-settle.service bed-kubernetes.service
    # shellcheck disable=SC2046 # a word each
    systemctl --root="$root" --quiet mask $(words "$here/hosts/masked-units.txt")
    systemctl --root="$root" --quiet set-default multi-user.target
    mkdir -p "$root/srv/apt"
    mount --bind "$repository" "$root/srv/apt"
    chroot "$root" apt-get update
    umount "$root/srv/apt" "$root"
    rm -r "$dir/merged" "$dir/work"
}

command=${1:?base, repository or surface}
shift
case $command in
base) base "$@" ;;
repository) repository "$@" ;;
# Own mount namespace: an interrupted build leaves no mount behind.
surface) unshare --mount --propagation private "$0" surface-in-namespace "$@" ;;
surface-in-namespace) surface "$@" ;;
*) echo "unknown: $command" >&2 && exit 2 ;;
esac
