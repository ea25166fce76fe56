import type { SecurityMode } from "../items";
import { type Difference, type Kind, sortedEntries } from "./kind";

interface SeenSecurity {
    /** Whether the host has it: SELinux with its tools, or AppArmor in its kernel and as a package. */
    readonly installed: boolean;
    /** What holds now. */
    readonly now: SecurityMode;
    /** What will hold after a reboot. */
    readonly boot: SecurityMode;
    /** The running kernel was booted without it: only a reboot brings it. */
    readonly kernelOff: boolean;
}

const CONFIG = "/etc/selinux/config";
const PARAMETER = "/sys/module/apparmor/parameters/enabled";
const UNIT = "apparmor.service";
const MODES: readonly string[] = ["enforcing", "permissive", "disabled"];
const modeOf = (text: string | undefined): SecurityMode =>
    text === "enforcing" || text === "permissive" ? text : "disabled";

/** What each of the two needs. */
interface Way {
    /** Shell that prints `name TAB installed TAB now TAB boot TAB kernel-off`. */
    readonly observe: string;
    /** Shell that sets the mode. */
    readonly set: (mode: SecurityMode, seen: SeenSecurity) => string;
    /** Shell that ends a step where the host has none: a package of the same change may have brought it by then. */
    readonly need: string;
}

const WAYS: Readonly<Record<string, Way>> = {
    selinux: {
        observe: [
            `boot=$(sed -n 's/^SELINUX=\\([a-z]*\\).*/\\1/p' ${CONFIG} 2>/dev/null | tail -n 1)`,
            "now=$(getenforce 2>/dev/null | tr A-Z a-z)",
            `[ -n "$now" ] && [ -e ${CONFIG} ] && there=yes || there=no`,
            `[ "$now" = disabled ] && off=yes || off=no`,
            `printf 'selinux\\t%s\\t%s\\t%s\\t%s\\n' $there "$now" "$boot" $off`,
        ].join("\n"),
        set: (mode, seen) =>
            [
                `{ grep -v '^SELINUX=' ${CONFIG} || :; echo SELINUX=${mode}; } | put_file ${CONFIG} 0644 root root`,
                // Files that were made while it was off have no labels, and the host would not come up.
                ...(seen.kernelOff && mode !== "disabled" ? ["touch /.autorelabel"] : []),
                ...(seen.kernelOff || mode === "disabled" ? [] : [`setenforce ${mode === "enforcing" ? 1 : 0}`]),
            ].join("\n"),
        need:
            `[ -e ${CONFIG} ] && command -v getenforce >/dev/null ||` +
            " refuse 'this host has no SELinux (getenforce, /etc/selinux/config): RHEL and its kin have it'",
    },
    apparmor: {
        observe: [
            `[ -e ${PARAMETER} ] && systemctl cat ${UNIT} >/dev/null 2>&1 && there=yes || there=no`,
            `[ "$(cat ${PARAMETER} 2>/dev/null)" = Y ] && off=no || off=yes`,
            "profiles=/sys/kernel/security/apparmor/profiles now=disabled boot=disabled",
            "[ $off = yes ] || ! grep -qs '(complain)$' \"$profiles\" || now=permissive",
            "[ $off = yes ] || ! grep -qs '(enforce)$' \"$profiles\" || now=enforcing",
            // Profiles that nobody loads again at boot are there only until then.
            `! systemctl --quiet is-enabled ${UNIT} 2>/dev/null || boot=enforcing`,
            "printf 'apparmor\\t%s\\t%s\\t%s\\t%s\\n' $there $now $boot $off",
        ].join("\n"),
        set: (mode, seen) =>
            mode === "disabled"
                ? [
                      `systemctl --quiet disable --now ${UNIT} 2>/dev/null`,
                      // Stopping the unit leaves its profiles in the kernel, as systemd must not free what is confined.
                      "if command -v aa-teardown >/dev/null; then aa-teardown; fi",
                  ].join("\n")
                : [
                      `systemctl --quiet enable ${UNIT} 2>/dev/null`,
                      seen.kernelOff
                          ? "note 'AppArmor is off in the running kernel: with the kernel arguments apparmor=1 and " +
                            "security=apparmor it is on from the next boot'"
                          : `systemctl restart ${UNIT}`,
                  ].join("\n"),
        need: [
            `[ -e ${PARAMETER} ] || refuse 'the kernel of this host has no AppArmor'`,
            `systemctl cat ${UNIT} >/dev/null 2>&1 || refuse 'this host has no ${UNIT}: add the package apparmor'`,
        ].join("\n"),
    },
};

/** Mandatory access control: SELinux or AppArmor, now and after a reboot. */
export const securityModules: Kind<SecurityMode, SeenSecurity> = {
    name: "securityModules",
    noun: "security module",

    check(key, item) {
        if (!(key in WAYS)) {
            return [`is not one of ${Object.keys(WAYS).join(", ")}`];
        }
        if (!MODES.includes(item)) {
            return [`mode "${String(item)}" is none of ${MODES.join(", ")}`];
        }
        return key === "apparmor" && item === "permissive"
            ? ["has no permissive mode as a whole: set single profiles to complain, by files in /etc/apparmor.d"]
            : [];
    },

    observe: keys => keys.flatMap(key => WAYS[key]?.observe ?? []).join("\n"),

    parse(lines, keys) {
        const facts = new Map(lines.map(line => [line.split("\t")[0], line.split("\t").slice(1)]));
        return Object.fromEntries(
            keys.map(key => {
                const [installed, now, boot, off] = facts.get(key) ?? [];
                const seen: SeenSecurity = {
                    installed: installed === "yes",
                    now: modeOf(now),
                    boot: modeOf(boot),
                    kernelOff: off === "yes",
                };
                return [key, seen];
            }),
        );
    },

    diff(key, item, seen): Difference[] {
        if (!seen.installed) {
            const words = `this host has no ${key}, should have it ${item}`;
            return item === "disabled" ? [] : [{ field: "mode", found: "missing", wanted: item, words }];
        }
        const differences: Difference[] = [];
        if (seen.now !== item) {
            const needsBoot = seen.kernelOff || (key === "selinux" && item === "disabled");
            differences.push({
                field: "mode",
                found: seen.now,
                wanted: item,
                words: `${key} is ${seen.now}, should be ${item}${needsBoot ? ", which takes a reboot" : ""}`,
                ...(needsBoot ? { disruption: "reboot" as const } : {}),
            });
        }
        if (seen.boot !== item) {
            const words = `${key} is ${seen.boot} after a reboot, should be ${item}`;
            differences.push({ field: "boot", found: seen.boot, wanted: item, words });
        }
        return differences;
    },

    wanted: (_key, item, seen) => ({
        ...seen,
        installed: item !== "disabled" || seen.installed,
        now: item,
        boot: item,
    }),

    describe: (_key, item, seen) => (!seen.installed ? undefined : seen.now === item ? seen.boot : seen.now),

    change: changes =>
        changes.map(({ key, item, seen }) => {
            const way = WAYS[key];
            return {
                words: `setting ${key} to ${item}`,
                script: way === undefined ? "" : [way.need, way.set(item, seen)].join("\n"),
            };
        }),

    restore: recorded =>
        sortedEntries(recorded)
            .filter(([, seen]) => seen.installed)
            .map(([key, seen]) => ({
                words: `putting back ${key}`,
                script: WAYS[key]?.set(key === "apparmor" ? seen.now : seen.boot, seen) ?? "",
            })),
};
