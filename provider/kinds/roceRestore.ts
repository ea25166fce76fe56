import { shellQuote, shellWords } from "../shell";
import type { ChangeStep } from "./kind";
import type { SeenRoce } from "./roceSeen";
import { ROCE_FILES } from "./roceScript";

/**
 * Puts back what an interface had. Our own line says which code point and which priority were changed; the rest of the
 * NIC's map was never touched. What is gone since is passed over.
 */
export function restoreRoce(key: string, seen: SeenRoce): ChangeStep {
    const name = shellQuote(key);
    const lines = [
        `ours=$(awk -v key=${name} '$1 == key' ${ROCE_FILES.config} 2>/dev/null || :)`,
        `set_lines ${ROCE_FILES.config} 1 ${shellWords([key, ...(seen.boot === undefined ? [] : [seen.boot])])}`,
        `if [ -n "$ours" ] && [ -e /sys/class/net/${key} ]; then`,
        "set -- $ours",
        "device=$2 dscp=$3 priority=$4",
        ...flowControl(name, seen),
        ...mark(seen),
        ...[
            ["np", seen.notices],
            ["rp", seen.heeds],
        ].flatMap(([side, list]) => (Array.isArray(list) ? [congestion(key, String(side), list)] : [])),
        ...(seen.cnpDscp === undefined ? [] : [into(`/sys/class/net/${key}/ecn/roce_np/cnp_dscp`, seen.cnpDscp)]),
        "fi",
    ];
    return { words: `putting back RoCE on ${key}`, script: lines.join("\n") };
}

/** Writes a value where the file is still there. */
const into = (path: string, value: string | number) =>
    `[ ! -e "${path}" ] || printf '%s\\n' ${shellQuote(String(value))} >"${path}" 2>/dev/null || :`;

const congestion = (key: string, side: string, list: readonly number[]) =>
    `case " ${list.join(" ")} " in *" $priority "*) ;; *) ${into(
        `/sys/class/net/${key}/ecn/roce_${side}/enable/$priority`,
        0,
    )} ;; esac`;

function flowControl(name: string, { flow }: SeenRoce): string[] {
    if (flow === undefined) {
        return [];
    }
    const { trust, pfc, priorities } = flow;
    const flags = Array.from({ length: 8 }, (_, priority) => (pfc.includes(priority) ? 1 : 0));
    return [
        `before=$(printf %s ${shellQuote(priorities)} | cut -c $((dscp + 1)))`,
        `if mlnx_qos -i ${name} 2>/dev/null | grep -q 'PFC configuration'; then`,
        `    [ "$before" = - ] || mlnx_qos -i ${name} --dscp2prio "set,$dscp,$before" >/dev/null 2>&1 || :`,
        `    mlnx_qos -i ${name} --pfc ${flags.join(",")} >/dev/null`,
        `    mlnx_qos -i ${name} --trust ${shellQuote(trust)} >/dev/null`,
        `elif dcb -j pfc show dev ${name} >/dev/null 2>&1; then`,
        `    dcb pfc set dev ${name} prio-pfc all:off ${pfc.map(priority => `${priority}:on`).join(" ")}`,
        `    if [ "$before" = - ]; then dcb app del dev ${name} dscp-prio "$dscp:$priority" 2>/dev/null || :`,
        `    else dcb app replace dev ${name} dscp-prio "$dscp:$before"; fi`,
        "fi",
    ];
}

function mark({ tos, mode, trafficClass }: SeenRoce): string[] {
    const root = "/sys/kernel/config/rdma_cm";
    return [
        ...(trafficClass === undefined ? [] : [into("/sys/class/infiniband/$device/tc/1/traffic_class", trafficClass)]),
        `if [ -d ${root} ] && [ -e "/sys/class/infiniband/$device" ]; then`,
        "    made=",
        `    [ -d "${root}/$device" ] || { mkdir "${root}/$device" && made=1; }`,
        ...(mode === undefined ? [] : [into(`${root}/$device/ports/1/default_roce_mode`, mode)]),
        // Before rdma_cm was loaded there was no value; 0 is what it begins with.
        into(`${root}/$device/ports/1/default_roce_tos`, tos ?? 0),
        `    [ -z "$made" ] || rmdir "${root}/$device"`,
        "fi",
    ];
}
