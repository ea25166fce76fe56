import { kubernetesMinors, mostControlPlaneHosts } from "../../catalog/kubernetes";
import { networkProblems } from "./cluster-networks";
import { type ClusterContext, clusterHosts, controlPlaneOf, resolveCluster } from "./kubeadm";
import { few, pathOf, show, type Problem } from "./problem";
import { getsRepository } from "./repositories";
import type { ClusterEntry } from "./schema-cluster";
import type { Fabric, SiteCluster, SiteHost, SiteRepository } from "./site";

/** What a cluster is read beside. */
export interface ClusterSurroundings extends Omit<ClusterContext, "hosts"> {
    /** All hosts; undefined where some group is wrong, and who is in the cluster cannot be told. */
    readonly hosts: readonly SiteHost[] | undefined;
    readonly fabric: Fabric | undefined;
    readonly repositories: Readonly<Record<string, SiteRepository>>;
}

/** A cluster with its defaults, and everything that is wrong with it. An entry that did not pass the schema has none. */
export function readCluster(
    entry: ClusterEntry | undefined,
    surroundings: ClusterSurroundings,
): { readonly cluster?: SiteCluster; readonly problems: readonly Problem[] } {
    if (entry === undefined) {
        return { problems: [] };
    }
    const { cluster, problems } = resolveCluster(entry, { ...surroundings, hosts: surroundings.hosts ?? [] });
    return { cluster, problems: [...problems, ...clusterProblems(entry, cluster, surroundings)] };
}

/** Fields of the site file that only a cluster of Seamount's own has. */
const ownFields = [
    "version",
    "packageRevision",
    "controlPlane",
    "network",
    "runtime",
    "audit",
    "oidc",
    "imageDigests",
    "ignorePreflightErrors",
    "taintGpus",
] as const satisfies readonly (keyof ClusterEntry)[];

/** Everything that is wrong beyond single fields. `resolved`: the same cluster with its defaults. */
function clusterProblems(
    entry: ClusterEntry,
    resolved: SiteCluster,
    { hosts, fabric, repositories }: ClusterSurroundings,
): readonly Problem[] {
    const tenants = tenantProblems(resolved);
    if (resolved.kubeadm === undefined) {
        const foreign = ownFields.filter(field => entry[field] !== undefined);
        const message = "is for mode kubeadm, but the mode is existing; take it out, or set mode: kubeadm";
        return [...foreign.map(field => at(message, field)), ...tenants];
    }
    return [
        ...versionProblems(entry),
        ...tenants,
        ...endpointProblems(entry),
        ...encryptionProblems(entry),
        ...(hosts === undefined
            ? []
            : [
                  ...hostProblems(hosts),
                  ...controlPlaneProblems(entry, hosts),
                  ...auditProblems(entry, hosts),
                  ...repositoryProblems(entry, hosts, repositories),
                  ...networkProblems(resolved.kubeadm, hosts, fabric),
              ]),
    ];
}

const at = (message: string, ...field: readonly PropertyKey[]): Problem => ({
    path: pathOf("cluster", ...field),
    message,
});

function versionProblems({ version, kubeconfigFile }: ClusterEntry): readonly Problem[] {
    const own =
        kubeconfigFile === undefined
            ? []
            : [
                  at(
                      "is for mode existing: a cluster of Seamount's own has its kubeconfig; take it out",
                      "kubeconfigFile",
                  ),
              ];
    if (version === undefined) {
        return [
            ...own,
            at("is missing: mode kubeadm builds exactly one version of Kubernetes, like 1.36.3", "version"),
        ];
    }
    const minor = version.split(".", 2).join(".");
    const message = `${show(version)}, but Seamount builds clusters of ${kubernetesMinors.join(", ")}; choose a version of it`;
    return kubernetesMinors.includes(minor) ? own : [...own, at(message, "version")];
}

function endpointProblems({ controlPlane }: ClusterEntry): readonly Problem[] {
    const { virtualAddress, endpoint } = controlPlane ?? {};
    return virtualAddress !== undefined && endpoint !== undefined
        ? [at("virtualAddress and endpoint are both set; set the one that clients use", "controlPlane")]
        : [];
}

function encryptionProblems({ network }: ClusterEntry): readonly Problem[] {
    const { plugin, encryption = "none" } = network ?? {};
    return plugin === "bridge" && encryption !== "none"
        ? [
              at(
                  `${show(encryption)}, but the plugin bridge has no encryption; take it out, or take cilium`,
                  "network",
                  "encryption",
              ),
          ]
        : [];
}

