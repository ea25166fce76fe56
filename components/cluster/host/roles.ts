import type { RoleItems } from "../../host/merge";
import { clusterHosts } from "../../site/kubeadm";
import type { Site, SiteHost } from "../../site/site";
import { certificateMetrics, kubeletApprovals } from "../hardening";
import { kubernetesItems } from "./items";

/** What of a site decides the roles of a host in its cluster. */
export type ClusterSite = Pick<Site, "cluster" | "hosts" | "models" | "driver" | "driftMetrics">;

/** Roles of a host in the cluster that Seamount builds, beyond its own. None in mode `existing`. */
export function clusterRoles(site: ClusterSite, host: SiteHost): readonly RoleItems[] {
    const members = clusterHosts(site.hosts);
    if (site.cluster.kubeadm === undefined || !members.includes(host)) {
        return [];
    }
    const items = [kubernetesItems(site, host), ...(host.role === "control-plane" ? controlPlane(site, members) : [])];
    return items.map(own => ({ role: "kubernetes", items: own }));
}

function controlPlane({ driftMetrics }: ClusterSite, members: readonly SiteHost[]): readonly RoleItems["items"][] {
    return [
        kubeletApprovals({
            nodes: members.map(({ name, node = name, address }) => ({ node, addresses: [address] })),
        }),
        ...(driftMetrics === undefined
            ? []
            : [certificateMetrics({ textfileDirectory: driftMetrics.textfileDirectory })]),
    ];
}
