import type { Site } from "../../site/site";
import type { Cluster } from "../cluster";
import { Operators, type SiteOperatorsArgs } from "./operators";

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
    const own = { site, kubeconfig, visible, ...(authority && { authority }), after: [[cluster]] };
    return new Operators(`${site.name}-operators`, own, { providers: [provider] });
}
