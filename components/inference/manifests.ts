import type { Input } from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";
import type { ModelPlan } from "../planning/plan";
import type { Endpoint } from "../site/site";
import { checksumManifest, MANIFEST_KEY } from "./checksums";
import { engines } from "./engines/registry";
import { loadTimes } from "./loading";
import { type MountedNames, podSpec, type PodSettings } from "./pod";
import { API_KEY_FILE, PROXY_CONFIG_KEY, PROXY_PORT, proxyConfig } from "./proxy";

/** What all objects of one model service are made from. */
export interface ModelServiceSettings extends Omit<PodSettings, "labels"> {
    readonly namespace: Input<string>;
}

/** Label by which policies know a Deployment that serves a model. */
export const COMPONENT_LABEL = { "app.kubernetes.io/component": "model-service" } as const;
/** Annotation that says why a production service may run with one replica. */
export const SINGLE_REPLICA_ANNOTATION = "seamount.dev/single-replica-reason";

/**
 * Everything that can be wrong with a service before anything is made.
 * @throws Error with one sentence that a person can act on
 */
export function checkModelService({ model, plan, gpuResource }: ModelServiceSettings): void {
    const wrong = (problem: string): never => {
        throw new Error(`model "${plan.name}": ${problem}`);
    };
    if (plan.hosts !== 1) {
        wrong(
            `the plan spans ${plan.hosts} hosts for one replica; a model service runs on one host. ` +
                "Choose a GPU with more memory, a smaller number format, or a smaller model",
        );
    }
    if (plan.candidates.length === 0) {
        wrong(`the pool "${plan.pool}" has no hosts`);
    }
    if ((model.weights.hostPath === undefined) === (model.weights.claim === undefined)) {
        wrong("exactly one of weights.hostPath and weights.claim must be set");
    }
    if (plan.gpusPerHost > 0 && gpuResource === undefined) {
        wrong(`the plan needs ${plan.gpusPerHost} GPUs a host, and no resource name for them is known`);
    }
    // These throw where the manifest cannot be read, or holds nothing that the engine can open.
    checksumManifest(model.weights.sha256sums);
    engines[plan.engine].command(plan, model);
}

/** Labels that select the pods of one service. */
export function selector(plan: ModelPlan): Record<string, string> {
    return { "app.kubernetes.io/name": plan.name, ...COMPONENT_LABEL };
}

/** Namespace and labels of every object of a service. */
export function metadata({ plan, namespace }: ModelServiceSettings): types.input.meta.v1.ObjectMeta {
    return {
        namespace,
        labels: {
            ...selector(plan),
            "app.kubernetes.io/managed-by": "seamount",
            "seamount.dev/model": plan.model,
            "seamount.dev/engine": plan.engine,
        },
    };
}

const named = (settings: ModelServiceSettings): types.input.meta.v1.ObjectMeta => ({
    ...metadata(settings),
    name: settings.plan.name,
});

/**
 * ConfigMaps and Secrets, by role. They have no names and cannot change: new content is a new object with a new name,
 * and so the pods roll, without a hash of a secret in sight.
 */
export function contents(settings: ModelServiceSettings): {
    checksums: types.input.core.v1.ConfigMap;
    proxyConfig: types.input.core.v1.ConfigMap;
} {
    const base = { metadata: metadata(settings), immutable: true };
    return {
        checksums: { ...base, data: { [MANIFEST_KEY]: checksumManifest(settings.model.weights.sha256sums) } },
        proxyConfig: { ...base, data: { [PROXY_CONFIG_KEY]: proxyConfig(engines[settings.plan.engine]) } },
    };
}

/** The Secret with the certificate that clients see. */
export function tlsSecret(
    settings: ModelServiceSettings,
    certificate: Input<string>,
    privateKey: Input<string>,
): types.input.core.v1.Secret {
    return {
        metadata: metadata(settings),
        immutable: true,
        type: "kubernetes.io/tls",
        stringData: { "tls.crt": certificate, "tls.key": privateKey },
    };
}

/** The Secret with the proxy's key map, from `apiKeyMap`. */
export function apiKeySecret(settings: ModelServiceSettings, keyMap: Input<string>): types.input.core.v1.Secret {
    return {
        metadata: metadata(settings),
        immutable: true,
        type: "Opaque",
        stringData: { [API_KEY_FILE]: keyMap },
    };
}

/** The objects with a name of their own. */
export interface ServiceObjects {
    readonly serviceAccount: types.input.core.v1.ServiceAccount;
    readonly deployment: types.input.apps.v1.Deployment;
    readonly disruptionBudget: types.input.policy.v1.PodDisruptionBudget;
    readonly networkPolicy: types.input.networking.v1.NetworkPolicy;
    readonly service: types.input.core.v1.Service;
}

/** Plain Kubernetes objects of one model service. @throws Error as `checkModelService` does */
export function modelServiceManifests(settings: ModelServiceSettings, names: MountedNames): ServiceObjects {
    checkModelService(settings);
    const { model, plan } = settings;
    return {
        serviceAccount: { metadata: named(settings), automountServiceAccountToken: false },
        deployment: deployment(settings, names),
        disruptionBudget: {
            metadata: named(settings),
            spec: {
                maxUnavailable: 1,
                unhealthyPodEvictionPolicy: "AlwaysAllow",
                selector: { matchLabels: selector(plan) },
            },
        },
        networkPolicy: {
            metadata: named(settings),
            spec: {
                podSelector: { matchLabels: selector(plan) },
                policyTypes: ["Ingress", "Egress"],
                ingress: [{ ports: [{ protocol: "TCP", port: PROXY_PORT }] }],
                egress: [],
            },
        },
        service: service(settings, model.endpoint),
    };
}

function deployment(settings: ModelServiceSettings, names: MountedNames): types.input.apps.v1.Deployment {
    const { model, plan } = settings;
    const labels = selector(plan);
    const { name, namespace, labels: allLabels } = named(settings);
    const reason = model.singleReplicaReason;
    return {
        metadata: {
            name,
            namespace,
            labels: allLabels,
            ...(reason === undefined ? {} : { annotations: { [SINGLE_REPLICA_ANNOTATION]: reason } }),
        },
        spec: {
            replicas: plan.replicas,
            revisionHistoryLimit: 2,
            progressDeadlineSeconds: loadTimes(plan, model, engines[plan.engine]).total,
            // No site keeps GPUs spare for a rollout: one replica makes room for its successor.
            strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
            selector: { matchLabels: labels },
            template: { metadata: { labels: allLabels }, spec: podSpec({ ...settings, labels }, names) },
        },
    };
}

function service(settings: ModelServiceSettings, endpoint: Endpoint): types.input.core.v1.Service {
    const { serviceType, port } = endpoint;
    const tls = { name: "https", appProtocol: "https", protocol: "TCP", targetPort: PROXY_PORT };
    return {
        metadata: named(settings),
        spec: {
            type: serviceType,
            selector: selector(settings.plan),
            ports: [serviceType === "NodePort" ? { ...tls, port: 443, nodePort: port } : { ...tls, port }],
        },
    };
}

/** Base address of the OpenAI API, as clients write it. */
export function endpointUrl({ host, port }: Endpoint): string {
    return `https://${host.includes(":") ? `[${host}]` : host}:${port}/v1`;
}
