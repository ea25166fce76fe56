import { shellQuote } from "../shell";
import { type SeenValue, valueKind } from "./kernel";
import type { Change, ChangeStep, Kind } from "./kind";

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

const PAGES = /\/nr_hugepages$/;

/** Huge pages need memory in one piece: the kernel takes the number, and gives as many as it can. */
function reservePages({ key, item }: Change<string, SeenValue>): ChangeStep {
    const [path, wanted] = [shellQuote(key), shellQuote(item.trim())];
    const lines = [
        `got=$(cat ${path})`,
        `if [ "$got" -lt ${wanted} ] 2>/dev/null; then`,
        "    sync; echo 3 >/proc/sys/vm/drop_caches || :; echo 1 >/proc/sys/vm/compact_memory || :",
        `    printf '%s\\n' ${wanted} >${path}; got=$(cat ${path})`,
        `    [ "$got" -ge ${wanted} ] || refuse "got $got of "${wanted}" pages: the rest of memory is in use or in pieces; it is tried again at each boot"`,
        "fi",
    ];
    return { words: `reserving the pages of ${key}`, script: lines.join("\n") };
}

/** Values in sysfs: now, and at boot through one unit. A choice such as `always [madvise] never` is read as `madvise`. */
export const sysfs: Kind<string, SeenValue> = {
    ...values,
    diff: (key, item, seen, secret) =>
        values
            .diff(key, item, seen, secret)
            .map(difference =>
                difference.field === "value" && PAGES.test(key) && seen.value !== undefined
                    ? { ...difference, words: `${key} got ${seen.value} of ${item.trim()} huge pages` }
                    : difference,
            ),
    change: (changes, context) =>
        changes.length === 0
            ? []
            : [
                  ...values.change(changes, context),
                  ...changes.filter(({ key }) => PAGES.test(key)).map(reservePages),
                  { words: "setting sysfs values at boot", script: installUnit },
              ],
    restore: (recorded, context) =>
        Object.keys(recorded).length === 0
            ? []
            : [
                  ...values.restore(recorded, context),
                  { words: "putting back sysfs values at boot", script: removeUnit },
              ],
};
