import type { Layout } from "./memory";
import type { ServingPlan } from "./plan";

/** Hosts that work as one: all of a replica, or where prefill and decode are apart one group of either. */
export interface Group {
    readonly role: "both" | "prefill" | "decode";
    readonly layout: Layout;
    /** How many such groups one replica has. */
    readonly groups: number;
}

/** What a replica is made of. */
export function groupsOf(plan: Layout & Pick<ServingPlan, "apart">): readonly Group[] {
    const { apart } = plan;
    return apart === undefined
        ? [{ role: "both", layout: plan, groups: 1 }]
        : [
              { role: "prefill", layout: apart.prefill, groups: apart.prefillGroups },
              { role: "decode", layout: apart.decode, groups: apart.decodeGroups },
          ];
}

/** GPUs of one replica, all of its groups together; 0 on CPUs. */
export const gpusOfReplica = (plan: Layout & Pick<ServingPlan, "apart">): number =>
    groupsOf(plan).reduce((sum, { layout, groups }) => sum + groups * layout.hosts * layout.gpusPerHost, 0);

/** Hosts of one replica when no two of its groups share one. */
export const hostsOfReplica = (plan: Layout & Pick<ServingPlan, "apart">): number =>
    groupsOf(plan).reduce((sum, { layout, groups }) => sum + groups * layout.hosts, 0);

/** The layout alone, of what may be a whole plan. */
export const layoutOf = ({
    hosts,
    gpusPerHost,
    tensorParallel,
    pipelineParallel,
    dataParallel,
    expertParallel,
}: Layout): Layout => ({ hosts, gpusPerHost, tensorParallel, pipelineParallel, dataParallel, expertParallel });
