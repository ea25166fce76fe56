import type { HostItems } from "../../provider/items";

/** Huge pages that each NUMA node of a host reserves. */
export interface HugePages {
    /** Pages of 2 MiB in each node. @default 0 */
    readonly "2MiB"?: number;
    /** Pages of 1 GiB in each node. @default 0 */
    readonly "1GiB"?: number;
}

/**
 * Items that reserve huge pages in each NUMA node. Pages of 2 MiB are reserved now and at each boot. Those of 1 GiB
 * need memory that nothing has touched yet: the kernel reserves them when it boots, spread evenly over the nodes, and
 * the host has them after a reboot. `numaNodes`: nodes with memory, at least 1.
 */
export function hugePages(pages: HugePages | undefined, numaNodes: number): HostItems {
    const [small, large] = [pages?.["2MiB"] ?? 0, pages?.["1GiB"] ?? 0];
    const nodes = Array.from({ length: numaNodes }, (_, node) => node);
    return {
        ...(small > 0 ? { sysfs: Object.fromEntries(nodes.map(node => [nodePages(node, 2048), String(small)])) } : {}),
        ...(large > 0 ? { kernelArguments: { "hugepagesz=1G hugepages": { value: String(large * numaNodes) } } } : {}),
    };
}

/** Where the kernel shows how many pages of a size a node has reserved. */
function nodePages(node: number, kilobytes: number): string {
    return `/sys/devices/system/node/node${node}/hugepages/hugepages-${kilobytes}kB/nr_hugepages`;
}
