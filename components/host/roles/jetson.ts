import type { HostItems } from "../../../provider/items";
import { KEPT, lines, type RoleHost } from "./role";

const CLOCKS = "/etc/systemd/system/seamount-jetson-clocks.service";

/**
 * What a Jetson is beyond the baseline: full clocks at every boot, and the container toolkit of its own repository.
 * Driver and boot loader are those of Jetson Linux (L4T), which has no GRUB, so no kernel argument is touched.
 */
export function jetson(host: RoleHost): HostItems {
    if (host.gpu === undefined) {
        return {};
    }
    return {
        packages: { "nvidia-container-toolkit": {} },
        files: {
            [CLOCKS]: {
                content: lines(
                    KEPT,
                    "[Unit]",
                    "Description=Full clocks for inference",
                    "After=nvpmodel.service",
                    "[Service]",
                    "Type=oneshot",
                    "RemainAfterExit=yes",
                    "ExecStart=/usr/bin/jetson_clocks",
                    "[Install]",
                    "WantedBy=multi-user.target",
                ),
            },
        },
        sysctls: { "vm.max_map_count": "1048576" },
        services: { "seamount-jetson-clocks.service": { enabled: true, running: true, restartOn: [CLOCKS] } },
    };
}
