import type { HostItems } from "../../../provider/items";
import { KEPT, lines } from "./role";

const RULES = "/etc/udev/rules.d/90-seamount-nvme.rules";

/**
 * What a storage host is beyond the baseline: NVMe devices without a scheduler, and a page cache that is written out
 * early. Formatting and mounting disks is not part of it.
 */
export function storage(): HostItems {
    return {
        packages: { "nvme-cli": {} },
        files: {
            // NVMe has queues of its own: a scheduler before them costs time at a million operations a second.
            [RULES]: {
                content: lines(
                    KEPT,
                    'ACTION=="add|change", SUBSYSTEM=="block", KERNEL=="nvme[0-9]*n[0-9]*", ENV{DEVTYPE}=="disk", \\',
                    '  ATTR{queue/scheduler}="none", ATTR{queue/rq_affinity}="2", ATTR{queue/nomerges}="1"',
                ),
            },
        },
        sysctls: {
            // With the default of 20 % of memory, hundreds of GB would be written at once and block all else.
            "vm.dirty_background_ratio": "2",
            "vm.dirty_ratio": "5",
            // Each thread of a storage server asks for queues of its own; the default of 65536 is soon used up.
            "fs.aio-max-nr": "1048576",
        },
    };
}
