import { containerToolkit } from "../../../catalog/drivers";
import { gpuInitiatedNetworkOptions } from "../../../catalog/engine-hosts";
import type { HostItems, KernelArgumentItem, ModuleItem, PackageItem } from "../../../provider/items";
import { needsGpuInitiatedNetwork } from "../../planning/engine-host";
import type { GpuDriver } from "../../site/site";
import {
    driverPackageVersions,
    hasSubnetManager,
    hasSwitches,
    subnetManagerPackages,
} from "../../planning/driver-packages";
import type { RoleHost, RoleSite } from "./role";

/**
 * What a host with NVIDIA GPUs is beyond the baseline. nouveau never loads. Then, by who owns the driver:
 * - unset: the driver is there, and left alone; its module is loaded, with peer memory where there are rails.
 * - `host`: driver, fabric manager and NVSwitch library of exactly one version, with open kernel modules, which give
 *   NICs the GPUs' memory by DMA-BUF, so that no peer-memory module is needed; the container toolkit; persistence.
 * - `operator`: no package and no module of NVIDIA's, as the GPU operator's containers bring them.
 *
 * @throws Error where no packages of the driver are known for the host's system: planning refuses that site before
 */
export function gpuNvidia(host: RoleHost, site: RoleSite): HostItems {
    if (host.gpu === undefined) {
        return {};
    }
    const { driver } = site;
    const parts = driver?.owner === "host" ? ownDriver(host, driver) : {};
    return {
        ...parts,
        ...(driver === undefined ? {} : { packages: { ...parts.packages, pciutils: {} } }),
        modules: {
            nouveau: { state: "blocked" },
            ...(driver?.owner === "operator" ? {} : driverModules(host, site)),
        },
        ...(driver === undefined ? {} : { kernelArguments: kernelArguments(host) }),
        ...(driver === undefined || host.confidential === true || host.rails.length === 0 ? {} : { pci: direct }),
        sysctls: {
            // Moving pages between NUMA nodes stalls the threads that feed GPUs.
            "kernel.numa_balancing": "0",
            // Engines map each shard of the weights; the default of 65530 maps is too few for the largest models.
            "vm.max_map_count": "1048576",
        },
    };
}

function driverModules(host: RoleHost, site: RoleSite): Readonly<Record<string, ModuleItem>> {
    const here = (site.models ?? []).filter(model => model.pool === host.pool);
    const loaded = { state: "loaded" } as const;
    return {
        nvidia: {
            ...loaded,
            ...(needsGpuInitiatedNetwork(here) && { options: gpuInitiatedNetworkOptions.options }),
        },
        ...(site.driver === undefined && host.rails.length > 0 && { nvidia_peermem: loaded }),
        // The NVLink subnet manager speaks to switches through it.
        ...(site.driver !== undefined && hasSubnetManager(host) && { ib_umad: loaded }),
    };
}

function ownDriver(host: RoleHost, driver: GpuDriver): Pick<HostItems, "packages" | "services"> {
    const { version = "", containerToolkitVersion } = driver;
    const pinned = Object.entries(driverPackageVersions(host, version)).map(([name, itsVersion]): PackageEntry => [
        name,
        { version: itsVersion, disruption: "reboot" },
    ]);
    const subnetManager = subnetManagerPackages(host, version).map((name): PackageEntry => [name, {}]);
    const toolkit = containerToolkit.packages.map((name): PackageEntry => [
        name,
        containerToolkitVersion === undefined ? {} : { version: containerToolkitVersion },
    ]);
    // Not `running`: after an upgrade both refuse to start until the host has booted with the new module.
    const atBoot = { enabled: true };
    return {
        packages: Object.fromEntries([...pinned, ...subnetManager, ...toolkit]),
        services: {
            "nvidia-persistenced.service": atBoot,
            ...(hasSwitches(host) && { "nvidia-fabricmanager.service": atBoot }),
        },
    };
}

type PackageEntry = readonly [string, PackageItem];

/**
 * Access control services send traffic between a GPU and a NIC up to the root complex and down again: off on all
 * bridges (NCCL user guide, troubleshooting, 2026-11). Confidential GPUs need them.
 */
const direct = { "class:0604": { acs: "off" } } as const;

/** With `iommu=pt` devices reach memory without translation, which GPUDirect needs; confidential GPUs need translation. */
function kernelArguments({ confidential }: RoleHost): Readonly<Record<string, KernelArgumentItem>> {
    return {
        ...(confidential === true ? { intel_iommu: { value: "on" } } : { iommu: { value: "pt" } }),
        "cpufreq.default_governor": { value: "performance" },
    };
}
