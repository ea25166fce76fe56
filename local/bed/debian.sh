# shellcheck shell=bash
# Sourced: Debian packages taken apart into a folder, without installing anything on this machine.

# unpack_debian DIR SKIP PACKAGE...: unpacks the packages and all they depend on (less those whose name matches the
# extended regular expression SKIP) into DIR. Versions are what this machine's own apt sources offer; apt checks their
# signatures. Maintainer scripts do not run.
unpack_debian() {
    local dir=$1 skip=$2 archives=$1.archives deb name
    shift 2
    mkdir -p "$archives/partial" "$dir"/usr/{bin,sbin,lib,lib64}
    for name in bin sbin lib lib64; do ln -s "usr/$name" "$dir/$name"; done
    # Resolved as for an empty machine, so that the result is the same whatever is installed here.
    apt-get -y -q --no-install-recommends --download-only -o Debug::NoLocking=1 -o Dir::State::status=/dev/null \
        -o Dir::Cache::pkgcache= -o Dir::Cache::archives="$archives" install "$@"
    for deb in "$archives"/*.deb; do
        name=${deb##*/}
        if [[ ${name%%_*} =~ ^($skip)$ ]]; then continue; fi
        dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$dir"
    done
    rm -r "$archives"
    rm -rf "$dir"/usr/share/{doc,man,locale,lintian,bug,info}
}
