import { answersClients, beyondHost } from "../engineContainer";
import { type Member, members } from "../engines/member";
import { facts, REPLICA_LABEL, REVISION_LABEL, PHASE_LABEL, selector, workerSelector } from "../labels";
import type { ModelPlan } from "../../planning/plan";
import { exceptions, type MountedNames, podSpec, type PodSettings, type ServiceSettings } from "../pod";
import { RACK_LABEL } from "../../fabric/labels";
import { rackEach } from "../placement";
import { EXCLUSIVE_ANNOTATION, type Groups, type PodTemplate } from "./leaderWorkerSet";

/** Labels of a replica that is more than one set of pods. */
export interface ReplicaLabels {
    readonly replica: number;
    readonly revision: string;
}

/** Labels that all pods of one replica and revision have, whatever they do. */
export function replicaSelector(
    { name }: Pick<ModelPlan, "name">,
    { replica, revision }: ReplicaLabels,
): Record<string, string> {
    return { "app.kubernetes.io/name": name, [REPLICA_LABEL]: String(replica), [REVISION_LABEL]: revision };
}

/** Labels of one kind of pod. */
export function podLabels(
    plan: ModelPlan,
    member: Pick<Member, "role" | "listen"> & { readonly phase: string },
    of?: ReplicaLabels,
): Record<string, string> {
    const own = answersClients(member as Member) ? selector(plan) : workerSelector(plan);
    return {
        ...facts(plan),
        ...own,
        ...(of === undefined ? {} : { ...replicaSelector(plan, of), [PHASE_LABEL]: member.phase }),
    };
}

/** Groups of one phase of a plan, with the pods that they are made of. */
export function groupsOf(
    settings: PodSettings,
    names: MountedNames,
    phase: Member["phase"],
    options: { readonly count: number; readonly maxUnavailable: number | string; readonly of?: ReplicaLabels },
): Groups {
    const { plan } = settings;
    const [leader, worker] = members(plan).filter(member => member.phase === phase);
    if (leader === undefined) {
        throw new Error(`model "${plan.name}": no pods of its plan do ${phase}`);
    }
    const template = (member: Member): PodTemplate => {
        const labels = podLabels(plan, member, options.of);
        const alike = member.role === "leader" && member.listen === "loopback" ? selector(plan) : labels;
        return {
            metadata: { labels, annotations: { ...exceptions(settings, beyondHost(settings, member)) } },
            spec: podSpec({ ...settings, labels: alike }, names, member),
        };
    };
    const { count, maxUnavailable } = options;
    const shared = { count, maxUnavailable, size: leader.layout.hosts, leader: template(leader) };
    return worker === undefined ? shared : { ...shared, worker: template(worker) };
}

/** Annotations of a set: that each group takes a rack, where racks and groups are made for one another. */
export function setAnnotations({ plan, pool }: ServiceSettings, size: number): Readonly<Record<string, string>> {
    const exclusive = plan.apart === undefined && size > 1 && rackEach(pool?.racks ?? [], size);
    return exclusive ? { [EXCLUSIVE_ANNOTATION]: RACK_LABEL } : {};
}
