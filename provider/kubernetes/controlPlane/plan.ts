import type { ControlPlaneHost, ControlPlaneInputs, KubernetesRelease } from "../types";
import { kubeletRefusal, oldest, upgradeRefusal } from "../versions";
import { clusterOf, conditionOf, isSeen, type KnownCluster, memberOf, type Observed, strangers } from "./condition";
import { type EtcdMember, outageRefusal } from "./etcd";
import { departures } from "./membership";
import { certificateReasons, configureReasons, hostPath, type Reason, runningVersion, upgradeReasons } from "./reasons";

/**
 * One step of a change, in the order in which they are done:
 * - `snapshot` brings the data of etcd to this machine.
 * - `removeMember` takes a member out of etcd, and its Node out of the cluster, through another host.
 * - `reset` takes Kubernetes off a host: `leaves` for good, else to join again.
 * - `begin` makes the cluster, `join` lets a host in.
 * - `upgrade` brings another version: `first` decides for the cluster.
 * - `configure` puts configuration, files and static pods right.
 * - `renewCertificates` does that.
 */
export type Step = { readonly node: string; readonly reasons: readonly Reason[] } & (
    | { readonly kind: "snapshot" | "begin" | "configure" | "renewCertificates" }
    | { readonly kind: "removeMember"; readonly member?: string }
    | { readonly kind: "reset"; readonly leaves: boolean }
    | { readonly kind: "join"; readonly release: KubernetesRelease }
    | { readonly kind: "upgrade"; readonly first: boolean }
);

/** What a plan is made of. */
export interface Situation {
    readonly inputs: ControlPlaneInputs;
    /** Hosts that were of the control plane and are in the inputs no longer. */
    readonly leaving: readonly ControlPlaneHost[];
    /** What the hosts were last brought to: a host that joins before an upgrade gets this. */
    readonly previous?: KubernetesRelease;
    readonly observed: Observed;
    /** Whether this run has a snapshot already. */
    readonly hasSnapshot: boolean;
    readonly now: Date;
}

/** What is to be done, and why some of it must not be. Where there are refusals, nothing may be done. */
export interface Plan {
    readonly steps: readonly Step[];
    /** A sentence each. */
    readonly refusals: readonly string[];
}

/** Everything that makes the hosts what the inputs say, in order. A host that is as it should be is in no step. */
export function planChanges(situation: Situation): Plan {
    const { inputs, observed } = situation;
    const cluster = clusterOf(observed);
    const refusals = strangers(inputs, observed, cluster);
    if (refusals.length > 0) {
        return { steps: [], refusals };
    }
    return cluster === undefined ? planBeginning(situation) : planCluster(situation, cluster);
}

/** There is no cluster. It may be made only where every host says so: a host that is not seen may have one. */
function planBeginning({ inputs, observed, leaving }: Situation): Plan {
    const unseen = inputs.hosts.filter(({ node }) => !isSeen(observed[node])).map(({ node }) => node);
    const [first, ...others] = inputs.hosts;
    if (first === undefined || unseen.length > 0) {
        const words = `the cluster cannot begin before all of its hosts are seen: ${unseen.join(", ")} cannot be reached`;
        return { steps: [], refusals: [words] };
    }
    const half = [...inputs.hosts, ...leaving].filter(
        host => conditionOf(host, observed[host.node], undefined) === "half",
    );
    return {
        steps: [
            ...half.map(({ node }) => resetStep(node, !inputs.hosts.some(host => host.node === node), "is half made")),
            { kind: "begin", node: first.node, reasons: [{ path: hostPath(first.node), words: "begins the cluster" }] },
            ...others.map(({ node }) => joinStep(node, inputs)),
        ],
        refusals: [],
    };
}

function planCluster(situation: Situation, cluster: KnownCluster): Plan {
    const { inputs, observed, hasSnapshot } = situation;
    const refusals: string[] = [];
    const upkeep = planUpkeep(situation, cluster);
    const hasApi = cluster.nodes !== undefined;
    const { removals, resets, joins } = hasApi
        ? departures(situation, cluster)
        : { removals: [], resets: [], joins: [] };
    let members: readonly EtcdMember[] = cluster.members;
    for (const { node, member } of removals) {
        const refusal = member === undefined ? undefined : outageRefusal(members, member, true);
        if (refusal !== undefined) {
            refusals.push(`${node} cannot be taken out of etcd: ${refusal}`);
        }
        members = members.filter(({ id }) => id !== member);
    }
    const release = releaseOfJoins(situation, cluster);
    const steps: Step[] = [...removals, ...resets, ...joins.map(node => joinStep(node, release)), ...upkeep];
    for (const step of upkeep) {
        const own = inputs.hosts.find(({ node }) => node === step.node);
        const member = own === undefined ? undefined : memberOf(own, cluster);
        const refusal = member?.healthy === true ? outageRefusal(members, member.id, false) : undefined;
        if (refusal !== undefined) {
            refusals.push(`${step.node} cannot be changed now: ${refusal}`);
        }
    }
    refusals.push(...versionRefusals(situation, cluster));
    if (steps.length === 0 && !hasApi) {
        refusals.push(
            "the cluster exists, and no API server of it answers: look at the kubelets' logs on its hosts, or bring etcd back from a snapshot",
        );
    }
    const source = inputs.hosts.find(({ node }) => {
        const seen = observed[node];
        return isSeen(seen) && seen.cluster !== undefined;
    });
    const snapshot: Step[] =
        steps.length > 0 && !hasSnapshot && source !== undefined
            ? [{ kind: "snapshot", node: source.node, reasons: [] }]
            : [];
    return { steps: [...snapshot, ...steps], refusals: [...new Set(refusals)] };
}

