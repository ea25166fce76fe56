import { chartNames, findChart } from "../../catalog/charts";
import { suggestion } from "./nearest";
import { pathOf, show, type Problem } from "./problem";
import type { SiteGateway } from "./serving";
import type { SiteCluster, SiteModel } from "./site";

const at = (message: string, ...field: readonly PropertyKey[]): Problem => ({
    path: pathOf("cluster", ...field),
    message,
});

/** Namespaces that Kubernetes makes itself, or keeps for itself. */
const kept = /^(default|kube-.*)$/;

/** Names of tenants that are namespaces of something else. */
export function tenantProblems({ tenants = [], namespace, operators }: SiteCluster): readonly Problem[] {
    return tenants.flatMap(({ name }, index) => {
        const path = ["tenants", index, "name"];
        if (kept.test(name)) {
            return [at(`${show(name)} is a namespace of Kubernetes itself; choose another name`, ...path)];
        }
        if (name === namespace) {
            return [at(`${show(name)} is the namespace of model services; choose another name`, ...path)];
        }
        const operator = (operators?.install ?? []).find(chart => findChart(chart)?.namespace === name);
        if (operator !== undefined) {
            return [at(`${show(name)} is the namespace of the operator ${operator}; choose another name`, ...path)];
        }
        const first = tenants.findIndex(other => other.name === name);
        return first === index
            ? []
            : [at(`${show(name)} is also that of ${pathOf("cluster", "tenants", first)}`, ...path)];
    });
}

/** Operators that the catalogue of charts does not have. */
export function operatorProblems({ operators }: SiteCluster): readonly Problem[] {
    return (operators?.install ?? []).flatMap((name, index) =>
        findChart(name) === undefined
            ? [
                  at(
                      `${show(name)} is not in the catalogue; ${suggestion(name, chartNames)}`,
                      "operators",
                      "install",
                      index,
                  ),
              ]
            : [],
    );
}

/**
 * Operators that a cluster of Seamount's own lacks for what the site asks of it. An existing cluster may have them from
 * elsewhere.
 */
export function operatorsNeeded(
    cluster: SiteCluster | undefined,
    models: readonly Pick<SiteModel, "name" | "scaling" | "parallelism" | "weights">[],
    gateway: Pick<SiteGateway, "kind"> | undefined,
): readonly Problem[] {
    if (cluster?.kubeadm === undefined) {
        return [];
    }
    const scaled = models.find(({ scaling }) => scaling !== undefined);
    const wide = models.find(
        ({ parallelism }) => (parallelism?.hostsPerReplica ?? 1) > 1 || parallelism?.prefillDecode === "apart",
    );
    const needed: readonly (readonly [operator: string, why: string])[] = [
        ...(gateway?.kind === "envoy"
            ? (["cert-manager", "envoy-gateway", "gateway-api-inference-extension", "llm-d-router"] as const).map(
                  operator => [operator, "the gateway is of the kind envoy"] as const,
              )
            : []),
        ...(scaled === undefined ? [] : [["keda", `${scaled.name} has scaling`] as const]),
        ...(wide === undefined ? [] : [["lws", `replicas of ${wide.name} are groups of pods`] as const]),
    ];
    const installed = cluster.operators?.install ?? [];
    return [
        ...imageVolumeProblems(cluster.kubeadm.version, models),
        ...needed
            .filter(([operator]) => !installed.includes(operator))
            .map(([operator, why]) => at(`has no ${operator}, but ${why}; add it`, "operators", "install")),
    ];
}

/** Kubernetes mounts images as volumes from this minor of 1 on without being told to (feature gate ImageVolume). */
const imageVolumesFrom = 35;

function imageVolumeProblems(
    version: string,
    models: readonly Pick<SiteModel, "name" | "weights">[],
): readonly Problem[] {
    const packed = models.find(({ weights }) => weights.image !== undefined);
    const minor = Number(version.split(".")[1]);
    return packed === undefined || !(minor < imageVolumesFrom)
        ? []
        : [
              at(
                  `${show(version)} does not mount images as volumes, as the weights of ${packed.name} are; choose 1.${imageVolumesFrom} or later, or another place for them`,
                  "version",
              ),
          ];
}
