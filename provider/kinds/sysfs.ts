import { shellQuote } from "../shell";
import { changeValues, checkValue, diffValue, normalise, observeValues, parseValues, restoreValues } from "./kernel";
import type { SeenValue, ValueStore } from "./kernel";
import type { Kind } from "./kind";

const BOOT_FILE = "/etc/seamount/sysfs.conf";
const UNIT = "/etc/systemd/system/seamount-sysfs.service";
const UNIT_TEXT = `[Unit]
Description=Kernel settings in sysfs, kept by Seamount
After=systemd-modules-load.service systemd-udev-settle.service
ConditionPathExists=${BOOT_FILE}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'while read -r path value; do [ ! -e "$$path" ] || echo "$$value" >"$$path"; done <${BOOT_FILE}'

[Install]
WantedBy=multi-user.target
`;

const store: ValueStore = {
    noun: "sysfs value",
    path: key => key,
    bootFile: BOOT_FILE,
    bootLine: (key, value) => `${key} ${value}`,
};

const manager = "command -v systemctl >/dev/null";
const installUnit = [
    `if ! printf %s ${shellQuote(UNIT_TEXT)} | cmp -s - ${UNIT}; then`,
    `    printf %s ${shellQuote(UNIT_TEXT)} | put_file ${UNIT} 0644 root root`,
    `    if ${manager}; then systemctl daemon-reload; fi`,
    "fi",
    `if ${manager}; then systemctl --quiet enable seamount-sysfs.service 2>/dev/null; fi`,
].join("\n");
const removeUnit = [
    `if [ ! -e ${BOOT_FILE} ] && [ -e ${UNIT} ]; then`,
    `    if ${manager}; then systemctl --quiet disable seamount-sysfs.service 2>/dev/null || :; fi`,
    `    rm -f ${UNIT}`,
    `    if ${manager}; then systemctl daemon-reload; fi`,
    "    rmdir /etc/seamount 2>/dev/null || :",
    "fi",
].join("\n");

/** Values in sysfs: now, and at boot through one unit. A choice such as `always [madvise] never` is read as `madvise`. */
export const sysfs: Kind<string, SeenValue> = {
    name: "sysfs",
    noun: store.noun,
    check: (key, item) => [
        ...(/^\/sys\/[A-Za-z0-9_.:,@/-]+$/.test(key) && !key.includes("/../") ? [] : ["is not a path below /sys"]),
        ...checkValue(item),
    ],
    observe: keys => observeValues(store, keys),
    parse: (lines, keys) => parseValues(store, lines, keys),
    diff: (key, item, seen) => diffValue(store, key, item, seen),
    wanted: (_key, item) => ({ value: normalise(item), boot: normalise(item) }),
    describe: (_key, item, seen) => (seen.value === normalise(item) ? (seen.boot ? item : undefined) : seen.value),
    change: changes => (changes.length === 0 ? "" : [changeValues(store, changes), installUnit].join("\n")),
    restore: recorded =>
        Object.keys(recorded).length === 0 ? "" : [restoreValues(store, recorded), removeUnit].join("\n"),
};
