import type { Input } from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";
import { SERVING_LABEL } from "../../provider";
import { labelValue, POOL_LABEL } from "../fabric/labels";
import type { ModelPlan } from "../planning/plan";
import type { SiteModel } from "../site/site";
import { MANIFEST_PATH, verifyScript } from "./checksums";
import {
    type Container,
    cpuQuantity,
    exactly,
    memoryQuantity,
    type PodSpec,
    RESTRICTED_CONTAINER,
    RESTRICTED_POD,
    type Volume,
} from "./container";
import { CACHE_PATH, WEIGHTS_PATH } from "./engines/engine";
import { engines } from "./engines/registry";
import { loadTimes, STARTUP_PERIOD_SECONDS } from "./loading";
import { HEALTH_PATH, PROXY_COMMAND, PROXY_HEALTH_PATH, PROXY_MOUNTS, PROXY_PORT } from "./proxy";

/** Names of the objects that a pod mounts. The cluster makes up the names of those that hold content. */
export interface MountedNames {
    readonly weightsClaim: Input<string>;
    /** ConfigMap with the checksum manifest. */
    readonly checksums: Input<string>;
    /** ConfigMap with nginx.conf. */
    readonly proxyConfig: Input<string>;
    /** Secret of the type kubernetes.io/tls. */
    readonly tls: Input<string>;
    /** Secret with the key map of the proxy. */
    readonly apiKey: Input<string>;
}

/** What a model's pod is made from. */
export interface PodSettings {
    readonly model: SiteModel;
    readonly plan: ModelPlan;
    /** Extended resource of the GPUs, e.g. `nvidia.com/gpu`. Unset: the engine runs on CPUs. */
    readonly gpuResource?: string;
    /** Taints that the pod tolerates, beside the one of its GPUs. */
    readonly tolerations?: readonly types.input.core.v1.Toleration[];
    readonly labels: Readonly<Record<string, string>>;
    /** Class of the cluster's by which the pod goes before others. Unset: the cluster's default. */
    readonly priorityClass?: Input<string>;
}

/** Seconds for load balancers and node proxies to forget a pod before its engine is told to stop. */
const DRAIN_SECONDS = 15;
/** Seconds that an engine then has to finish its answers. */
const FINISH_SECONDS = 45;
/** More readers than this do not make an NVMe faster. */
const MOST_READERS = 8;

/** The pod of one replica: weights checked first, then the proxy, then the engine behind it. */
export function podSpec(settings: PodSettings, names: MountedNames): PodSpec {
    const { plan, labels } = settings;
    return {
        serviceAccountName: plan.name,
        automountServiceAccountToken: false,
        // A Service named like an engine would otherwise set variables that the engine reads as its own.
        enableServiceLinks: false,
        securityContext: RESTRICTED_POD,
        ...(settings.priorityClass !== undefined && { priorityClassName: settings.priorityClass }),
        // The proxy is a sidecar: it starts before the engine and stops after it, so that open answers can finish.
        initContainers: [verifyContainer(settings), proxyContainer(settings)],
        containers: [engineContainer(settings)],
        volumes: volumes(settings, names),
        terminationGracePeriodSeconds: DRAIN_SECONDS + FINISH_SECONDS,
        affinity: {
            nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [serving(plan)] } },
        },
        topologySpreadConstraints: [
            {
                maxSkew: 1,
                topologyKey: "kubernetes.io/hostname",
                whenUnsatisfiable: "ScheduleAnyway",
                labelSelector: { matchLabels: labels },
            },
        ],
        tolerations: [
            ...(settings.gpuResource === undefined
                ? []
                : [{ key: settings.gpuResource, operator: "Exists", effect: "NoSchedule" }]),
            ...(settings.tolerations ?? []),
        ],
    };
}

/**
 * The hosts of the pool, as a term that pods and local volumes understand: by the label of the pool where all of them
 * are nodes that have it, because a list of names would restart every pod when the pool grows.
 */
export function onHosts(plan: ModelPlan): { readonly matchExpressions: types.input.core.v1.NodeSelectorRequirement[] } {
    const hosts =
        plan.labelled === true
            ? { key: POOL_LABEL, operator: "In", values: [labelValue(plan.pool)] }
            : { key: "kubernetes.io/hostname", operator: "In", values: [...plan.candidates] };
    return { matchExpressions: [hosts] };
}

/** The hosts of the pool that may take work: where each of them has a gate, those that have passed it. */
function serving(plan: ModelPlan): types.input.core.v1.NodeSelectorTerm {
    const { matchExpressions } = onHosts(plan);
    return {
        matchExpressions: [
            ...matchExpressions,
            ...(plan.gated === true ? [{ key: SERVING_LABEL, operator: "In", values: ["true"] }] : []),
        ],
    };
}

