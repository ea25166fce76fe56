import type { FileItem, HostItems } from "../provider/items";

const lines = (...all: readonly string[]): string => `# Kept by the benchmark.\n${all.join("\n")}\n`;
const file = (content: string, rest: Partial<FileItem> = {}): FileItem => ({ content, ...rest });
const THP = "/sys/kernel/mm/transparent_hugepage";
const SSHD = "/etc/ssh/sshd_config.d/10-bench.conf";
const CHRONY = "/etc/chrony/chrony.conf";
const NFTABLES = "/etc/nftables.conf";

/**
 * The baseline that every way of the benchmark brings about: 40 items, of the kinds and in the proportions that a GPU
 * host has. It is the benchmark's own, so that figures of different days compare.
 */
export const items = {
    packages: { chrony: {}, "nvme-cli": {} },
    files: {
        "/etc/motd": file(lines("This host is kept by a machine. Changes by hand are undone.")),
        "/etc/issue.net": file(lines("Authorised use only.")),
        "/etc/security/limits.d/90-bench.conf": file(
            lines("* - memlock unlimited", "* - nofile 1048576", "root - memlock unlimited", "root - nofile 1048576"),
        ),
        "/etc/systemd/system.conf.d/90-bench.conf": file(
            lines("[Manager]", "DefaultLimitMEMLOCK=infinity", "DefaultLimitNOFILE=1048576"),
        ),
        "/etc/systemd/journald.conf.d/90-bench.conf": file(
            lines("[Journal]", "SystemMaxUse=2G", "RateLimitBurst=20000"),
        ),
        "/etc/systemd/coredump.conf.d/90-bench.conf": file(lines("[Coredump]", "Storage=none")),
        "/etc/profile.d/90-bench.sh": file(lines("umask 027", "TMOUT=900")),
        "/etc/logrotate.d/bench": file(lines("/var/log/inference/*.log {", "    daily", "    rotate 190", "}")),
        "/etc/modprobe.d/90-bench.conf": file(lines("blacklist nouveau", "install nouveau /bin/false")),
        "/etc/udev/rules.d/90-bench.rules": file(
            lines('ACTION=="add|change", KERNEL=="nvme*n*", ATTR{queue/read_ahead_kb}="4096"'),
        ),
        "/etc/sudoers.d/90-bench": file(lines("Defaults use_pty", "Defaults timestamp_timeout=5"), {
            mode: "0440",
            check: ["visudo", "-c"],
        }),
        [SSHD]: file(
            lines("PasswordAuthentication no", "X11Forwarding no", "MaxAuthTries 4", "MaxStartups 200:30:400"),
            {
                mode: "0600",
                check: ["sshd", "-t"],
            },
        ),
        [CHRONY]: file(lines("server 10.88.0.1 iburst", "driftfile /var/lib/chrony/chrony.drift", "makestep 1 3")),
        [NFTABLES]: file(lines("flush ruleset", "table inet bench {", "    chain management {", "    }", "}")),
    },
    sysctls: {
        "vm.swappiness": "1",
        "vm.dirty_ratio": "10",
        "vm.dirty_background_ratio": "5",
        "vm.max_map_count": "1048576",
        "vm.zone_reclaim_mode": "0",
        "vm.overcommit_memory": "1",
        "kernel.numa_balancing": "0",
        "kernel.panic": "10",
        "kernel.panic_on_oops": "1",
        "kernel.pid_max": "4194304",
        "fs.aio-max-nr": "1048576",
        "fs.inotify.max_user_instances": "8192",
        "net.core.rmem_max": "268435456",
        "net.core.wmem_max": "268435456",
        "net.ipv4.tcp_mtu_probing": "1",
        "net.ipv4.ip_local_port_range": "20000 60999",
    },
    sysfs: { [`${THP}/enabled`]: "never", [`${THP}/defrag`]: "never" },
    services: {
        "ssh.service": { enabled: true, running: true, restartOn: [SSHD] },
        "chrony.service": { enabled: true, running: true, restartOn: [CHRONY] },
        "nftables.service": { enabled: true, running: true, restartOn: [NFTABLES] },
        "systemd-journald.service": { running: true },
        "remote-fs.target": { enabled: false, running: false },
        "debug-shell.service": { enabled: false, running: false },
    },
} as const satisfies HostItems;

/** How many they are. */
export const itemCount = Object.values(items).flatMap(kind => Object.keys(kind)).length;
