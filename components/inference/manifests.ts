import type { Input } from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";
import type { Endpoint } from "../site/site";
import { checkModelService } from "./check";
import { engines } from "./engines/registry";
import { type ApartReplica, apartReplicas } from "./group/apart";
import { fence } from "./group/fence";
import { type LeaderWorkerSet, setSpec } from "./group/leaderWorkerSet";
import { groupsOf, setAnnotations } from "./group/templates";
import {
    COMPONENT_LABEL,
    GROUP_LABELS,
    groupName,
    metadata,
    selector,
    shape,
    SINGLE_REPLICA_ANNOTATION,
    WORKER_LABEL,
} from "./labels";
import { loadTimes } from "./loading";
import { type MountedNames, podSpec, type ServiceSettings } from "./pod";
import { METRICS_PORT, PROXY_PORT } from "./proxy";

export { checkModelService } from "./check";
export { apiKeySecret, contents, tlsSecret } from "./contents";
export { COMPONENT_LABEL, metadata, selector, SINGLE_REPLICA_ANNOTATION } from "./labels";

/** What all objects of one model service are made from. */
export interface ModelServiceSettings extends ServiceSettings {
    readonly namespace: Input<string>;
    /** Who may ask the model. Unset: everybody who has its key. */
    readonly callers?: readonly types.input.networking.v1.NetworkPolicyPeer[];
    /** Who may read the engine's metrics. Unset: nobody. */
    readonly observers?: readonly types.input.networking.v1.NetworkPolicyPeer[];
    /** Whether a gateway stands before the service: then it is reached within the cluster alone. Unset: none does. */
    readonly behindGateway?: boolean;
    /** Whether the cluster knows sets of several roles (disaggregatedset.x-k8s.io). Unset: it does not. */
    readonly disaggregatedSets?: boolean;
}

/** The objects with a name of their own. */
export interface ServiceObjects {
    readonly serviceAccount: types.input.core.v1.ServiceAccount;
    readonly disruptionBudget: types.input.policy.v1.PodDisruptionBudget;
    readonly networkPolicy: types.input.networking.v1.NetworkPolicy;
    readonly service: types.input.core.v1.Service;
    /** Set exactly where a replica is one pod. */
    readonly deployment?: types.input.apps.v1.Deployment;
    /** Set exactly where a replica is a group of pods. */
    readonly group?: LeaderWorkerSet;
    /** What pods of a group may say to one another, for each group; empty where a replica is one pod. */
    readonly fences: readonly types.input.networking.v1.NetworkPolicy[];
    /** Replicas whose prefill and decode are apart; empty for all others. */
    readonly replicas: readonly ApartReplica[];
}

type Named = types.input.meta.v1.ObjectMeta & { readonly name: string };

const named = (settings: ModelServiceSettings): Named => ({ ...metadata(settings), name: settings.plan.name });

/** Plain Kubernetes objects of one model service. @throws Error as `checkModelService` does */
export function modelServiceManifests(settings: ModelServiceSettings, names: MountedNames): ServiceObjects {
    checkModelService(settings);
    const { plan } = settings;
    const labelled = { ...settings, labels: selector(plan) };
    const kind = shape(plan);
    return {
        serviceAccount: { metadata: named(settings), automountServiceAccountToken: false },
        disruptionBudget: disruptionBudget(settings),
        networkPolicy: networkPolicy(settings),
        service: service(settings),
        ...(kind === "pod" && { deployment: deployment(settings, names) }),
        ...(kind === "group" && { group: group(settings, names) }),
        fences: kind === "group" ? groupFences(settings) : [],
        replicas: kind === "apart" ? apartReplicas(labelled, names) : [],
    };
}

/** Workers count too: who ends one of them ends its group. */
function disruptionBudget(settings: ModelServiceSettings): types.input.policy.v1.PodDisruptionBudget {
    const { plan } = settings;
    const components = [...Object.values(COMPONENT_LABEL), ...Object.values(WORKER_LABEL)];
    const all = {
        matchLabels: { "app.kubernetes.io/name": plan.name },
        matchExpressions: [{ key: "app.kubernetes.io/component", operator: "In", values: components }],
    };
    return {
        metadata: named(settings),
        spec: {
            maxUnavailable: 1,
            unhealthyPodEvictionPolicy: "AlwaysAllow",
            selector: shape(plan) === "pod" ? { matchLabels: selector(plan) } : all,
        },
    };
}

