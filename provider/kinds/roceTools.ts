/** What a tool says of the flow control of one interface. */
export interface FlowControl {
    /** What the NIC decides a packet's priority by: `dscp` or `pcp`. */
    readonly trust: string;
    /** Priorities on which PFC is on, in order. */
    readonly pfc: readonly number[];
    /** Priority of each of the 64 code points, a digit each; `-` where the tool names none. */
    readonly priorities: string;
}

const CODE_POINTS = 64;

/** Writes 64 priorities as one text. */
function priorityText(priorityOf: ReadonlyMap<number, number>): string {
    return Array.from({ length: CODE_POINTS }, (_, dscp) => priorityOf.get(dscp) ?? "-").join("");
}

/**
 * Reads what `mlnx_qos -i IF` prints (NVIDIA's OFED and DOCA). Where the NIC trusts the VLAN's priority it shows no map.
 * Undefined where there is no table of PFC in it: the NIC is another vendor's.
 */
export function readMlnxQos(lines: readonly string[]): FlowControl | undefined {
    const trust = lines.flatMap(line => /^Priority trust state:\s*(\w+)/.exec(line.trim())?.[1] ?? [])[0];
    const start = lines.findIndex(line => line.trim().startsWith("PFC configuration"));
    const enabled = lines.slice(start + 1).flatMap(line => /^enabled\s+([01\s]+)$/.exec(line.trim())?.[1] ?? [])[0];
    if (start < 0 || enabled === undefined) {
        return undefined;
    }
    const flags = enabled.trim().split(/\s+/);
    const priorityOf = new Map<number, number>();
    for (const line of lines) {
        const [, priority = "", list = ""] = /^prio:(\d) dscp:([\d,]+)$/.exec(line.trim()) ?? [];
        for (const dscp of list.split(",").filter(text => text !== "")) {
            priorityOf.set(Number(dscp), Number(priority));
        }
    }
    return {
        trust: trust ?? "pcp",
        pfc: flags.flatMap((flag, priority) => (flag === "1" ? [priority] : [])),
        priorities: priorityText(priorityOf),
    };
}

/**
 * Reads what `dcb -j pfc show dev IF` and `dcb -j app show dev IF dscp-prio` print (iproute2). A NIC trusts code points
 * as long as one of them is mapped: the driver switches with the first entry and back with the last. Releases before
 * 5.19 print a third element, a blank, in each pair. Undefined where PFC is not told: the driver has no DCB.
 */
export function readDcb(pfcText: string, appText: string): FlowControl | undefined {
    const enabled = listIn(pfcText, "prio_pfc");
    if (enabled === undefined) {
        return undefined;
    }
    const priorityOf = new Map<number, number>();
    for (const pair of listIn(appText, "dscp_prio") ?? []) {
        const [dscp, priority] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
        if (typeof dscp === "number" && typeof priority === "number") {
            // Of several entries the highest priority counts.
            priorityOf.set(dscp, Math.max(priority, priorityOf.get(dscp) ?? 0));
        }
    }
    return {
        trust: priorityOf.size > 0 ? "dscp" : "pcp",
        pfc: enabled.flatMap((on, priority) => (on === true || on === "on" ? [priority] : [])),
        priorities: priorityText(priorityOf),
    };
}

function listIn(text: string, key: string): readonly unknown[] | undefined {
    try {
        const value: unknown = JSON.parse(text);
        const list: unknown = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
        return Array.isArray(list) ? list : undefined;
    } catch {
        return undefined;
    }
}

/** The whole number at the end of what a file of the kernel says: `Global tclass=106`, `48`. */
export function lastNumber(text: string): number | undefined {
    const digits = /(\d+)\s*$/.exec(text)?.[1];
    return digits === undefined ? undefined : Number(digits);
}
