import type { Input } from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";
import type { OwnVariable } from "../../fabric/environment";
import type { PrefillDecode } from "../../planning/plan";
import { ENGINE_PORT, type Groups as Leaders } from "../engines/engine";
import { facts, metadata, REPLICA_LABEL, workerSelector } from "../labels";
import type { MountedNames, PodSettings } from "../pod";
import { disaggregatedSet, type DisaggregatedSet, SET_REVISION } from "./disaggregatedSet";
import { fence } from "./fence";
import { leaderUrl, type LeaderWorkerSet, setSpec } from "./leaderWorkerSet";
import { revisionOf } from "./revision";
import { ROUTER_ROLE, routerCommand, routerDeployment, routerTemplate } from "./router";
import { groupsOf, replicaSelector } from "./templates";

/** One replica whose prefill and decode are apart. */
export interface ApartReplica {
    readonly fence: types.input.networking.v1.NetworkPolicy;
    /** Sets of both sides, or the one object that has both and the router. */
    readonly sets: readonly (LeaderWorkerSet | DisaggregatedSet)[];
    /** Unset where the set has it. */
    readonly router?: types.input.apps.v1.Deployment;
}

/** Settings of a service whose prefill and decode are apart. */
export interface ApartSettings extends PodSettings {
    readonly namespace: Input<string>;
    /** Whether the cluster knows sets of several roles. Unset: it does not. */
    readonly disaggregatedSets?: boolean;
}

/** Name of the set of one side. A revision has sets of its own, so that no name leads from one to another. */
export const sideName = (service: string, replica: number, revision: string, side: string): string =>
    `${service}-${replica}-${revision}-${side}`;

/** Addresses of all leaders of a replica. */
export function leadersOf({ prefillGroups, decodeGroups }: PrefillDecode, set: (side: string) => string): Leaders {
    const urls = (side: string, groups: number): readonly string[] =>
        Array.from({ length: groups }, (_, group) => leaderUrl(set(side), group, ENGINE_PORT));
    return { prefill: urls("prefill", prefillGroups), decode: urls("decode", decodeGroups) };
}

/** All replicas of such a service. */
export function apartReplicas(settings: ApartSettings, names: MountedNames): readonly ApartReplica[] {
    const revision = revisionOf(settings);
    return Array.from({ length: settings.plan.replicas }, (_, replica) =>
        apartReplica(settings, names, replica, revision),
    );
}

function apartReplica(settings: ApartSettings, names: MountedNames, replica: number, revision: string): ApartReplica {
    const { plan, namespace } = settings;
    const { apart } = plan;
    if (apart === undefined) {
        throw new Error(`model "${plan.name}": its prefill and decode are not apart`);
    }
    const of = { replica, revision };
    const base = metadata(settings);
    const labels = { ...facts(plan), ...workerSelector(plan), [REPLICA_LABEL]: String(replica) };
    const among = replicaSelector(plan, of);
    const wall = fence(`${plan.name}-${replica}-${revision}`, namespace, labels, among);
    // All groups of a side go at once: half of a replica of one revision is of no use to the other half.
    const options = { of, maxUnavailable: "100%" };
    const prefill = groupsOf(settings, names, "prefill", { ...options, count: apart.prefillGroups });
    const decode = groupsOf(settings, names, "decode", { ...options, count: apart.decodeGroups });
    const routerOf = (leaders: Leaders, own: readonly OwnVariable[]) =>
        routerTemplate(settings, names, leaders, of, own);

    if (settings.disaggregatedSets === true && plainAddresses(settings, apart)) {
        const name = `${plan.name}-${replica}`;
        const leaders = leadersOf(apart, side => `${name}-0-$(${SET_REVISION.name})-${side}`);
        const router = { count: 1, size: 1, maxUnavailable: 1, leader: routerOf(leaders, [SET_REVISION]) };
        const roles = { prefill, decode, [ROUTER_ROLE]: router };
        return { fence: wall, sets: [disaggregatedSet(name, namespace, labels, roles)] };
    }
    const side = (phase: string, groups: typeof prefill): LeaderWorkerSet => ({
        apiVersion: "leaderworkerset.x-k8s.io/v1",
        kind: "LeaderWorkerSet",
        metadata: { name: sideName(plan.name, replica, revision, phase), namespace, labels, annotations: {} },
        spec: setSpec(groups),
    });
    const leaders = leadersOf(apart, phase => sideName(plan.name, replica, revision, phase));
    const own = { [REPLICA_LABEL]: String(replica) };
    return {
        fence: wall,
        sets: [side("prefill", prefill), side("decode", decode)],
        router: routerDeployment(`${plan.name}-${replica}-router`, base, settings, routerOf(leaders, []), own),
    };
}

/** Whether the router is told its leaders on its command line, where Kubernetes fills in variables: not so in files. */
function plainAddresses(settings: ApartSettings, apart: PrefillDecode): boolean {
    const { files = {} } = routerCommand(
        settings,
        leadersOf(apart, side => side),
    );
    return Object.keys(files).length === 0;
}
