import type { HostItems } from "../../../provider/items";
import type { RoleHost } from "./role";

/**
 * What a host with AMD Instinct GPUs is beyond the baseline. The driver (`amdgpu-dkms` of AMD's repository, or the
 * kernel's own) must be there: its module is loaded.
 *
 * Kernel arguments and sysctl after AMD's guide to optimise systems with MI300X (rocm.docs.amd.com, 2026-11).
 */
export function gpuAmd(host: RoleHost): HostItems {
    if (host.gpu === undefined) {
        return {};
    }
    return {
        modules: { amdgpu: { state: "loaded" } },
        kernelArguments: {
            iommu: { value: "pt" },
            // Otherwise the kernel moves the large windows of GPUs at boot, and some end without one.
            pci: { value: "realloc=off" },
            "cpufreq.default_governor": { value: "performance" },
        },
        sysctls: { "kernel.numa_balancing": "0", "vm.max_map_count": "1048576" },
    };
}
