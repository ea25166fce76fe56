import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { engines } from "./engines/registry";
import type { ApartReplica } from "./group/apart";
import type { DisaggregatedSet } from "./group/disaggregatedSet";
import type { LeaderWorkerSet } from "./group/leaderWorkerSet";
import { loadTimes } from "./loading";
import type { ModelServiceSettings, ServiceObjects } from "./manifests";

/** What the workloads of a service are made under and after. */
interface After {
    readonly parent: pulumi.Resource;
    readonly dependsOn: readonly pulumi.Resource[];
}

/**
 * Makes what runs the replicas of a service, and waits for each as long as its weights need. Returns what a Service in
 * front of them must wait for. Replicas of several sets follow one another, so that one of them is down at a time.
 */
export function makeWorkloads(
    name: string,
    settings: ModelServiceSettings,
    objects: ServiceObjects,
    { parent, dependsOn }: After,
): pulumi.Resource[] {
    const { plan, model, pool } = settings;
    const patience = (replicas: number): string =>
        `${loadTimes(plan, model, engines[plan.engine], pool).total * Math.max(1, replicas)}s`;
    const options = (replicas: number, after: readonly pulumi.Resource[]): pulumi.CustomResourceOptions => ({
        parent,
        dependsOn: [...after],
        customTimeouts: { create: patience(replicas), update: patience(replicas) },
        // Whoever scales the service says how many it has.
        ...(model.scaling === undefined ? {} : { ignoreChanges: ["spec.replicas"] }),
    });
    if (objects.deployment !== undefined) {
        return [
            new k8s.apps.v1.Deployment(`${name}-deployment`, objects.deployment, options(plan.replicas, dependsOn)),
        ];
    }
    const { NetworkPolicy } = k8s.networking.v1;
    const fences = objects.fences.map(
        (policy, index) => new NetworkPolicy(`${name}-group-${index}`, policy, { parent, dependsOn: [...dependsOn] }),
    );
    if (objects.group !== undefined) {
        const group = awaited(objects.group, model.scaling === undefined ? plan.replicas : undefined);
        const after = [...dependsOn, ...fences];
        return [new k8s.apiextensions.CustomResource(`${name}-group`, group, options(plan.replicas, after))];
    }
    return objects.replicas.reduce<pulumi.Resource[]>(
        (before, replica, index) =>
            makeReplica(`${name}-${index}`, replica, parent, [...dependsOn, ...before], after => options(1, after)),
        [],
    );
}

function makeReplica(
    name: string,
    { fence, sets, router }: ApartReplica,
    parent: pulumi.Resource,
    dependsOn: readonly pulumi.Resource[],
    options: (after: readonly pulumi.Resource[]) => pulumi.CustomResourceOptions,
): pulumi.Resource[] {
    const wall = new k8s.networking.v1.NetworkPolicy(`${name}-fence`, fence, { parent, dependsOn: [...dependsOn] });
    const made = sets.map((set, index) => {
        const role = sets.length === 1 ? "roles" : index === 0 ? "prefill" : "decode";
        // Sets of the next revision need the GPUs of this one.
        const own = { ...options([...dependsOn, wall]), ignoreChanges: [], deleteBeforeReplace: true };
        return new k8s.apiextensions.CustomResource(`${name}-${role}`, awaited(set, groupsIn(set)), own);
    });
    return router === undefined
        ? made
        : [
              new k8s.apps.v1.Deployment(`${name}-router`, router, {
                  ...options([...dependsOn, ...made]),
                  ignoreChanges: [],
              }),
          ];
}

const groupsIn = (set: LeaderWorkerSet | DisaggregatedSet): number | undefined =>
    set.kind === "LeaderWorkerSet" ? set.spec.replicas : undefined;

/** A set that an update waits for. Pulumi takes any object of an operator's for ready as soon as it is there. */
function awaited<Set extends LeaderWorkerSet | DisaggregatedSet>(set: Set, groups: number | undefined): Set {
    const counts =
        groups === undefined
            ? []
            : [`jsonpath={.status.updatedReplicas}=${groups}`, `jsonpath={.status.readyReplicas}=${groups}`];
    const annotations = {
        ...set.metadata.annotations,
        "pulumi.com/waitFor": JSON.stringify(["condition=Available", ...counts]),
    };
    return { ...set, metadata: { ...set.metadata, annotations } };
}
