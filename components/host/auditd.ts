import type { HostItems } from "../../provider/items";

/** Where the rules lie. `augenrules` makes one set of all files of that folder. */
export const AUDIT_RULES_FILE = "/etc/audit/rules.d/90-seamount.rules";

/** What is watched, by the key under which `ausearch -k` finds it. In the manner of the CIS benchmarks. */
const WATCHED: Readonly<Record<string, readonly string[]>> = {
    identity: ["/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/etc/security/opasswd"],
    sudoers: ["/etc/sudoers", "/etc/sudoers.d"],
    sshd: ["/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d"],
    modules: ["/etc/modprobe.d", "/etc/modules-load.d"],
    time: ["/etc/localtime"],
};

/** System calls that are recorded, by key; the second list only of people, and not of the system's own work. */
const CALLS: Readonly<Record<string, readonly [calls: string, who: string]>> = {
    time: ["adjtimex,settimeofday,clock_settime", ""],
    modules: ["init_module,finit_module,delete_module", ""],
    mounts: ["mount,umount2", " -F auid>=1000 -F auid!=unset"],
};

/** Which package brings auditd. */
export interface AuditFacts {
    /** Package manager of the host's system. */
    readonly packages: "apt" | "dnf";
    /** Time daemons set the clock many times an hour: by this user id they are left out. Unset: they are recorded. */
    readonly timeUser?: string;
}

/** auditd with rules for what an intruder, or a mistake, would touch: clock, users, sudo, sshd, modules and mounts. */
export function auditRules({ packages, timeUser }: AuditFacts): HostItems {
    return {
        packages: { [packages === "apt" ? "auditd" : "audit"]: {} },
        files: {
            [AUDIT_RULES_FILE]: {
                content: auditRulesText(timeUser),
                mode: "0640",
                afterChange: ["augenrules", "--load"],
            },
        },
        services: { "auditd.service": { enabled: true, running: true } },
    };
}

/** The rules, a line each. Calls are recorded for programs of 64 and of 32 bits. */
export function auditRulesText(timeUser?: string): string {
    return `${[
        "## Kept by Seamount.",
        // The first rule that fits decides.
        ...(timeUser === undefined ? [] : [`-a never,exit -F arch=b64 -S ${CALLS.time?.[0] ?? ""} -F uid=${timeUser}`]),
        ...Object.entries(WATCHED).flatMap(([key, paths]) => paths.map(path => `-w ${path} -p wa -k ${key}`)),
        ...Object.entries(CALLS).flatMap(([key, [calls, who]]) =>
            ["b64", "b32"].map(arch => `-a always,exit -F arch=${arch} -S ${calls}${who} -k ${key}`),
        ),
    ].join("\n")}\n`;
}