/** Upgrades, then configuration, then certificates; a host that is upgraded gets the others with it. */
function planUpkeep({ inputs, observed, now }: Situation, cluster: KnownCluster): readonly Step[] {
    const members = inputs.hosts.flatMap(host => {
        const seen = observed[host.node];
        return isSeen(seen) && conditionOf(host, seen, cluster) === "member" ? [{ host, seen }] : [];
    });
    const [first] = members;
    const decided = cluster.configuredVersion === "" || cluster.configuredVersion === inputs.version;
    const upgrades = members.flatMap(({ host, seen }): Step[] => {
        const decides = !decided && host === first?.host;
        const reasons = upgradeReasons(inputs, seen);
        const all =
            decides && reasons.length === 0 ? [{ path: "version", words: "has a cluster half upgraded" }] : reasons;
        return all.length === 0 ? [] : [{ kind: "upgrade", node: host.node, first: decides, reasons: all }];
    });
    const rest = members.filter(({ host }) => !upgrades.some(({ node }) => node === host.node));
    const step = (kind: "configure" | "renewCertificates", node: string, reasons: readonly Reason[]): Step[] =>
        reasons.length === 0 ? [] : [{ kind, node, reasons }];
    // An upgrade needs every API server to be well: what is broken is put right first.
    const broken = members.filter(({ seen }) => seen.apiTrouble !== "" || !seen.kubeletActive);
    const repairs = broken.flatMap(({ host, seen }) =>
        step("configure", host.node, configureReasons(inputs, host, seen)),
    );
    return [
        ...repairs,
        ...upgrades,
        ...rest
            .filter(({ host }) => !repairs.some(({ node }) => node === host.node))
            .flatMap(({ host, seen }) => step("configure", host.node, configureReasons(inputs, host, seen))),
        ...rest.flatMap(({ host, seen }) =>
            step("renewCertificates", host.node, certificateReasons(inputs, seen, now)),
        ),
    ];
}

function versionRefusals({ inputs, observed }: Situation, { configuredVersion, nodes = [] }: KnownCluster): string[] {
    const running = inputs.hosts.flatMap(({ node }) => {
        const seen = observed[node];
        return isSeen(seen) ? (runningVersion(seen) ?? []) : [];
    });
    const from = oldest([...running, configuredVersion].filter(version => version !== ""));
    const kubelets = Object.fromEntries(nodes.map(({ name, kubelet }) => [name, kubelet]));
    return [
        from === undefined ? undefined : upgradeRefusal(from, inputs.version),
        kubeletRefusal(kubelets, inputs.version),
    ].filter(refusal => refusal !== undefined);
}

/** A host that joins gets what the cluster has now; the upgrade comes after, for with a member less it were an outage. */
function releaseOfJoins({ inputs, previous, observed }: Situation, cluster: KnownCluster): KubernetesRelease {
    const { configuredVersion } = cluster;
    if (configuredVersion === "" || configuredVersion === inputs.version) {
        return inputs;
    }
    if (previous?.version === configuredVersion) {
        return previous;
    }
    const seen = Object.values(observed)
        .filter(isSeen)
        .find(host => host.hasAdmin && runningVersion(host) === configuredVersion);
    const { ignorePreflightErrors = [] } = inputs;
    return { version: configuredVersion, packages: seen?.packages ?? inputs.packages, ignorePreflightErrors };
}

function joinStep(node: string, { version, packages, images, ignorePreflightErrors }: KubernetesRelease): Step {
    const release = {
        version,
        packages,
        ...(images === undefined ? {} : { images }),
        ...(ignorePreflightErrors === undefined ? {} : { ignorePreflightErrors }),
    };
    return { kind: "join", node, release, reasons: [{ path: hostPath(node), words: "joins the control plane" }] };
}

function resetStep(node: string, leaves: boolean, words: string): Step {
    return { kind: "reset", node, leaves, reasons: [{ path: hostPath(node), words }] };
}
