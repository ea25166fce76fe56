import type { types } from "@pulumi/kubernetes";
import type { OwnVariable } from "../../fabric/environment";
import { exactly, type PodSpec, RESTRICTED_CONTAINER } from "../container";
import { DRAIN_SECONDS, environment } from "../engineContainer";
import type { Command, Groups } from "../engines/engine";
import { CACHE_PATH } from "../engines/engine";
import { engines } from "../engines/registry";
import { selector, SINGLE_REPLICA_ANNOTATION } from "../labels";
import { loadTimes, STARTUP_PERIOD_SECONDS } from "../loading";
import { serving } from "../placement";
import { podBase, type ServiceSettings, proxyContainer } from "../pod";
import { HEALTH_PATH, PROXY_PORT, TOKEN_PATH } from "../proxy";
import { commandFiles, type MountedNames, proxyVolumes } from "../volumes";
import type { PodTemplate } from "./leaderWorkerSet";
import { podLabels, type ReplicaLabels } from "./templates";

/** CPU and memory of a router: it passes on text, and keeps the beginnings of prompts in mind. */
const ROUTER_RESOURCES = { cpu: "4000m", memory: "8192Mi" };
/** Key of its files. */
export const ROUTER_ROLE = "router";

/** The router's command line. @throws Error where the engine has no router, or it has no image */
export function routerCommand({ plan, model }: ServiceSettings, groups: Groups): Command & { readonly image: string } {
    const { router } = engines[plan.engine];
    const image = router?.image === "router" ? model.routerImage : model.image;
    if (router === undefined || image === undefined) {
        throw new Error(
            router === undefined
                ? `model "${plan.name}": the engine ${plan.engine} has no router for prefill and decode apart`
                : `model "${plan.name}": its router needs an image: set routerImage, or images.router for the site`,
        );
    }
    return { ...router.command(plan, groups), image };
}

/**
 * The pod in front of a replica whose prefill and decode are apart: the proxy, and behind it the program that leads each
 * request through both. It knows the leaders of its own replica and revision and no others.
 * @param own variables that the addresses of the leaders are made of
 */
export function routerTemplate(
    settings: ServiceSettings,
    names: MountedNames,
    groups: Groups,
    of: ReplicaLabels,
    own: readonly OwnVariable[] = [],
): PodTemplate {
    const { plan, model, pool } = settings;
    const engine = engines[plan.engine];
    const command = routerCommand(settings, groups);
    const files = commandFiles(command, `${ROUTER_ROLE}-${of.replica}`, names);
    const get = (path: string) => ({ path, port: PROXY_PORT, scheme: "HTTPS" });
    const patience = loadTimes(plan, model, engine, pool).start;
    const container: types.input.core.v1.Container = {
        name: "router",
        image: command.image,
        command: [...command.command],
        args: [...command.args],
        env: environment(settings, undefined, { ...command, own: [...own, ...(command.own ?? [])] }),
        resources: exactly(ROUTER_RESOURCES),
        securityContext: RESTRICTED_CONTAINER,
        startupProbe: {
            httpGet: get(TOKEN_PATH),
            periodSeconds: STARTUP_PERIOD_SECONDS,
            timeoutSeconds: 60,
            failureThreshold: Math.ceil(patience / STARTUP_PERIOD_SECONDS),
        },
        readinessProbe: { httpGet: get(HEALTH_PATH), periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 },
        livenessProbe: { httpGet: get(HEALTH_PATH), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
        lifecycle: { preStop: { sleep: { seconds: DRAIN_SECONDS } } },
        volumeMounts: [
            { name: "scratch", mountPath: "/tmp", subPath: "tmp" },
            { name: "scratch", mountPath: CACHE_PATH, subPath: "cache" },
            ...files.mounts,
        ],
    };
    const spec: PodSpec = {
        ...podBase({ ...settings, gpuResource: undefined }, false),
        tolerations: podBase(settings, false).tolerations,
        initContainers: [proxyContainer(settings)],
        containers: [container],
        volumes: [...proxyVolumes(names), { name: "scratch", emptyDir: { sizeLimit: "1Gi" } }, ...files.volumes],
        terminationGracePeriodSeconds: DRAIN_SECONDS + 45,
        affinity: { nodeAffinity: serving(plan) },
    };
    const labels = podLabels(plan, { role: "leader", listen: "loopback", phase: ROUTER_ROLE }, of);
    return { metadata: { labels }, spec };
}

/** Its Deployment, where a set of its own makes none. */
export function routerDeployment(
    name: string,
    metadata: types.input.meta.v1.ObjectMeta,
    settings: ServiceSettings,
    template: PodTemplate,
    replica: Readonly<Record<string, string>>,
): types.input.apps.v1.Deployment {
    const { plan, model, pool } = settings;
    const reason =
        plan.replicas > 1
            ? `one of ${plan.replicas} replicas, each with a router of its own`
            : model.singleReplicaReason;
    const annotations = reason === undefined ? {} : { annotations: { [SINGLE_REPLICA_ANNOTATION]: reason } };
    return {
        metadata: { ...metadata, name, ...annotations },
        spec: {
            replicas: 1,
            revisionHistoryLimit: 2,
            progressDeadlineSeconds: loadTimes(plan, model, engines[plan.engine], pool).total,
            // The old one knows sets that are gone.
            strategy: { type: "Recreate" },
            selector: { matchLabels: { ...selector(plan), ...replica } },
            template,
        },
    };
}
