import { changeValues, checkValue, diffValue, normalise, observeValues, parseValues, restoreValues } from "./kernel";
import type { SeenValue, ValueStore } from "./kernel";
import type { Kind } from "./kind";

const BOOT_FILE = "/etc/sysctl.d/90-seamount.conf";

/** Where the kernel shows a parameter. As in sysctl.d, the first separator decides which of `.` and `/` separates. */
export function sysctlPath(name: string): string {
    const swapped = name.replace(/[./]/g, mark => (mark === "." ? "/" : "."));
    return `/proc/sys/${/^[^./]*\./.test(name) ? swapped : name}`;
}

const store: ValueStore = {
    noun: "sysctl",
    path: sysctlPath,
    bootFile: BOOT_FILE,
    bootLine: (key, value) => `${key} = ${value}`,
};

/** Kernel parameters: now through /proc/sys, and at boot through one file in sysctl.d. */
export const sysctls: Kind<string, SeenValue> = {
    name: "sysctls",
    noun: store.noun,
    check: (key, item) => [
        ...(/^[a-z0-9_-]+([./][A-Za-z0-9_:@-]+)+$/.test(key) ? [] : ["is not the name of a kernel parameter"]),
        ...checkValue(item),
    ],
    observe: keys => observeValues(store, keys),
    parse: (lines, keys) => parseValues(store, lines, keys),
    diff: (key, item, seen) => diffValue(store, key, item, seen),
    wanted: (_key, item) => ({ value: normalise(item), boot: normalise(item) }),
    describe: (_key, item, seen) => (seen.value === normalise(item) ? (seen.boot ? item : undefined) : seen.value),
    change: changes => changeValues(store, changes),
    restore: recorded => restoreValues(store, recorded),
};
