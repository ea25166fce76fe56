import type { RoleItems } from "../../host/merge";
import type { Site, SiteHost } from "../../site/site";
import { kubernetesItems } from "./items";

/** Roles of a host in the cluster that Seamount builds, beyond its own. None in mode `existing`. */
export function clusterRoles(
    site: Pick<Site, "cluster" | "hosts" | "models" | "driver" | "driftMetrics">,
    host: SiteHost,
): readonly RoleItems[] {
    return site.cluster.kubeadm === undefined ? [] : [{ role: "kubernetes", items: kubernetesItems(site, host) }];
}
