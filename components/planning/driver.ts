import { findModel } from "../../catalog";
import { driverPackages, gpuDrivers } from "../../catalog/drivers";
import { few, pathOf, type Problem } from "../site/problem";
import { systemOf } from "../site/repositories";
import type { Site, SiteHost } from "../site/site";
import { isAtLeast } from "../site/versions";
import { findDriverPackages } from "./driver-packages";
import { engineHostFacts, releaseOf } from "./engine-host";

/**
 * What keeps the site's NVIDIA driver from its GPUs and engines: too old for one of them, or without packages that are
 * known for a host's system. Nothing where the site states no version.
 */
export function driverRefusals(site: Pick<Site, "driver" | "hosts" | "models">): readonly Problem[] {
    const { version, owner } = site.driver ?? {};
    if (version === undefined) {
        return [];
    }
    const hosts = site.hosts.filter(hasNvidiaGpus);
    return [
        ...gpuRefusals(version, hosts),
        ...engineRefusals(version, site.models, hosts),
        ...(owner === "host"
            ? packageRefusals(
                  version,
                  hosts.filter(host => host.managed),
              )
            : []),
    ].map(message => ({ path: pathOf("driver", "version"), message }));
}

/** Jetson modules have a driver of their own, which is not the site's. */
function hasNvidiaGpus({ gpu }: SiteHost): boolean {
    return gpu !== undefined && Object.hasOwn(gpuDrivers, gpu.model);
}

function gpuRefusals(version: string, hosts: readonly SiteHost[]): readonly string[] {
    return [...new Set(hosts.flatMap(({ gpu }) => gpu?.model ?? []))].flatMap(model => {
        const minimum = gpuDrivers[model]?.minimumVersion;
        const names = few(hosts.filter(host => host.gpu?.model === model).map(host => host.name));
        return minimum === undefined || isAtLeast(version, minimum)
            ? []
            : [`${version} is too old for the ${model} of ${names}, which needs ${minimum}; set ${minimum} or later`];
    });
}

function engineRefusals(version: string, models: Site["models"], hosts: readonly SiteHost[]): readonly string[] {
    return models
        .filter(({ pool }) => hosts.some(host => host.pool === pool))
        .flatMap(model => {
            const facts = engineHostFacts(model);
            if (facts === undefined || isAtLeast(version, facts.minimumDriver)) {
                return [];
            }
            const minimum = findModel(model.model)?.engines[model.engine]?.minimumVersion;
            const release = releaseOf(model.image) ?? (minimum === undefined ? "" : `${minimum} or later`);
            const engine = [model.engine, release].filter(word => word !== "").join(" ");
            const needs = `whose CUDA ${facts.cuda} needs ${facts.minimumDriver}`;
            const advice = `set ${facts.minimumDriver} or later, or an image with an older CUDA`;
            return [`${version} is too old for ${engine} of ${model.name}, ${needs}; ${advice}`];
        });
}

function packageRefusals(version: string, hosts: readonly SiteHost[]): readonly string[] {
    return [...new Set(hosts.map(systemOf))].flatMap(system => {
        const members = hosts.filter(host => systemOf(host) === system);
        if (members.some(host => findDriverPackages(host, version) !== undefined)) {
            return [];
        }
        const known = driverPackages.filter(({ systems }) => systems.includes(system));
        const lowest = Math.min(...known.map(({ fromBranch }) => fromBranch));
        const names = few(members.map(host => host.name));
        const without = `${version} has no packages that are known for ${system}, which ${names} run`;
        return [`${without}; those of ${lowest} and later are: set such a version, or owner: operator`];
    });
}
