import type { HostItems } from "../../../provider/items";
import type { RoleHost } from "./role";

/**
 * What a host with Huawei Ascend NPUs is beyond the baseline. Driver and firmware come as `.run` files, not as packages
 * of a repository, and must be there, with the user HwHiAiUser that they run as (CANN installation guide, hiascend.com,
 * 2026-11).
 */
export function ascend(host: RoleHost): HostItems {
    if (host.gpu === undefined) {
        return {};
    }
    return {
        // Ascend hosts are ARM or x86: each kernel ignores what is for the other.
        kernelArguments: { iommu: { value: "pt" }, "iommu.passthrough": { value: "1" } },
        sysctls: { "kernel.numa_balancing": "0", "vm.max_map_count": "1048576" },
    };
}
