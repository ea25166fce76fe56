import type { ControlPlaneHost } from "../types";
import { type Condition, conditionOf, isSeen, type KnownCluster, memberOf } from "./condition";
import type { Situation, Step } from "./plan";
import { hostPath } from "./reasons";

type Removal = Step & { readonly kind: "removeMember" };
type Reset = Step & { readonly kind: "reset" };

/** Who leaves, who is reset, and who joins. */
export interface Membership {
    readonly removals: readonly Removal[];
    readonly resets: readonly Reset[];
    /** Nodes of the hosts that join, in the order of the inputs. */
    readonly joins: readonly string[];
}

/** What of a host that is half there, or no longer known, must go before it joins. */
const AGAIN: readonly Condition[] = ["half", "stale"];

/**
 * Membership of the cluster as it should be. Members that are down go first: the ones that are well are still needed
 * while they do. What the cluster remembers of a host that is to join goes before it does.
 */
export function departures(situation: Situation, cluster: KnownCluster): Membership {
    const { inputs, leaving, observed } = situation;
    const hosts = inputs.hosts.map(host => ({ host, condition: conditionOf(host, observed[host.node], cluster) }));
    const joining = hosts.filter(({ condition }) => condition === "clean" || AGAIN.includes(condition));
    const known = (host: ControlPlaneHost): Removal[] => {
        const member = memberOf(host, cluster);
        const isNode = cluster.nodes?.some(({ name }) => name === host.node) ?? false;
        return member === undefined && !isNode ? [] : [removal(host.node, member?.id)];
    };
    const strangers = [
        ...cluster.members
            .filter(member => !hosts.some(({ host }) => memberOf(host, cluster)?.id === member.id))
            .map(({ id, name, address }) => removal(name === "" ? address : name, id)),
        ...(cluster.nodes ?? [])
            .filter(({ controlPlane, name }) => controlPlane && !inputs.hosts.some(({ node }) => node === name))
            .filter(({ name }) => !cluster.members.some(member => member.name === name))
            .map(({ name }) => removal(name)),
    ];
    const isWell = ({ member }: Removal) =>
        cluster.members.some(({ id, healthy, learner }) => id === member && healthy && !learner);
    const removals = [...joining.flatMap(({ host }) => known(host)), ...strangers];
    return {
        removals: [...removals.filter(step => !isWell(step)), ...removals.filter(isWell)],
        resets: [
            ...joining
                .filter(({ condition }) => AGAIN.includes(condition))
                .map(({ host, condition }) =>
                    reset(
                        host.node,
                        false,
                        condition === "half" ? "is half made" : "is known to the cluster no longer",
                    ),
                ),
            ...leaving.flatMap(host => {
                const seen = observed[host.node];
                const ours =
                    isSeen(seen) &&
                    (seen.record.phase !== undefined || (seen.hasAdmin && seen.authority === cluster.authority));
                return ours ? [reset(host.node, true, "leaves the control plane")] : [];
            }),
        ],
        joins: joining.map(({ host }) => host.node),
    };
}

function removal(node: string, member?: string): Removal {
    const words = member === undefined ? "leaves: its Node is deleted" : `leaves: member ${member} of etcd is removed`;
    const reasons = [{ path: hostPath(node), words }];
    return { kind: "removeMember", node, reasons, ...(member === undefined ? {} : { member }) };
}

function reset(node: string, leaves: boolean, words: string): Reset {
    return { kind: "reset", node, leaves, reasons: [{ path: hostPath(node), words }] };
}
