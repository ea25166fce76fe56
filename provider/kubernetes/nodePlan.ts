import type { NodeState } from "../rolling/nodes";
import { itemPath } from "../check";
import type { SeenNode } from "./nodeObserve";
import { PROGRAMS } from "./observe";
import { isHalfDone } from "./record";
import type { ClusterNodeInputs } from "./types";
import { compareVersions, readVersion } from "./versions";

/** Fact of a host's record: how far it was taken out of service for an upgrade (`draining`, `drained`), and by whom. */
export const SERVICE = "service";

/** What is known of the cluster that a host is to be of. */
export type SeenCluster =
    /** It cannot be asked now. */
    | { readonly state: "unknown" }
    /** No host of the control plane has one yet. */
    | { readonly state: "none" }
    /** `authority`: as in `SeenKubernetes`. `node`: unset where the cluster has no such node. */
    | { readonly state: "there"; readonly authority: string; readonly node?: NodeState };

/**
 * What can be done to a host.
 * - `reset`: nothing of Kubernetes is left but its packages. `install`: packages and images. `join`.
 * - `takeOut`: its node takes no work, and has none. `upgrade`: one version on. `bringBack`: it takes work again.
 * - `restart`: its kubelet. `ready`: the cluster says so, of the right version. `prove`: its gates pass.
 */
export type NodeStep =
    "reset" | "install" | "join" | "takeOut" | "upgrade" | "restart" | "ready" | "prove" | "bringBack";

/** One thing that is not as it should be. */
export interface NodeDifference {
    /** Path of the property that says so. */
    readonly path: string;
    /** A sentence without its subject, the host: `is not of the cluster`. */
    readonly words: string;
}

/** What is to be done to a host. */
export interface NodePlan {
    readonly differences: readonly NodeDifference[];
    readonly steps: readonly NodeStep[];
    /** Why nothing may be done, a sentence without its subject. Then there are no steps. */
    readonly refusal?: string;
}

/** The part of the inputs that a plan depends on: how hosts are reached is none of it. */
export type Wanted = Pick<ClusterNodeInputs, "node" | "version" | "packages" | "images">;

/** What is to be done so that a host becomes a node of the cluster, of the right version, that takes work. */
export function planNode(wanted: Wanted, host: SeenNode, cluster: SeenCluster, now: Date): NodePlan {
    const differences = softwareDifferences(wanted, host);
    const refused = refusal(wanted, host, cluster);
    if (refused !== undefined) {
        return { differences: [...differences, { path: "joined", words: refused }], steps: [], refusal: refused };
    }
    const install: readonly NodeStep[] = differences.length > 0 ? ["install"] : [];
    const service = host.record.facts[SERVICE];
    const apart = whyApart(host, now);
    if (apart !== undefined) {
        const { phase } = host.record;
        const clean = (phase === undefined || phase === "prepared") && !host.hasKubelet && host.authority === "";
        const reset: readonly NodeStep[] = clean ? [] : ["reset"];
        const words: NodeDifference = { path: "joined", words: apart };
        const back: readonly NodeStep[] = service === undefined ? [] : ["prove", "bringBack"];
        return { differences: [words, ...differences], steps: [...reset, ...install, "join", "ready", ...back] };
    }
    const state = stateDifferences(wanted, host, cluster);
    const node = cluster.state === "there" ? cluster.node : undefined;
    const broken = !host.kubeletActive || (cluster.state === "there" && node?.ready !== true);
    const outdated = !fits(host, wanted, "kubelet") || (node !== undefined && !runs(node, wanted));
    const after: readonly NodeStep[] = ["ready", "prove", "bringBack"];
    const steps = (): readonly NodeStep[] => {
        if (outdated) {
            const emptied = broken && service?.startsWith("drained") === true;
            const first: readonly NodeStep[] = emptied ? [] : [...(broken ? repair : []), "takeOut"];
            return [...first, "upgrade", ...after];
        }
        const mend = broken ? repair : [];
        return service === undefined ? [...install, ...mend] : [...install, ...mend.slice(0, 1), ...after];
    };
    return { differences: [...differences, ...state], steps: steps() };
}

/** What makes a node ready that is not. */
const repair: readonly NodeStep[] = ["restart", "ready"];

