import type { RoceItem } from "../items";
import type { Difference } from "./kind";
import type { SeenRoce } from "./roceSeen";

/** Our line for each boot. */
export const bootLine = (key: string, { device, dscp, priority, cnpDscp }: RoceItem): string =>
    [key, device, dscp, priority, cnpDscp].join(" ");
/** Code point and ECN-capable: the byte in the IP header. */
export const mark = (dscp: number): number => (dscp << 2) | 2;
/** As rdma_cm calls it. */
export const V2 = "RoCE v2";
/** How an interface differs. */
export function differences(key: string, item: RoceItem, seen: SeenRoce): Difference[] {
    const { flow } = seen;
    const some = (list: readonly number[]) => (list.length === 0 ? "no priority" : `priority ${list.join(", ")}`);
    const atLeast = (list: readonly number[] | undefined) => list?.includes(item.priority) ?? true;
    const wantedMark = String(mark(item.dscp));
    const onDemand = (what: number | undefined, wanted: number) => what === undefined || what === wanted;
    // A NIC takes its buffers apart for these three, and drops what is on its way.
    const rows: readonly [boolean, string, string, string, string, ("drain" | undefined)?][] = [
        [
            seen.devices.includes(item.device),
            "device",
            "the RDMA device",
            seen.devices.join(", ") || "missing",
            item.device,
        ],
        [
            flow?.trust === "dscp",
            "trust",
            "trust",
            flow?.trust ?? "unknown (neither mlnx_qos nor dcb can tell)",
            "dscp",
            "drain",
        ],
        [
            flow?.pfc.join() === String(item.priority),
            "pfc",
            "flow control",
            flow ? some(flow.pfc) : "unknown",
            some([item.priority]),
            "drain",
        ],
        [
            flow?.priorities[item.dscp] === String(item.priority),
            "priority",
            `priority of code point ${item.dscp}`,
            flow?.priorities[item.dscp]?.replace("-", "none") ?? "unknown",
            String(item.priority),
            "drain",
        ],
        [seen.tos === mark(item.dscp), "tos", "ToS of rdma_cm", String(seen.tos ?? "unknown"), wantedMark],
        [seen.mode === V2, "mode", "mode of rdma_cm", seen.mode ?? "unknown", V2],
        [
            onDemand(seen.trafficClass, mark(item.dscp)),
            "trafficClass",
            "traffic class",
            String(seen.trafficClass),
            wantedMark,
        ],
        [atLeast(seen.notices), "notices", "congestion notification", some(seen.notices ?? []), some([item.priority])],
        [atLeast(seen.heeds), "heeds", "congestion reaction", some(seen.heeds ?? []), some([item.priority])],
        [
            onDemand(seen.cnpDscp, item.cnpDscp),
            "cnpDscp",
            "code point of notifications",
            String(seen.cnpDscp),
            String(item.cnpDscp),
        ],
        [
            seen.boot === bootLine(key, item) && seen.unit,
            "boot",
            "setting at boot",
            seen.unit ? (seen.boot ?? "missing") : "missing",
            bootLine(key, item),
        ],
    ];
    return rows.flatMap(([same, field, what, found, wanted, disruption]) => {
        const words = `RoCE on ${key}: ${what} is ${found}, should be ${wanted}`;
        return same ? [] : [{ field, found, wanted, words, ...(disruption === undefined ? {} : { disruption }) }];
    });
}
