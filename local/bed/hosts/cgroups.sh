# shellcheck shell=bash
# Sourced by hosts.sh: the cgroups of each host, seamount/NAME in every hierarchy. A host sees its own as the root of
# the hierarchy.

# The mount points of the hierarchies: of the only one of v2, of every one of v1.
cgroup_roots() {
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        echo /sys/fs/cgroup
    else
        printf '%s\n' /sys/fs/cgroup/*/ | sed 's:/$::'
    fi
}

# enter_cgroups NAME: puts this shell into them. On v1 not only the limits need them: systemd in the host needs its own
# part of the named hierarchy, and runc in the host that of every other.
enter_cgroups() {
    local root folder file
    for root in $(cgroup_roots); do
        for folder in seamount "seamount/$1"; do
            mkdir -p "$root/$folder"
            # A new cpuset of v1 is empty, and a process cannot enter an empty one.
            for file in cpuset.cpus cpuset.mems; do
                if [ -s "$root/$file" ]; then cat "$root/$file" >"$root/$folder/$file"; fi
            done
        done
        echo 0 >"$root/seamount/$1/cgroup.procs"
    done
}

# remove_cgroups NAME: with '' those of the hosts together.
remove_cgroups() {
    local root
    for root in $(cgroup_roots); do
        find "$root/seamount/$1" -depth -type d -exec rmdir {} \; 2>/dev/null || true
    done
}