function verifyContainer({ model, plan }: PodSettings): Container {
    const readers = Math.min(MOST_READERS, Math.max(1, Math.ceil(plan.cpuCores)));
    return {
        name: "verify-weights",
        image: model.image,
        command: ["/bin/sh", "-c", verifyScript(readers)],
        resources: exactly({ cpu: cpuQuantity(plan.cpuCores), memory: "256Mi" }),
        securityContext: RESTRICTED_CONTAINER,
        volumeMounts: [
            { name: "weights", mountPath: WEIGHTS_PATH, readOnly: true },
            { name: "checksums", mountPath: MANIFEST_PATH, readOnly: true },
            { name: "scratch", mountPath: "/tmp", subPath: "verify" },
        ],
    };
}

function proxyContainer({ model, gpuResource }: PodSettings): Container {
    const own = { path: PROXY_HEALTH_PATH, port: PROXY_PORT, scheme: "HTTPS" };
    return {
        name: "proxy",
        image: model.proxyImage,
        restartPolicy: "Always",
        command: PROXY_COMMAND,
        ports: [{ name: "https", containerPort: PROXY_PORT, protocol: "TCP" }],
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

function engineContainer({ model, plan, gpuResource }: PodSettings): Container {
    const engine = engines[plan.engine];
    const { command, args, env } = engine.command(plan, model);
    // The engine listens on the loopback only, so the kubelet asks it through the proxy.
    const health = { path: HEALTH_PATH, port: PROXY_PORT, scheme: "HTTPS" };
    return {
        name: "engine",
        image: model.image,
        command: [...command],
        args: [...args],
        env: Object.entries(env).map(([name, value]) => ({ name, value })),
        resources: exactly(
            {
                cpu: cpuQuantity(plan.cpuCores),
                memory: memoryQuantity(plan.hostMemoryGiB),
                ...(gpuResource === undefined ? {} : { [gpuResource]: String(plan.gpusPerHost) }),
            },
            engine.scratchGiB,
        ),
        securityContext: RESTRICTED_CONTAINER,
        // Readiness and liveness begin only when the startup probe has succeeded.
        startupProbe: {
            httpGet: health,
            periodSeconds: STARTUP_PERIOD_SECONDS,
            timeoutSeconds: 5,
            failureThreshold: Math.ceil(loadTimes(plan, model, engine).start / STARTUP_PERIOD_SECONDS),
        },
        readinessProbe: { httpGet: health, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 },
        // Slower than the proxy's own, so that a proxy that hangs is restarted before a healthy engine is.
        livenessProbe: { httpGet: health, periodSeconds: 20, timeoutSeconds: 10, failureThreshold: 6 },
        lifecycle: { preStop: { sleep: { seconds: DRAIN_SECONDS } } },
        volumeMounts: [
            { name: "weights", mountPath: WEIGHTS_PATH, readOnly: true },
            { name: "scratch", mountPath: "/tmp", subPath: "tmp" },
            { name: "scratch", mountPath: CACHE_PATH, subPath: "cache" },
            ...(plan.gpusPerHost > 1 ? [{ name: "shm", mountPath: "/dev/shm" }] : []),
        ],
    };
}

function volumes({ plan }: PodSettings, names: MountedNames): Volume[] {
    // Secrets are read by the proxy's user, which does not own them; nothing else in that container runs as another.
    const mode = 0o444;
    return [
        { name: "weights", persistentVolumeClaim: { claimName: names.weightsClaim, readOnly: true } },
        { name: "checksums", configMap: { name: names.checksums, defaultMode: mode } },
        { name: "proxy-config", configMap: { name: names.proxyConfig, defaultMode: mode } },
        { name: "tls", secret: { secretName: names.tls, defaultMode: mode } },
        { name: "api-key", secret: { secretName: names.apiKey, defaultMode: mode } },
        { name: "proxy-tmp", emptyDir: { sizeLimit: "1Gi" } },
        { name: "scratch", emptyDir: { sizeLimit: `${engines[plan.engine].scratchGiB}Gi` } },
        // NCCL passes data between the ranks of a pod here. It is memory, and counts against the engine's limit.
        ...(plan.gpusPerHost > 1
            ? [{ name: "shm", emptyDir: { medium: "Memory", sizeLimit: memoryQuantity(sharedMemoryGiB(plan)) } }]
            : []),
    ];
}

/** Shared memory of the ranks: 2 GiB a GPU, and never more than an eighth of what the container may use. */
function sharedMemoryGiB(plan: ModelPlan): number {
    return Math.min(2 * plan.gpusPerHost, plan.hostMemoryGiB / 8);
}
