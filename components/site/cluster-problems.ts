import { kubernetesMinors } from "../../catalog/kubernetes";
import { auditProblems, controlPlaneProblems, hostProblems } from "./cluster-hosts";
import { networkProblems } from "./cluster-networks";
import { operatorProblems, tenantProblems } from "./cluster-tenants";
import { type ClusterContext, clusterHosts, resolveCluster } from "./kubeadm";
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
    const tenants = [...tenantProblems(resolved), ...operatorProblems(resolved)];
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
