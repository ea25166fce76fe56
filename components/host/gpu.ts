import type { SiteHost } from "../site/site";
import type { HostItems } from "../../provider/items";

/**
 * What a host with NVIDIA GPUs is beyond the baseline: the vendor's driver and not nouveau, and peer memory for the
 * fabric where it has rails. Installing the driver is not part of it: the kernel module must be there.
 *
 * The options let a NIC ring a GPU's doorbell itself (GPUDirect Async), which expert-parallel communication
 * libraries need. They count from the next time the module loads.
 */
export function gpuHost(host: Pick<SiteHost, "gpu" | "rails">): HostItems {
    if (host.gpu === undefined) {
        return {};
    }
    return {
        modules: {
            nouveau: { state: "blocked" },
            nvidia: {
                state: "loaded",
                options: 'NVreg_EnableStreamMemOPs=1 NVreg_RegistryDwords="PeerMappingOverride=1;"',
            },
            ...(host.rails.length > 0 ? { nvidia_peermem: { state: "loaded" as const } } : {}),
        },
        sysctls: {
            // Moving pages between NUMA nodes stalls the threads that feed GPUs.
            "kernel.numa_balancing": "0",
            // Engines map each shard of the weights; the default of 65530 maps is too few for the largest models.
            "vm.max_map_count": "1048576",
        },
    };
}
