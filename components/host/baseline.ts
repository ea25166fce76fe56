import type { HostItems } from "../../provider/items";

/** What the baseline needs to know of a site. */
export interface BaselineFacts {
    /** NTP servers of the site, by address or name. Empty: time synchronisation is left as it is. */
    readonly timeServers: readonly string[];
}

/** Open files that one process may have: the kernel's default ceiling (fs.nr_open). */
const OPEN_FILES = 1_048_576;

const LIMITS_FILE = "/etc/security/limits.d/90-seamount.conf";
const MANAGER_FILE = "/etc/systemd/system.conf.d/90-seamount.conf";
const CHRONY_FILE = "/etc/chrony/chrony.conf";
const SSHD_FILE = "/etc/ssh/sshd_config.d/10-seamount.conf";
const THP = "/sys/kernel/mm/transparent_hugepage";

/**
 * What every managed host is: memory that stays in memory, limits that RDMA and large engines need, the site's
 * time, and an sshd that takes keys only.
 */
export function baseline(facts: BaselineFacts): HostItems {
    const time = facts.timeServers.length > 0;
    return {
        ...(time ? { packages: { chrony: {} } } : {}),
        files: {
            // Registered memory of RDMA and pinned host memory of GPUs count as locked: no limit on them.
            [LIMITS_FILE]: {
                content: lines(
                    "# Kept by Seamount.",
                    ...["*", "root"].flatMap(who => [`${who} - memlock unlimited`, `${who} - nofile ${OPEN_FILES}`]),
                ),
            },
            [MANAGER_FILE]: {
                content: lines(
                    "# Kept by Seamount.",
                    "[Manager]",
                    "DefaultLimitMEMLOCK=infinity",
                    `DefaultLimitNOFILE=${OPEN_FILES}`,
                ),
            },
            [SSHD_FILE]: {
                content: lines(
                    "# Kept by Seamount.",
                    "PermitRootLogin prohibit-password",
                    "PasswordAuthentication no",
                    "KbdInteractiveAuthentication no",
                    "PermitEmptyPasswords no",
                    "X11Forwarding no",
                    "MaxAuthTries 4",
                    "LoginGraceTime 30",
                    "ClientAliveInterval 60",
                    // The default of 10 drops logins when a whole site is configured at once through one jump host.
                    "MaxStartups 200:30:400",
                ),
                mode: "0600",
                // A drop-in that sshd refuses would lock everybody out at the next start.
                check: ["sshd", "-t"],
            },
            ...(time ? { [CHRONY_FILE]: { content: chrony(facts.timeServers) } } : {}),
        },
        sysctls: {
            // Weights and KV cache must not be swapped out; 1 and not 0, so that the kernel can still escape.
            "vm.swappiness": "1",
        },
        sysfs: {
            // Huge pages made behind an engine's back cost seconds of compaction.
            [`${THP}/enabled`]: "never",
            [`${THP}/defrag`]: "never",
        },
        services: {
            "ssh.service": { running: true, restartOn: [SSHD_FILE] },
            ...(time ? { "chrony.service": { enabled: true, running: true, restartOn: [CHRONY_FILE] } } : {}),
        },
    };
}

function chrony(timeServers: readonly string[]): string {
    return lines(
        "# Kept by Seamount: the site's own time servers, and no others.",
        ...timeServers.map(server => `server ${server} iburst`),
        "driftfile /var/lib/chrony/chrony.drift",
        "ntsdumpdir /var/lib/chrony",
        "logdir /var/log/chrony",
        "leapsectz right/UTC",
        "makestep 1 3",
        "rtcsync",
    );
}

function lines(...all: readonly string[]): string {
    return `${all.join("\n")}\n`;
}
