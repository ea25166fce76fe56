import type { HostItems } from "../../provider/items";

/** A rail's port as hardware knows it. */
export interface RailPort {
    /** Name that its network interface gets, of at most 15 characters: `rail0`. */
    readonly name: string;
    /** PCI address of its function, `0000:3b:00.0`. */
    readonly pciAddress: string;
    /** Port of a function that has several, from 0. @default 0 */
    readonly port?: number;
    /** Name that its RDMA device gets, `mlx5_0`. Unset: left as it is. */
    readonly rdmaDevice?: string;
}

const RULES_FILE = "/etc/udev/rules.d/70-seamount-rails.rules";

/**
 * Names of rails by the slot that a card is in, so that rail 3 is rail 3 after a card was added or a kernel changed.
 * A link that is up keeps its name until the next boot. Throws a `RangeError` on what is no PCI address or no name.
 */
export function udevNames(ports: readonly RailPort[]): HostItems {
    return ports.length === 0
        ? {}
        : {
              files: {
                  [RULES_FILE]: {
                      content: udevRules(ports),
                      afterChange: [
                          "sh",
                          "-c",
                          "udevadm control --reload && udevadm trigger --action=add --subsystem-match=net",
                      ],
                  },
              },
          };
}

/** The rules of those names, one an interface and one an RDMA device. */
export function udevRules(ports: readonly RailPort[]): string {
    const names = new Set<string>();
    const lines = ports.flatMap(({ name, pciAddress, port = 0, rdmaDevice }) => {
        if (!/^[0-9a-f]{4}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]$/.test(pciAddress)) {
            throw new RangeError(`"${pciAddress}" is not a PCI address such as 0000:3b:00.0`);
        }
        if (!/^[a-z][a-z0-9_-]{0,14}$/.test(name) || names.has(name)) {
            throw new RangeError(`"${name}" is not the name of one interface, of at most 15 characters`);
        }
        names.add(name);
        return [
            `SUBSYSTEM=="net", ACTION=="add", KERNELS=="${pciAddress}", ATTR{dev_port}=="${port}", NAME="${name}"`,
            ...(rdmaDevice === undefined
                ? []
                : [
                      `SUBSYSTEM=="infiniband", ACTION=="add", KERNELS=="${pciAddress}", ` +
                          `PROGRAM="rdma_rename %k NAME_FIXED ${rdmaDevice}"`,
                  ]),
        ];
    });
    return `${["# Kept by Seamount.", ...lines].join("\n")}\n`;
}
