import type { Site } from "../../site/site";
import type { Cluster } from "../cluster";
import { certificateAlerts } from "../hardening";
import { Operators, type SiteOperatorsArgs } from "./operators";

/** Namespace of Prometheus, and of the rules that Seamount gives it. */
const RULES = "monitoring";

/** Installs the operators that a site names into its cluster, once that is there. Undefined where it names none. */
export function siteOperators(args: {
    readonly site: Site;
    readonly cluster: Cluster;
    readonly authority?: SiteOperatorsArgs["authority"];
}): Operators | undefined {
    const { site, cluster, authority } = args;
    const { kubeconfig, visible, provider } = cluster;
    if ((site.cluster.operators?.install ?? []).length === 0) {
        return undefined;
    }
    const { renewBeforeDays } = site.cluster.kubeadm ?? {};
    // Only hosts of a cluster that Seamount built say when its certificates end.
    const rules = renewBeforeDays === undefined ? [] : [certificateAlerts({ namespace: RULES, renewBeforeDays })];
    const own = { site, kubeconfig, visible, rules, ...(authority && { authority }), after: [[cluster]] };
    return new Operators(`${site.name}-operators`, own, { providers: [provider] });
}
