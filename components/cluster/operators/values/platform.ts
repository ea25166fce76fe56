import type { OperatorImages } from "../reference";
import { repositoryAndTag, type Values } from "./cilium";

/** What values of platform charts depend on. */
export interface PlatformOptions {
    readonly image: OperatorImages;
    /** Whether the site installs Prometheus' definitions. */
    readonly monitored: boolean;
    /** Replicas of what must not be away for long: 2 in production. */
    readonly replicas: number;
}

/** Values of cert-manager. Its check of the API is a hook, and hooks do not run. */
export function certManagerValues({ image, monitored, replicas }: PlatformOptions): Values {
    const pinned = (name: string): Values => {
        const { registry, path, tag, digest } = image(name);
        return { registry, repository: path, tag, ...(digest === undefined ? {} : { digest }) };
    };
    return {
        crds: { enabled: true, keep: false },
        replicaCount: replicas,
        image: pinned("cert-manager-controller"),
        webhook: { replicaCount: replicas, image: pinned("cert-manager-webhook") },
        cainjector: { replicaCount: replicas, image: pinned("cert-manager-cainjector") },
        startupapicheck: { enabled: false },
        prometheus: { enabled: monitored, servicemonitor: { enabled: monitored } },
    };
}

/** Values of external-secrets. */
export function externalSecretsValues({ image, monitored, replicas }: PlatformOptions): Values {
    const pinned = repositoryAndTag(image("external-secrets"));
    return {
        replicaCount: replicas,
        leaderElect: replicas > 1,
        image: pinned,
        webhook: { image: pinned, replicaCount: replicas },
        certController: { image: pinned },
        serviceMonitor: { enabled: monitored },
    };
}

/**
 * Values of kube-prometheus-stack: no Grafana, and certificates of webhooks by cert-manager, because the chart's own come
 * from hooks. The cluster's etcd, controller manager and scheduler listen on the loopback alone, so nothing asks them.
 */
export function prometheusValues({ image, replicas }: PlatformOptions): Values {
    const pinned = (name: string): Values => {
        const { registry, path, tag, sha } = image(name);
        return { registry, repository: path, tag, sha };
    };
    const nodeExporter = image("node-exporter");
    return {
        grafana: { enabled: false },
        kubeEtcd: { enabled: false },
        kubeControllerManager: { enabled: false },
        kubeScheduler: { enabled: false },
        kubeProxy: { enabled: false },
        alertmanager: { alertmanagerSpec: { image: pinned("alertmanager"), replicas } },
        prometheus: {
            prometheusSpec: {
                image: pinned("prometheus"),
                replicas,
                // Rules and monitors of every operator, not only those that carry the chart's label.
                ruleSelectorNilUsesHelmValues: false,
                serviceMonitorSelectorNilUsesHelmValues: false,
                podMonitorSelectorNilUsesHelmValues: false,
            },
        },
        prometheusOperator: {
            image: pinned("prometheus-operator"),
            prometheusConfigReloader: { image: pinned("prometheus-config-reloader") },
            admissionWebhooks: { patch: { enabled: false }, certManager: { enabled: true } },
        },
        // This chart wants the digest whole.
        "kube-state-metrics": {
            image: { ...pinned("kube-state-metrics"), sha: image("kube-state-metrics").digest ?? "" },
        },
        "prometheus-node-exporter": {
            image: {
                registry: nodeExporter.registry,
                repository: nodeExporter.path,
                tag: nodeExporter.tag.replace(/-distroless$/, ""),
                distroless: nodeExporter.tag.endsWith("-distroless"),
                digest: nodeExporter.digest ?? "",
            },
        },
    };
}

/** Values of Loki: one process with a volume of its own, and nothing beside it. */
export function lokiValues({ image, monitored }: PlatformOptions): Values {
    const { registry, path, tag, digest } = image("loki");
    return {
        deploymentMode: "Monolithic",
        loki: {
            image: { registry, repository: path, tag, ...(digest === undefined ? {} : { digest }) },
            auth_enabled: false,
            commonConfig: { replication_factor: 1 },
            storage: { type: "filesystem" },
            schemaConfig: {
                configs: [
                    {
                        from: "2026-01-01",
                        store: "tsdb",
                        object_store: "filesystem",
                        schema: "v13",
                        index: { prefix: "index_", period: "24h" },
                    },
                ],
            },
        },
        singleBinary: { replicas: 1 },
        write: { replicas: 0 },
        read: { replicas: 0 },
        backend: { replicas: 0 },
        gateway: { enabled: false },
        test: { enabled: false },
        lokiCanary: { enabled: false },
        chunksCache: { enabled: false },
        resultsCache: { enabled: false },
        sidecar: { rules: { enabled: false } },
        monitoring: { serviceMonitor: { enabled: monitored } },
    };
}

/** Values of Rook's operator. What it stores on is not part of it. */
export function rookValues({ image, monitored }: PlatformOptions): Values {
    const csi = image("ceph-csi-operator");
    return {
        image: repositoryAndTag(image("ceph")),
        "ceph-csi-operator": {
            controllerManager: { manager: { image: { repository: csi.repository, tag: csi.pinnedTag } } },
        },
        csi: { serviceMonitor: { enabled: false } },
        monitoring: { enabled: monitored },
    };
}

/** Values of Velero: the server with the plugin for S3, and no place to store yet. */
export function veleroValues({ image, monitored }: PlatformOptions): Values {
    const { repository, tag, digest } = image("velero");
    return {
        image: { repository, tag, ...(digest === undefined ? {} : { digest }) },
        initContainers: [
            {
                name: "velero-plugin-for-aws",
                image: image("velero-plugin-for-aws").reference,
                volumeMounts: [{ mountPath: "/target", name: "plugins" }],
            },
        ],
        backupsEnabled: false,
        snapshotsEnabled: false,
        credentials: { useSecret: false },
        // It runs as a hook.
        upgradeCRDs: false,
        metrics: { enabled: monitored, serviceMonitor: { enabled: monitored } },
    };
}
