import type { HostItems } from "../../../provider/items";
import { packageManagers, systemOf } from "../../site/repositories";
import { KEPT, lines, type RoleHost, type RoleSite } from "./role";

/** Open files that one process may have: the kernel's default ceiling (fs.nr_open). */
const OPEN_FILES = 1_048_576;

const LIMITS_FILE = "/etc/security/limits.d/90-seamount.conf";
const MANAGER_FILE = "/etc/systemd/system.conf.d/90-seamount.conf";
const JOURNAL_FILE = "/etc/systemd/journald.conf.d/90-seamount.conf";
const SSHD_FILE = "/etc/ssh/sshd_config.d/10-seamount.conf";
const THP = "/sys/kernel/mm/transparent_hugepage";

/** Names of the same things in Debian's family and in Red Hat's. */
const FAMILY = {
    apt: {
        sshd: "ssh.service",
        chrony: "chrony.service",
        chronyFile: "/etc/chrony/chrony.conf",
        drift: "/var/lib/chrony/chrony.drift",
    },
    dnf: {
        sshd: "sshd.service",
        chrony: "chronyd.service",
        chronyFile: "/etc/chrony.conf",
        drift: "/var/lib/chrony/drift",
    },
} as const;

/**
 * What every managed host is: memory that stays in memory, limits that RDMA and large engines need, the site's
 * time (left as it is where the site has no time servers), a journal that outlives reboots, and an sshd that takes
 * keys only.
 */
export function baseline(host: Pick<RoleHost, "os">, { timeServers }: Pick<RoleSite, "timeServers">): HostItems {
    const time = timeServers.length > 0;
    const names = FAMILY[packageManagers[systemOf(host)]];
    return {
        ...(time ? { packages: { chrony: {} } } : {}),
        files: {
            // Registered memory of RDMA and pinned host memory of GPUs count as locked: no limit on them.
            [LIMITS_FILE]: {
                content: lines(
                    KEPT,
                    ...["*", "root"].flatMap(who => [`${who} - memlock unlimited`, `${who} - nofile ${OPEN_FILES}`]),
                ),
            },
            [MANAGER_FILE]: {
                content: lines(KEPT, "[Manager]", "DefaultLimitMEMLOCK=infinity", `DefaultLimitNOFILE=${OPEN_FILES}`),
            },
            [SSHD_FILE]: {
                content: lines(
                    KEPT,
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
            // What a host said before it was rebooted is what tells why it had to be.
            [JOURNAL_FILE]: { content: lines(KEPT, "[Journal]", "Storage=persistent", "SystemMaxUse=2G") },
            ...(time ? { [names.chronyFile]: { content: chrony(timeServers, names.drift) } } : {}),
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
            [names.sshd]: { running: true, restartOn: [SSHD_FILE] },
            "systemd-journald.service": { running: true, restartOn: [JOURNAL_FILE] },
            ...(time ? { [names.chrony]: { enabled: true, running: true, restartOn: [names.chronyFile] } } : {}),
        },
    };
}

function chrony(timeServers: readonly string[], drift: string): string {
    return lines(
        "# Kept by Seamount: the site's own time servers, and no others.",
        ...timeServers.map(server => `server ${server} iburst`),
        `driftfile ${drift}`,
        "ntsdumpdir /var/lib/chrony",
        "logdir /var/log/chrony",
        "leapsectz right/UTC",
        "makestep 1 3",
        "rtcsync",
    );
}