/** Why nothing may be done to the host; undefined where something may. */
function refusal(wanted: Wanted, host: SeenNode, cluster: SeenCluster): string | undefined {
    if (host.hasAdmin) {
        return "is a host of a control plane, and cannot be a worker as well";
    }
    const ours = cluster.state === "there" ? cluster.authority : cluster.state === "none" ? "none yet" : undefined;
    if (ours !== undefined && host.authority !== "" && host.authority !== ours && !isHalfDone(host.record)) {
        return `is of another cluster: the authority there is ${host.authority}, that of this cluster is ${ours}. If the other cluster needs it no longer, run \`kubeadm reset --force\` there, and \`pulumi up\` again`;
    }
    const newer = Object.entries(wanted.packages).find(
        ([name, version]) => compareVersions(released(host.packages[name] ?? ""), released(version)) > 0,
    );
    if (newer !== undefined) {
        const [name, version] = newer;
        return `has ${name} ${host.packages[name]}, newer than ${version}: Kubernetes cannot go back to an older version`;
    }
    const { kubelet = "" } = host.packages;
    const [before, after] = [readVersion(released(kubelet)), readVersion(wanted.version)];
    return host.hasKubelet && before !== undefined && after !== undefined && after.minor - before.minor > 1
        ? `has kubelet ${kubelet}, and cannot become ${wanted.version} at once: Kubernetes goes one minor version at a time, to ${before.major}.${before.minor + 1} next`
        : undefined;
}

/** Why the host is not of the cluster; undefined where it is. */
function whyApart(host: SeenNode, now: Date): string | undefined {
    const { phase } = host.record;
    if (phase === "joining" || phase === "beginning") {
        return "began to join the cluster, and did not end";
    }
    if (phase === "leaving") {
        return "began to leave the cluster, and did not end";
    }
    if (!host.hasKubelet) {
        return phase === "member" ? "is of the cluster no longer: it was reset" : "is not of the cluster";
    }
    const { certificateEnds: ends } = host;
    return ends !== undefined && Date.parse(ends) <= now.getTime()
        ? `is known to the cluster no longer: the certificate of its kubelet ended at ${ends}`
        : undefined;
}

/** How the host's packages and images differ from what they should be. */
function softwareDifferences(wanted: Wanted, host: SeenNode): readonly NodeDifference[] {
    const packages = Object.entries(wanted.packages)
        .filter(([name]) => !fits(host, wanted, name))
        .map(([name, version]) => {
            const now = host.packages[name];
            const words = now === undefined ? `has no package ${name}` : `has ${name} ${now}`;
            return { path: itemPath("packages", name), words: `${words}, should have ${version}` };
        });
    const images = Object.entries(wanted.images ?? {})
        .filter(([reference, digest]) => host.images[reference] !== digest)
        .map(([reference, digest]) => {
            const now = host.images[reference];
            const words = now === undefined ? "" : ` as ${now}`;
            return {
                path: itemPath("images", reference),
                words: `has ${now === undefined ? "no " : ""}image ${reference}${words}, should have ${digest}`,
            };
        });
    return [...packages, ...images];
}

/** How the node differs from one that runs the right version and takes work. */
function stateDifferences({ node, version }: Wanted, host: SeenNode, cluster: SeenCluster): readonly NodeDifference[] {
    const said: string[] = [];
    const known = cluster.state === "there" ? cluster.node : undefined;
    if (!host.kubeletActive) {
        said.push("has a kubelet that does not run");
    } else if (cluster.state === "there" && known === undefined) {
        said.push(`is joined, and yet the cluster has no node ${node}`);
    } else if (known?.ready === false) {
        said.push(`is node ${node}, which is not ready`);
    }
    if (known !== undefined && !runs(known, { version })) {
        said.push(`runs kubelet ${known.kubeletVersion}, should run v${version}`);
    }
    const service = host.record.facts[SERVICE];
    if (service !== undefined) {
        said.push(`was taken out of service by ${service.replace(/^\w+ /, "")} and is not back yet`);
    }
    return said.map(words => ({ path: "kubeletVersion", words }));
}

/** Whether a package is there in its exact version; rpm has more to say after it. */
function fits(host: SeenNode, { packages }: Pick<Wanted, "packages">, name: string): boolean {
    const [now, wanted] = [host.packages[name], packages[name]];
    return wanted === undefined || now === wanted || (now?.startsWith(`${wanted}-`) ?? false);
}

/** Version of Kubernetes that a package's version speaks of: `1.36.3-1.1` → `1.36.3`. */
const released = (version: string): string => version.replace(/-.*$/, "");

const runs = ({ kubeletVersion }: NodeState, { version }: Pick<Wanted, "version">): boolean =>
    kubeletVersion === undefined || kubeletVersion === `v${version}`;

/** Packages by the turn in which an upgrade takes them: kubeadm first, for it prepares what the kubelet reads. */
export function upgradeOrder(packages: Readonly<Record<string, string>>): readonly Readonly<Record<string, string>>[] {
    const part = (wanted: (name: string) => boolean) =>
        Object.fromEntries(Object.entries(packages).filter(([name]) => wanted(name)));
    return [part(name => name === "kubeadm"), part(name => name !== "kubeadm")];
}

/** Names of the programs that an upgrade may not leave out. */
export const NEEDED: readonly string[] = PROGRAMS.filter(name => name !== "kubectl");
