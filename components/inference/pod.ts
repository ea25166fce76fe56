import type { Input } from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";
import type { ModelPlan } from "../planning/plan";
import type { SiteModel } from "../site/site";
import { type Container, exactly, type PodSpec, RESTRICTED_CONTAINER, RESTRICTED_POD } from "./container";
import {
    answersClients,
    beyondHost,
    DRAIN_SECONDS,
    engineContainer,
    meetingContainers,
    memberName,
} from "./engineContainer";
import { firstMember, type Member } from "./engines/member";
import { engines } from "./engines/registry";
import { EXCEPTION_ANNOTATION } from "./labels";
import { besideGroup, serving, spread } from "./placement";
import type { Pool } from "./pool";
import { METRICS_PORT, PROXY_COMMAND, PROXY_HEALTH_PATH, PROXY_MOUNTS, PROXY_PORT } from "./proxy";
import { verifyContainer } from "./verify";
import { commandFiles, engineVolumes, type MountedNames, proxyVolumes, weightsVolumes } from "./volumes";

export type { MountedNames } from "./volumes";
export { onHosts } from "./placement";

/** What all pods of a model are made from. */
export interface ServiceSettings {
    readonly model: SiteModel;
    readonly plan: ModelPlan;
    /** Extended resource of the GPUs, e.g. `nvidia.com/gpu`. Unset: the engine runs on CPUs. */
    readonly gpuResource?: string;
    /** Taints that the pod tolerates, beside the one of its GPUs. */
    readonly tolerations?: readonly types.input.core.v1.Toleration[];
    /** Class of the cluster's by which the pod goes before others. Unset: the cluster's default. */
    readonly priorityClass?: Input<string>;
    /** What is known of the pool's hosts. Unset: nothing, which is enough for a replica on one host. */
    readonly pool?: Pool;
}

/** What one kind of them is made from. */
export interface PodSettings extends ServiceSettings {
    /** Labels of the pods that this one is spread over hosts with. */
    readonly labels: Readonly<Record<string, string>>;
}

/** Seconds that an engine has to finish its answers. */
const FINISH_SECONDS = 45;
/** Seconds that an engine without clients has to end. */
const WORKER_SECONDS = 10;

/**
 * One kind of pod of a replica: weights checked first, then the proxy where clients' requests come in, then the engine.
 * @param member which kind. Default: the only pod of a replica on one host
 */
export function podSpec(
    settings: PodSettings,
    names: MountedNames,
    member: Member = firstMember(settings.plan),
): PodSpec {
    const { plan, model } = settings;
    const engine = engines[plan.engine];
    const front = answersClients(member);
    const command = engine.command(plan, model, member);
    return {
        ...podBase(settings, beyondHost(settings, member)),
        // The proxy is a sidecar: it starts before the engine and stops after it, so that open answers can finish.
        initContainers: [
            verifyContainer(settings, member),
            ...(front ? [proxyContainer(settings)] : []),
            ...meetingContainers(settings, names, engine, member),
        ],
        containers: [engineContainer(settings, names, engine, member)],
        volumes: [
            ...weightsVolumes(settings, names),
            ...(front ? proxyVolumes(names) : []),
            ...engineVolumes(settings, engine, member),
            ...commandFiles(command, memberName(member), names).volumes,
        ],
        terminationGracePeriodSeconds: member.role === "leader" ? DRAIN_SECONDS + FINISH_SECONDS : WORKER_SECONDS,
        affinity: {
            nodeAffinity: serving(plan),
            ...(member.layout.hosts > 1 && racked(settings) && { podAffinity: besideGroup(settings.labels) }),
        },
        topologySpreadConstraints: spread(settings.labels, member.layout.hosts > 1 && racked(settings)),
    };
}

const racked = ({ pool }: ServiceSettings): boolean => (pool?.racks.length ?? 0) > 1;

/** What all pods of a service have: their account, their rights, their place in the queue. */
export function podBase(settings: ServiceSettings, onFabric: boolean): PodSpec & { containers: [] } {
    const { plan, gpuResource, tolerations = [], priorityClass, pool } = settings;
    const groups = gpuResource === undefined ? [] : (pool?.deviceGroups ?? []);
    return {
        serviceAccountName: plan.name,
        automountServiceAccountToken: false,
        // A Service named like an engine would otherwise set variables that the engine reads as its own.
        enableServiceLinks: false,
        ...(onFabric && hostNetwork(settings) !== undefined
            ? { hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" }
            : {}),
        securityContext: groups.length === 0 ? RESTRICTED_POD : { ...RESTRICTED_POD, supplementalGroups: [...groups] },
        ...(priorityClass !== undefined && { priorityClassName: priorityClass }),
        containers: [],
        tolerations: [
            ...(gpuResource === undefined ? [] : [{ key: gpuResource, operator: "Exists", effect: "NoSchedule" }]),
            ...tolerations,
        ],
    };
}

/** Why pods that span hosts are on their hosts' network, or undefined where they are not. */
export function hostNetwork({ pool }: Pick<ServiceSettings, "pool">): string | undefined {
    return pool !== undefined && "hostNetwork" in pool.fabric ? pool.fabric.hostNetwork : undefined;
}

/** The written exception of a pod that is not restricted, as annotations. Empty for one that is. */
export function exceptions(settings: ServiceSettings, onFabric: boolean): Readonly<Record<string, string>> {
    const reason = onFabric ? hostNetwork(settings) : undefined;
    return reason === undefined ? {} : { [EXCEPTION_ANNOTATION]: reason };
}

/** The proxy in front of an engine, or of a router. */
export function proxyContainer({ model, gpuResource }: ServiceSettings): Container {
    const own = { path: PROXY_HEALTH_PATH, port: PROXY_PORT, scheme: "HTTPS" };
    return {
        name: "proxy",
        image: model.proxyImage,
        restartPolicy: "Always",
        command: PROXY_COMMAND,
        ports: [
            { name: "https", containerPort: PROXY_PORT, protocol: "TCP" },
            { name: "metrics", containerPort: METRICS_PORT, protocol: "TCP" },
        ],
        resources: exactly({ cpu: gpuResource === undefined ? "250m" : "1000m", memory: "256Mi" }),
        securityContext: RESTRICTED_CONTAINER,
        startupProbe: { httpGet: own, periodSeconds: 1, failureThreshold: 30 },
        livenessProbe: { httpGet: own, periodSeconds: 10, failureThreshold: 3 },
        volumeMounts: [
            { name: "proxy-config", mountPath: PROXY_MOUNTS.config, readOnly: true },
            { name: "tls", mountPath: PROXY_MOUNTS.tls, readOnly: true },
            { name: "api-key", mountPath: PROXY_MOUNTS.keys, readOnly: true },
            { name: "proxy-tmp", mountPath: "/tmp" },
        ],
    };
}
