import type { types } from "@pulumi/kubernetes";
import { SERVING_LABEL } from "../../provider";
import { labelValue, POOL_LABEL, RACK_LABEL } from "../fabric/labels";
import type { ModelPlan } from "../planning/plan";
import { GROUP_LABELS } from "./labels";

/**
 * The hosts of the pool, as a term that pods and local volumes understand: by the label of the pool where all of them
 * are nodes that have it, because a list of names would restart every pod when the pool grows.
 */
export function onHosts(plan: ModelPlan): { readonly matchExpressions: types.input.core.v1.NodeSelectorRequirement[] } {
    const hosts =
        plan.labelled === true
            ? { key: POOL_LABEL, operator: "In", values: [labelValue(plan.pool)] }
            : { key: "kubernetes.io/hostname", operator: "In", values: [...plan.candidates] };
    return { matchExpressions: [hosts] };
}

/** The hosts of the pool that may take work: where each of them has a gate, those that have passed it. */
export function serving(plan: ModelPlan): types.input.core.v1.NodeAffinity {
    const { matchExpressions } = onHosts(plan);
    const passed = { key: SERVING_LABEL, operator: "In", values: ["true"] };
    const term = { matchExpressions: [...matchExpressions, ...(plan.gated === true ? [passed] : [])] };
    return { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } };
}

/** Pods that are alike go to hosts, and racks, that have fewest of them; never so strictly that one finds no place. */
export function spread(
    labels: Readonly<Record<string, string>>,
    racks: boolean,
): types.input.core.v1.TopologySpreadConstraint[] {
    const over = (topologyKey: string): types.input.core.v1.TopologySpreadConstraint => ({
        maxSkew: 1,
        topologyKey,
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: labels },
    });
    return [over("kubernetes.io/hostname"), ...(racks ? [over(RACK_LABEL)] : [])];
}

/**
 * Pods of one group would rather be in one rack. The group is one that nobody can name beforehand, so the scheduler
 * takes it from the pod's own label (Kubernetes 1.31 or newer; an older one keeps pods of all groups together).
 */
export function besideGroup(labels: Readonly<Record<string, string>>): types.input.core.v1.PodAffinity {
    const podAffinityTerm = {
        labelSelector: { matchLabels: labels },
        matchLabelKeys: [GROUP_LABELS.set, GROUP_LABELS.group],
        topologyKey: RACK_LABEL,
    };
    return { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm }] };
}

/**
 * Whether each group takes a rack for itself: where every rack of the pool has room for one and not for two. Then the
 * scheduler is told so, because the first pods of two groups could otherwise each take a part of the same rack.
 * @param racks hosts of the pool in each rack
 * @param hosts hosts that one group spans
 */
export function rackEach(racks: readonly number[], hosts: number): boolean {
    return racks.length > 1 && racks.every(inRack => inRack >= hosts && inRack < 2 * hosts);
}
