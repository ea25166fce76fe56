import type { Fabric, Site, SiteHost } from "../site/site";

/** Kubernetes's own label of the failure domain above racks. */
export const ZONE_LABEL = "topology.kubernetes.io/zone";
/** The rack. */
export const RACK_LABEL = "seamount.dev/rack";
/** Kind of fabric: `infiniband`, `roce` or `ethernet`. */
export const FABRIC_LABEL = "seamount.dev/fabric";
/** Ports on the fabric. */
export const RAILS_LABEL = "seamount.dev/rails";
/** `edge` for hosts that stand away from the core, `core` for all others. */
export const LOCATION_LABEL = "seamount.dev/location";
/** Pool of the site: models are placed on pools. */
export const POOL_LABEL = "seamount.dev/pool";
/** Role of the host, as the site says it. */
export const ROLE_LABEL = "seamount.dev/role";

/** Longest value of a label. */
const LONGEST = 63;

/**
 * Text as the value of a label: what a label may not hold becomes a dash. Empty where nothing is left, as of a name
 * in another script.
 */
export function labelValue(text: string): string {
    const plain = text.replace(/[^A-Za-z0-9._-]+/g, "-").slice(0, LONGEST);
    return plain.replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
}

/** Labels of one host's node. What the site does not say is not there, rather than a value that means nothing. */
export function hostLabels(fabric: Fabric | undefined, host: SiteHost): Readonly<Record<string, string>> {
    const onFabric = fabric !== undefined && host.rails.length > 0;
    const labels = {
        [ZONE_LABEL]: labelValue(host.zone ?? ""),
        [RACK_LABEL]: labelValue(host.rack ?? ""),
        [FABRIC_LABEL]: onFabric ? fabric.kind : "",
        [RAILS_LABEL]: onFabric ? String(host.rails.length) : "",
        [LOCATION_LABEL]: host.role === "edge" ? "edge" : "core",
        [POOL_LABEL]: labelValue(host.pool),
        [ROLE_LABEL]: host.role,
    };
    return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ""));
}

/** Labels of every host that is a node of the cluster, by the node's name. */
export function nodeLabels({
    fabric,
    hosts,
}: Pick<Site, "fabric" | "hosts">): Readonly<Record<string, Readonly<Record<string, string>>>> {
    return Object.fromEntries(
        hosts.flatMap(host => (host.node === undefined ? [] : [[host.node, hostLabels(fabric, host)]])),
    );
}
