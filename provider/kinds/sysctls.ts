import { type SeenValue, valueKind } from "./kernel";
import type { Kind } from "./kind";

/** The file that sets kernel parameters at boot. */
export const SYSCTL_FILE = "/etc/sysctl.d/90-seamount.conf";

/** Where the kernel shows a parameter. As in sysctl.d, the first separator decides which of `.` and `/` separates. */
export function sysctlPath(name: string): string {
    const swapped = name.replace(/[./]/g, mark => (mark === "." ? "/" : "."));
    return `/proc/sys/${/^[^./]*\./.test(name) ? swapped : name}`;
}

/** Kernel parameters: now through /proc/sys, and at boot through one file in sysctl.d. */
export const sysctls: Kind<string, SeenValue> = valueKind("sysctls", {
    noun: "sysctl",
    checkKey: key =>
        /^[a-z0-9_-]+([./][A-Za-z0-9_:@-]+)+$/.test(key) ? [] : ["is not the name of a kernel parameter"],
    path: sysctlPath,
    bootFile: SYSCTL_FILE,
    bootLine: (key, value) => `${key} = ${value}`,
});