/** Hosts that cannot be what they are said to be in a cluster of Seamount's own. */
function hostProblems(hosts: readonly SiteHost[]): readonly Problem[] {
    const foreign = hosts.filter(host => !host.managed && host.node !== undefined);
    const names = (some: readonly SiteHost[]): string => few(some.map(host => host.name));
    const problems: Problem[] = [];
    if (foreign.length > 0) {
        const verb = foreign.length === 1 ? "is a node" : "are nodes";
        const message = `"kubeadm", but ${names(foreign)} ${verb} with managed: false, and nobody could let them join`;
        problems.push(at(`${message}; take out node, or let Seamount manage them`, "mode"));
    }
    const masters = controlPlaneOf(hosts);
    const withGpus = masters.filter(host => host.gpu !== undefined);
    if (withGpus.length > 0) {
        const message = `"kubeadm", but ${names(withGpus)} of the control plane ${plural(withGpus, "has", "have")} GPUs, where no model runs`;
        problems.push(at(`${message}; give hosts with GPUs the role gpu`, "mode"));
    }
    const unfit = masters.filter(host => !host.managed || host.node === undefined);
    if (unfit.length > 0) {
        const message = `"kubeadm", but ${names(unfit)} with the role control-plane ${plural(unfit, "is", "are")} not managed, or no node`;
        problems.push(at(`${message}; leave managed and node out`, "mode"));
    }
    return problems;
}

const plural = (some: readonly unknown[], one: string, more: string): string => (some.length === 1 ? one : more);

function controlPlaneProblems({ controlPlane }: ClusterEntry, hosts: readonly SiteHost[]): readonly Problem[] {
    const { virtualAddress, endpoint } = controlPlane ?? {};
    const masters = controlPlaneOf(hosts);
    const found = `${masters.length} ${plural(masters, "host has", "hosts have")} the role control-plane`;
    if (masters.length === 0) {
        return [at(`"kubeadm", but no host has the role control-plane; give it to 1, 3 or 5`, "mode")];
    }
    if (masters.length > mostControlPlaneHosts) {
        return [
            at(`"kubeadm", but ${found}; take ${mostControlPlaneHosts} at most, as etcd gets slower with each`, "mode"),
        ];
    }
    if (masters.length % 2 === 0) {
        const outlives = masters.length / 2 - 1;
        const message = `"kubeadm", but ${found}: that outlives ${outlives} failures, as ${masters.length - 1} would`;
        return [at(`${message}; take ${masters.length - 1} or ${masters.length + 1}`, "mode")];
    }
    if (masters.length > 1 && virtualAddress === undefined && endpoint === undefined) {
        const message = `is missing, and endpoint too: ${found}, and clients need one address for all`;
        return [
            at(
                `${message}; set a free address of their subnet, or a balancer as endpoint`,
                "controlPlane",
                "virtualAddress",
            ),
        ];
    }
    const bare = masters.filter(host => host.managementInterface === undefined).map(host => host.name);
    return virtualAddress === undefined || bare.length === 0
        ? []
        : [
              at(
                  `${show(virtualAddress)}, but ${few(bare)} ${bare.length === 1 ? "says" : "say"} no managementInterface, which carries it; set it, like eno1`,
                  "controlPlane",
                  "virtualAddress",
              ),
          ];
}

function auditProblems({ audit }: ClusterEntry, hosts: readonly SiteHost[]): readonly Problem[] {
    const { collector, server } = audit ?? {};
    if (collector === undefined) {
        return [];
    }
    if (server !== undefined) {
        return [at("collector and server are both set; set one of them", "audit")];
    }
    const host = hosts.find(({ name }) => name === collector);
    const wrong =
        host === undefined ? "is no host of the site" : host.managed ? undefined : "is not managed by Seamount";
    return wrong === undefined
        ? []
        : [at(`${show(collector)} ${wrong}; name a managed host, or a server outside`, "audit", "collector")];
}

function repositoryProblems(
    { version }: ClusterEntry,
    hosts: readonly SiteHost[],
    repositories: ClusterSurroundings["repositories"],
): readonly Problem[] {
    const without = clusterHosts(hosts).filter(
        host => !Object.values(repositories).some(repository => getsRepository(repository, host)),
    );
    const wanted = version === undefined ? "kubeadm, kubelet and kubectl" : `kubeadm, kubelet and kubectl ${version}`;
    return without.length === 0
        ? []
        : [
              {
                  path: pathOf("repositories"),
                  message: `none is for ${few(without.map(host => host.name))}: packages ${wanted} come from a repository of the site; add it, with its key`,
              },
          ];
}

/** Namespaces that Kubernetes makes itself, or keeps for itself. */
const kept = /^(default|kube-.*)$/;

function tenantProblems({ tenants = [], namespace }: SiteCluster): readonly Problem[] {
    return tenants.flatMap(({ name }, index) => {
        const path = ["tenants", index, "name"];
        if (kept.test(name)) {
            return [at(`${show(name)} is a namespace of Kubernetes itself; choose another name`, ...path)];
        }
        if (name === namespace) {
            return [at(`${show(name)} is the namespace of model services; choose another name`, ...path)];
        }
        const first = tenants.findIndex(other => other.name === name);
        return first === index
            ? []
            : [at(`${show(name)} is also that of ${pathOf("cluster", "tenants", first)}`, ...path)];
    });
}