function networkPolicy(settings: ModelServiceSettings): types.input.networking.v1.NetworkPolicy {
    const { plan, callers, observers = [] } = settings;
    const open = (port: number) => ({ ports: [{ protocol: "TCP", port }] });
    return {
        metadata: named(settings),
        spec: {
            podSelector: { matchLabels: selector(plan) },
            policyTypes: ["Ingress", "Egress"],
            ingress: [
                { ...(callers === undefined ? {} : { from: [...callers] }), ...open(PROXY_PORT) },
                ...(observers.length === 0 ? [] : [{ from: [...observers], ...open(METRICS_PORT) }]),
            ],
            egress: [],
        },
    };
}

function groupFences(settings: ModelServiceSettings): readonly types.input.networking.v1.NetworkPolicy[] {
    const { plan, model } = settings;
    const set = groupName(plan);
    const { namespace } = settings;
    const { labels } = metadata(settings);
    const most = Math.max(plan.replicas, model.scaling?.maxReplicas ?? 0);
    return Array.from({ length: most }, (_, group) =>
        fence(`${set}-${group}`, namespace, labels, {
            [GROUP_LABELS.set]: set,
            [GROUP_LABELS.group]: String(group),
        }),
    );
}

const reasons = ({ model }: ModelServiceSettings): Readonly<Record<string, string>> =>
    model.singleReplicaReason === undefined ? {} : { [SINGLE_REPLICA_ANNOTATION]: model.singleReplicaReason };

function group(settings: ModelServiceSettings, names: MountedNames): LeaderWorkerSet {
    const { plan } = settings;
    const labelled = { ...settings, labels: selector(plan) };
    const groups = groupsOf(labelled, names, "both", { count: plan.replicas, maxUnavailable: 1 });
    return {
        apiVersion: "leaderworkerset.x-k8s.io/v1",
        kind: "LeaderWorkerSet",
        metadata: {
            name: groupName(plan),
            ...metadata(settings),
            annotations: { ...reasons(settings), ...setAnnotations(labelled, groups.size) },
        },
        spec: setSpec(groups),
    };
}

function deployment(settings: ModelServiceSettings, names: MountedNames): types.input.apps.v1.Deployment {
    const { model, plan, pool } = settings;
    const labels = selector(plan);
    const annotations = reasons(settings);
    return {
        metadata: { ...named(settings), ...(Object.keys(annotations).length > 0 && { annotations }) },
        spec: {
            replicas: plan.replicas,
            revisionHistoryLimit: 2,
            progressDeadlineSeconds: loadTimes(plan, model, engines[plan.engine], pool).total,
            // No site keeps GPUs spare for a rollout: one replica makes room for its successor.
            strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
            selector: { matchLabels: labels },
            template: {
                metadata: { labels: metadata(settings).labels },
                spec: podSpec({ ...settings, labels }, names),
            },
        },
    };
}

function service(settings: ModelServiceSettings): types.input.core.v1.Service {
    const { plan, model, behindGateway } = settings;
    const { serviceType, port } = behindGateway ? { serviceType: "ClusterIP" as const, port: 443 } : model.endpoint;
    const tls = { name: "https", appProtocol: "https", protocol: "TCP", targetPort: PROXY_PORT };
    return {
        metadata: named(settings),
        spec: {
            type: serviceType,
            selector: selector(plan),
            ports: [serviceType === "NodePort" ? { ...tls, port: 443, nodePort: port } : { ...tls, port }],
        },
    };
}

/** Base address of the OpenAI API, as clients write it. */
export function endpointUrl({ host, port }: Pick<Endpoint, "host" | "port">): string {
    return `https://${host.includes(":") ? `[${host}]` : host}:${port}/v1`;
}
