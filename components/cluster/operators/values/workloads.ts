import { stringify } from "yaml";
import { repositoryAndTag, type Values } from "./cilium";
import type { PlatformOptions } from "./platform";

/** Values of LeaderWorkerSet. */
export function lwsValues({ image, monitored, replicas }: PlatformOptions): Values {
    return {
        replicaCount: replicas,
        image: { manager: { ...repositoryAndTag(image("lws")), pullPolicy: "IfNotPresent" } },
        enablePrometheus: monitored,
    };
}

/** Kinds of workloads that Kueue queues, where they name a queue: those that the clusters of Seamount have. */
const FRAMEWORKS = ["batch/job", "pod", "deployment", "statefulset", "leaderworkerset.x-k8s.io/leaderworkerset"];

/**
 * Values of Kueue.
 * @param withLws whether LeaderWorkerSets are there to be queued: Kueue does not start without their definition
 */
export function kueueValues({ image, monitored, replicas }: PlatformOptions, withLws: boolean): Values {
    const configuration = {
        apiVersion: "config.kueue.x-k8s.io/v1beta2",
        kind: "Configuration",
        health: { healthProbeBindAddress: ":8081" },
        metrics: { bindAddress: ":8443" },
        webhook: { port: 9443 },
        leaderElection: { leaderElect: true, resourceName: "c1f6bfd2.kueue.x-k8s.io" },
        clientConnection: { qps: 300, burst: 500 },
        // Queues are about GPUs: what else a tenant may use, its ResourceQuota says.
        resources: {
            excludeResourcePrefixes: ["cpu", "memory", "ephemeral-storage", "hugepages-", "rdma/", "nvidia.com/rail"],
        },
        integrations: { frameworks: FRAMEWORKS.filter(name => withLws || !name.startsWith("leaderworkerset")) },
    };
    return {
        enablePrometheus: monitored,
        controllerManager: {
            replicas,
            manager: { image: { ...repositoryAndTag(image("kueue")), pullPolicy: "IfNotPresent" } },
        },
        managerConfig: { controllerManagerConfigYaml: stringify(configuration) },
    };
}

/** Values of KEDA. */
export function kedaValues({ image, monitored, replicas }: PlatformOptions): Values {
    const pinned = (name: string): Values => {
        const { registry, path, pinnedTag } = image(name);
        return { registry, repository: path, tag: pinnedTag };
    };
    const prometheus = { enabled: monitored, serviceMonitor: { enabled: monitored } };
    return {
        image: {
            keda: pinned("keda"),
            metricsApiServer: pinned("keda-metrics-apiserver"),
            webhooks: pinned("keda-admission-webhooks"),
        },
        operator: { replicaCount: replicas },
        prometheus: { operator: prometheus, metricServer: prometheus },
    };
}

/**
 * Values of Envoy Gateway. Its certificates are cert-manager's: the chart's own come from a hook.
 * @param rateLimitStore Redis server of limits that all proxies count together, `host:port`. Unset: there are none
 */
export function envoyGatewayValues({ image, replicas }: PlatformOptions, rateLimitStore?: string): Values {
    const envoyGateway = {
        rateLimit: { backend: { type: "Redis", redis: { url: rateLimitStore } } },
        provider: {
            type: "Kubernetes",
            kubernetes: {
                rateLimitDeployment: { replicas, container: { image: image("ratelimit").reference } },
            },
        },
    };
    return {
        ...(rateLimitStore !== undefined && { config: { envoyGateway } }),
        global: {
            images: {
                envoyGateway: { image: image("gateway").reference, pullPolicy: "IfNotPresent" },
                envoyProxy: { image: image("envoy").reference },
            },
        },
        crds: { enabled: false },
        deployment: { replicas },
    };
}

/** Values of Envoy Gateway's definitions: its own alone. */
export const envoyGatewayDefinitionsValues: Values = {
    crds: { gatewayAPI: { enabled: false }, envoyGateway: { enabled: true } },
};
