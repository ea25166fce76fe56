import { createHash } from "node:crypto";
import { shellQuote } from "../shell";

const CONFIG = "/etc/seamount/roce.conf";
const SCRIPT = "/usr/local/lib/seamount/roce";
const UNIT = "/etc/systemd/system/seamount-roce.service";
/** The files that put lossless RoCEv2 in place: what is wanted, the program, and the unit that runs it at boot. */
export const ROCE_FILES = { config: CONFIG, script: SCRIPT, unit: UNIT } as const;
/** Name of that unit. */
export const ROCE_UNIT = "seamount-roce.service";

/**
 * One program for both, now and each boot, so that both do the same. Everything it sets is gone after a reboot: NICs
 * keep none of it. A setting that the kernel or the NIC does not have (ECN by priority and `traffic_class` come with the
 * vendor's drivers) is passed over; priority flow control and the mark are not.
 */
export const ROCE_SCRIPT = `#!/bin/sh
# Kept by Seamount: lossless RoCEv2 as ${CONFIG} has it, a line an interface:
#   interface device dscp priority cnp-dscp
# Sets the interfaces that are named, or all of them, and then waits up to a minute for each to appear.
LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
status=0 patience=60
fail() { printf '%s\\n' "$1" >&2; status=1; }
write() {
    [ ! -e "$1" ] || { printf '%s\\n' "$2" >"$1"; } 2>/dev/null || fail "$1 does not take $2"
}
mapped() {
    mlnx_qos -i "$1" 2>/dev/null | awk -v dscp="$2" '$1 ~ /^prio:/ {
        split($1, prio, ":"); sub(/^dscp:/, "", $2); n = split($2, list, ",")
        for (i = 1; i <= n; i++) if (list[i] != "" && list[i] + 0 == dscp + 0) print prio[2]
    }'
}
set_flow_control() {
    if mlnx_qos -i "$1" 2>/dev/null | grep -q 'PFC configuration'; then
        list='' p=0
        while [ "$p" -le 7 ]; do
            if [ "$p" = "$3" ]; then list=$list,1; else list=$list,0; fi
            p=$((p + 1))
        done
        said=$(mlnx_qos -i "$1" --trust dscp 2>&1) || fail "mlnx_qos --trust: $said"
        said=$(mlnx_qos -i "$1" --pfc "\${list#,}" 2>&1) || fail "mlnx_qos --pfc: $said"
        [ "$(mapped "$1" "$2")" = "$3" ] ||
            said=$(mlnx_qos -i "$1" --dscp2prio "set,$2,$3" 2>&1) || fail "mlnx_qos --dscp2prio: $said"
    elif dcb -j pfc show dev "$1" >/dev/null 2>&1; then
        said=$(dcb pfc set dev "$1" prio-pfc all:off "$3:on" 2>&1) || fail "dcb pfc: $said"
        said=$(dcb app replace dev "$1" dscp-prio "$2:$3" 2>&1) || fail "dcb app: $said"
    else
        fail "$1 has no priority flow control that mlnx_qos or dcb could set"
    fi
}
set_mark() {
    root=/sys/kernel/config/rdma_cm made=
    [ -d "$root" ] || modprobe rdma_cm 2>/dev/null
    [ -d "$root" ] || mount -t configfs configfs /sys/kernel/config 2>/dev/null
    if [ ! -d "$root/$1" ]; then
        mkdir "$root/$1" 2>/dev/null || { fail "rdma_cm does not know the device $1"; return; }
        made=1
    fi
    for port in "$root/$1"/ports/*; do
        write "$port/default_roce_mode" 'RoCE v2'
        write "$port/default_roce_tos" "$2"
    done
    [ -z "$made" ] || rmdir "$root/$1"
}
while read -r interface device dscp priority cnp; do
    if [ $# -gt 0 ]; then
        case " $* " in *" $interface "*) ;; *) continue ;; esac
    else
        until [ -e "/sys/class/net/$interface" ] && [ -e "/sys/class/infiniband/$device" ] || [ "$patience" = 0 ]; do
            sleep 1
            patience=$((patience - 1))
        done
    fi
    [ -e "/sys/class/net/$interface" ] || { fail "there is no interface $interface"; continue; }
    set_flow_control "$interface" "$dscp" "$priority"
    mark=$((dscp << 2 | 2))
    set_mark "$device" "$mark"
    write "/sys/class/infiniband/$device/tc/1/traffic_class" "$mark"
    write "/sys/class/net/$interface/ecn/roce_np/enable/$priority" 1
    write "/sys/class/net/$interface/ecn/roce_rp/enable/$priority" 1
    write "/sys/class/net/$interface/ecn/roce_np/cnp_dscp" "$cnp"
done <${CONFIG}
exit $status
`;

/** Runs after the driver has its devices, and before pods that would use them. */
export const ROCE_UNIT_TEXT = `[Unit]
Description=Lossless RoCEv2, kept by Seamount
After=systemd-modules-load.service systemd-udev-settle.service openibd.service
Before=kubelet.service
ConditionPathExists=${CONFIG}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh ${SCRIPT}

[Install]
WantedBy=multi-user.target
`;

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** Shell that prints `unit TAB ready` where program and unit are ours and the unit starts at boot. */
export const observeUnit = [
    `if printf '%s\\n' ${[SCRIPT, UNIT]
        .map((path, index) => shellQuote(`${sha256(index === 0 ? ROCE_SCRIPT : ROCE_UNIT_TEXT)}  ${path}`))
        .join(" ")} | sha256sum --check --status 2>/dev/null &&`,
    `    systemctl --quiet is-enabled ${ROCE_UNIT} 2>/dev/null; then printf 'unit\\tready\\n'; fi`,
].join("\n");

/** Shell that puts program and unit in place. */
export const installUnit = [
    `printf %s ${shellQuote(ROCE_SCRIPT)} | put_file ${SCRIPT} 0755 root root`,
    `printf %s ${shellQuote(ROCE_UNIT_TEXT)} | put_file ${UNIT} 0644 root root`,
    "systemctl daemon-reload",
    `systemctl --quiet enable ${ROCE_UNIT}`,
].join("\n");

/** Shell that takes program and unit away once no interface is left. */
export const removeUnit = [
    `if [ ! -e ${CONFIG} ]; then`,
    `    systemctl --quiet disable ${ROCE_UNIT} 2>/dev/null || :`,
    `    rm -f ${UNIT} ${SCRIPT}`,
    "    systemctl daemon-reload",
    "    rmdir /etc/seamount /usr/local/lib/seamount 2>/dev/null || :",
    "fi",
].join("\n");
