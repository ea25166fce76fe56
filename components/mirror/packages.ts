import type { HostItems } from "../../provider/items";
import { auditRoles } from "../cluster/audit/roles";
import { clusterRoles } from "../cluster/host/roles";
import { kubernetesPackages } from "../cluster/kubeadm/inputs";
import { driftMetrics } from "../host/driftMetrics";
import { gateTools, hostGates } from "../host/gates/site";
import { resolve } from "../host/host";
import { clusterHosts } from "../site/kubeadm";
import { packageManagers, systemOf } from "../site/repositories";
import type { Site, SiteHost } from "../site/site";
import type { Artefact } from "./artefact";

/**
 * Packages that the hosts of a site are given, by operating system and version, from the items that hosts are made
 * with. What packages depend on is left to the package manager. Those without a version are installed as the
 * repository has them that day.
 *
 * @throws Error where the roles of a host disagree
 */
export function hostPackages(site: Site): readonly Artefact[] {
    const gates = hostGates(site);
    const metrics = site.driftMetrics === undefined ? {} : driftMetrics(site.driftMetrics);
    return site.hosts
        .filter(host => host.managed)
        .flatMap(host => {
            const roles = [
                { role: "gate", items: gateTools(host, gates) },
                { role: "driftMetrics", items: metrics },
                ...clusterRoles(site, host),
                ...auditRoles(site, host),
            ];
            return [
                ...packagesOf(host, resolve({ host, access: site.access, site, roles }).items),
                ...packagesOf(host, { packages: kubernetes(site, host) }),
            ];
        });
}

/** Packages that bring Kubernetes, which the resources of the cluster install and not those of hosts. */
function kubernetes({ cluster: { kubeadm }, hosts }: Site, host: SiteHost): HostItems["packages"] {
    if (kubeadm === undefined || !clusterHosts(hosts).includes(host)) {
        return {};
    }
    const versions = Object.entries(kubernetesPackages(kubeadm));
    return Object.fromEntries(versions.map(([name, version]) => [name, { version }]));
}

/** Packages among the items of a host. */
export function packagesOf(host: Pick<SiteHost, "name" | "os">, items: HostItems): readonly Artefact[] {
    const system = systemOf(host);
    return Object.entries(items.packages ?? {}).map(([name, item]) => ({
        kind: "package",
        name,
        ...(item.version !== undefined && { version: item.version }),
        from: system,
        source: `${packageManagers[system]} of ${system}`,
        usedBy: [host.name],
    }));
}
