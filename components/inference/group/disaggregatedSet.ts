import type { Input } from "@pulumi/pulumi";
import type { OwnVariable } from "../../fabric/environment";
import { type Groups, type LeaderWorkerSetSpec, setSpec } from "./leaderWorkerSet";

/** disaggregatedset.x-k8s.io/v1 of 0.10, as far as Seamount sets it: sets of several roles that roll together. */
export interface DisaggregatedSet {
    readonly apiVersion: "disaggregatedset.x-k8s.io/v1";
    readonly kind: "DisaggregatedSet";
    readonly metadata: {
        readonly name: string;
        readonly namespace: Input<string>;
        readonly labels: Readonly<Record<string, string>>;
        readonly annotations: Readonly<Record<string, string>>;
    };
    readonly spec: {
        readonly roles: readonly { readonly name: string; readonly spec: LeaderWorkerSetSpec }[];
    };
}

/** The revision that the controller gave a pod, which is part of the names of all sets of that revision. */
export const SET_REVISION: OwnVariable = {
    name: "SEAMOUNT_SET_REVISION",
    field: "metadata.labels['disaggregatedset.x-k8s.io/revision']",
};

/** Digits of the revision in names: `<name>-<slice>-<revision>-<role>`, and a Service of that name and `-prv`. */
export const SET_REVISION_DIGITS = 8;

/**
 * Prefill, decode and their router as roles of one object of one slice, which is the default. The router is a role so that a revision has one of its own,
 * which finds its leaders by the revision in its own label.
 */
export function disaggregatedSet(
    name: string,
    namespace: Input<string>,
    labels: Readonly<Record<string, string>>,
    roles: Readonly<Record<string, Groups>>,
): DisaggregatedSet {
    return {
        apiVersion: "disaggregatedset.x-k8s.io/v1",
        kind: "DisaggregatedSet",
        metadata: { name, namespace, labels, annotations: {} },
        spec: {
            roles: Object.entries(roles).map(([role, groups]) => ({ name: role, spec: setSpec(groups) })),
        },
    };
}
