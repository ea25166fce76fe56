import { driverPackages, gpuDrivers, type DriverPackages } from "../../catalog/drivers";
import { packageManagers, systemOf } from "../site/repositories";
import { isAtLeast } from "../site/versions";
import type { SiteHost } from "../site/site";

/** Names of NVIDIA's packages for a system and a version of the driver, where they are known. */
export function findDriverPackages(host: Pick<SiteHost, "os">, version: string): DriverPackages | undefined {
    const branch = Number(branchOf(version));
    return driverPackages.find(
        ({ systems, fromBranch, beforeBranch = Infinity }) =>
            systems.includes(systemOf(host)) && branch >= fromBranch && branch < beforeBranch,
    );
}

/** Whether NVSwitches link the GPUs of a host. */
export function hasSwitches({ gpu }: Pick<SiteHost, "gpu">): boolean {
    return gpu !== undefined && gpu.count >= (gpuDrivers[gpu.model]?.nvSwitchFrom ?? Infinity);
}

/** Whether these NVSwitches need the NVLink subnet manager. */
export function hasSubnetManager(host: Pick<SiteHost, "gpu">): boolean {
    return hasSwitches(host) && gpuDrivers[host.gpu?.model ?? ""]?.subnetManager === true;
}

/**
 * Packages of one version of the driver, each with the version that it has itself: kernel modules, libraries and tools,
 * and where there are NVSwitches the fabric manager and the library that reads them.
 *
 * @throws Error where none are known
 */
export function driverPackageVersions(
    host: Pick<SiteHost, "name" | "os" | "gpu">,
    version: string,
): Readonly<Record<string, string>> {
    const found = findDriverPackages(host, version);
    if (found === undefined) {
        throw new Error(`${host.name}: no packages of driver ${version} are known for ${systemOf(host)}`);
    }
    // dnf takes a version without its release for every release of it.
    const revision =
        packageManagers[systemOf(host)] === "dnf"
            ? undefined
            : found.revisions.find(({ from }) => isAtLeast(version, from));
    const named = (names: readonly string[], suffix = ""): readonly (readonly [string, string])[] =>
        names.map(name => [name.replace("{branch}", branchOf(version)), version + suffix]);
    return Object.fromEntries([
        ...named(found.driver, revision?.driver),
        ...(hasSwitches(host) ? named(found.nvSwitch, revision?.nvSwitch) : []),
        ...(hasSubnetManager(host) ? named(found.nvSwitch4, revision?.nvSwitch) : []),
    ]);
}

/** Packages of the NVLink subnet manager, which have versions of their own. */
export function subnetManagerPackages(host: Pick<SiteHost, "os" | "gpu">, version: string): readonly string[] {
    return hasSubnetManager(host) ? (findDriverPackages(host, version)?.subnetManager ?? []) : [];
}

function branchOf(version: string): string {
    return version.split(".")[0] ?? "";
}
