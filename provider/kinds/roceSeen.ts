import { type FlowControl, lastNumber, readDcb, readMlnxQos } from "./roceTools";

/** What was seen of one interface. What a host does not have is not there. */
export interface SeenRoce {
    /** RDMA devices of the interface. */
    readonly devices: readonly string[];
    /** Unset: no tool can tell. */
    readonly flow?: FlowControl;
    /** ToS that connections made by rdma_cm begin with, and their RoCE version. */
    readonly tos?: number;
    readonly mode?: string;
    /** Traffic class that overrides every other one; comes with the vendor's driver. */
    readonly trafficClass?: number;
    /** Priorities on which congestion is noticed (np) and heeded (rp); come with the vendor's driver. */
    readonly notices?: readonly number[];
    readonly heeds?: readonly number[];
    readonly cnpDscp?: number;
    /** Our line for each boot. */
    readonly boot?: string;
    /** Whether our program runs at boot, unchanged. */
    readonly unit: boolean;
}

/** Shell function `see_roce IF` that prints what one interface has, by the first tool that can tell. */
export const SEE_ROCE = `
see_file() { [ ! -r "$2" ] || printf '%s\\t%s\\n' "$1" "$(cat "$2" 2>/dev/null)"; }
see_roce() {
    printf 'interface\\t%s\\n' "$1"
    said=$(mlnx_qos -i "$1" 2>/dev/null)
    case $said in
    *'PFC configuration'*) printf '%s\\n' "$said" | tr '\\t' ' ' | sed 's/^/qos\\t/' ;;
    *) printf 'pfc\\t%s\\napp\\t%s\\n' "$(dcb -j pfc show dev "$1" 2>/dev/null | tr '\\n\\t' '  ')" \\
        "$(dcb -j app show dev "$1" dscp-prio 2>/dev/null | tr '\\n\\t' '  ')" ;;
    esac
    for device in /sys/class/infiniband/*; do
        name=\${device##*/}
        [ "$(cat "$device/ports/1/gid_attrs/ndevs/0" 2>/dev/null)" = "$1" ] ||
            [ -e "/sys/class/net/$1/device/infiniband/$name" ] || continue
        printf 'device\\t%s\\n' "$name"
        see_file class "$device/tc/1/traffic_class"
        root=/sys/kernel/config/rdma_cm made=
        [ -d "$root" ] || continue
        [ -d "$root/$name" ] || { mkdir "$root/$name" 2>/dev/null && made=1; } || continue
        see_file tos "$root/$name/ports/1/default_roce_tos"
        see_file mode "$root/$name/ports/1/default_roce_mode"
        [ -z "$made" ] || rmdir "$root/$name"
    done
    for side in np rp; do
        for file in "/sys/class/net/$1/ecn/roce_$side/enable"/[0-7]; do see_file "$side\${file##*/}" "$file"; done
    done
    see_file cnp "/sys/class/net/$1/ecn/roce_np/cnp_dscp"
}`.trim();

/** Reads the facts of one interface, each a line's words between tabs. */
export function readSeen(facts: readonly (readonly string[])[]): Omit<SeenRoce, "unit"> {
    const all = (what: string) => facts.flatMap(([kind, text = ""]) => (kind === what ? [text] : []));
    const number = (what: string) => lastNumber(all(what)[0] ?? "");
    const priorities = (side: string) => {
        const values = Array.from({ length: 8 }, (_, priority) => number(`${side}${priority}`));
        return values.every(value => value === undefined)
            ? undefined
            : values.flatMap((value, priority) => (value === 1 ? [priority] : []));
    };
    const flow = readMlnxQos(all("qos")) ?? readDcb(all("pfc")[0] ?? "", all("app")[0] ?? "");
    const [tos, mode, cnpDscp] = [number("tos"), all("mode")[0], number("cnp")];
    const [notices, heeds] = [priorities("np"), priorities("rp")];
    return {
        devices: all("device"),
        ...(flow === undefined ? {} : { flow }),
        ...(tos === undefined ? {} : { tos }),
        ...(mode === undefined ? {} : { mode }),
        ...(all("class").length === 0 ? {} : { trafficClass: number("class") ?? 0 }),
        ...(notices === undefined ? {} : { notices }),
        ...(heeds === undefined ? {} : { heeds }),
        ...(cnpDscp === undefined ? {} : { cnpDscp }),
    };
}
