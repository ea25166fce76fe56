import { shellQuote } from "../shell";

/** What is set at boot, a line a key. */
export const PCI_BOOT = "/etc/seamount/pci.conf";
const PROGRAM = "/usr/local/lib/seamount/pci";
const UNIT = "/etc/systemd/system/seamount-pci.service";
/** Files that set PCI devices at boot. */
export const PCI_FILES = [PCI_BOOT, PROGRAM, UNIT];

/**
 * Shell functions: `see_pci KEY` prints address, device control and ACS control of each device that KEY selects, and
 * `set_pci KEY SETTING…` sets them. Bits 12 to 14 of device control are the largest read request (PCI Express base
 * specification 7.5.3.4); all of the ACS control word is off as zero (7.7.11.3).
 */
export const PCI_TOOL = `
devices_of() {
    case $1 in
    class:*)
        for device in /sys/bus/pci/devices/*; do
            [ -r "$device/class" ] || continue
            case $(cat "$device/class") in 0x"\${1#class:}"*) printf '%s\\n' "\${device##*/}" ;; esac
        done ;;
    *) [ ! -e "/sys/bus/pci/devices/$1" ] || printf '%s\\n' "$1" ;;
    esac
}
see_pci() {
    for device in $(devices_of "$1"); do
        printf 'device\\t%s\\t%s\\t%s\\t%s\\n' "$1" "$device" "$(setpci -s "$device" CAP_EXP+8.w 2>/dev/null)" \\
            "$(setpci -s "$device" ECAP_ACS+6.w 2>/dev/null)"
    done
}
set_pci() {
    key=$1
    shift
    for device in $(devices_of "$key"); do
        for setting; do
            case $setting in
            acs=off) register=ECAP_ACS+6.w value=0000 ;;
            maxread=*) register=CAP_EXP+8.w value=\${setting#*=}000:7000 ;;
            esac
            # A device without the capability has nothing to set.
            ! setpci -s "$device" "$register" >/dev/null 2>&1 || setpci -s "$device" "$register=$value"
        done
    done
}
`.trim();

const PROGRAM_TEXT = `#!/bin/sh
# Kept by Seamount.
${PCI_TOOL}
while read -r line; do
    # shellcheck disable=SC2086
    set_pci $line
done <${PCI_BOOT}
`;
const UNIT_TEXT = `[Unit]
Description=Settings of PCI devices, kept by Seamount
After=systemd-modules-load.service systemd-udev-settle.service
ConditionPathExists=${PCI_BOOT}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh ${PROGRAM}

[Install]
WantedBy=multi-user.target
`;

const manager = "command -v systemctl >/dev/null";

/** Shell that installs the unit and what it runs. */
export const installPci = [
    `printf %s ${shellQuote(PROGRAM_TEXT)} | put_file ${PROGRAM} 0755 root root`,
    `if ! printf %s ${shellQuote(UNIT_TEXT)} | cmp -s - ${UNIT}; then`,
    `    printf %s ${shellQuote(UNIT_TEXT)} | put_file ${UNIT} 0644 root root`,
    `    if ${manager}; then systemctl daemon-reload; fi`,
    "fi",
    `if ${manager}; then systemctl --quiet enable seamount-pci.service 2>/dev/null; fi`,
].join("\n");

/** Shell that takes them away again once nothing is set any more. */
export const removePci = [
    `if [ ! -e ${PCI_BOOT} ] && [ -e ${UNIT} ]; then`,
    `    if ${manager}; then systemctl --quiet disable seamount-pci.service 2>/dev/null || :; fi`,
    `    rm -f ${UNIT} ${PROGRAM}`,
    `    if ${manager}; then systemctl daemon-reload; fi`,
    "    rmdir /etc/seamount /usr/local/lib/seamount 2>/dev/null || :",
    "fi",
].join("\n");
