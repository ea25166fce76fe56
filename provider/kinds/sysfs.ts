import { shellQuote } from "../shell";
import { type SeenValue, valueKind } from "./kernel";
import type { Kind } from "./kind";

const BOOT_FILE = "/etc/seamount/sysfs.conf";
const UNIT = "/etc/systemd/system/seamount-sysfs.service";
/** The files that set values in sysfs at boot. */
export const SYSFS_FILES = [BOOT_FILE, UNIT];
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

const values = valueKind("sysfs", {
    noun: "sysfs value",
    checkKey: key =>
        /^\/sys\/[A-Za-z0-9_.:,@/-]+$/.test(key) && !key.includes("/../") ? [] : ["is not a path below /sys"],
    path: key => key,
    bootFile: BOOT_FILE,
    bootLine: (key, value) => `${key} ${value}`,
});

/** Values in sysfs: now, and at boot through one unit. A choice such as `always [madvise] never` is read as `madvise`. */
export const sysfs: Kind<string, SeenValue> = {
    ...values,
    change: (changes, context) =>
        changes.length === 0
            ? []
            : [...values.change(changes, context), { words: "setting sysfs values at boot", script: installUnit }],
    restore: (recorded, context) =>
        Object.keys(recorded).length === 0
            ? []
            : [
                  ...values.restore(recorded, context),
                  { words: "putting back sysfs values at boot", script: removeUnit },
              ],
};
