import type { types } from "@pulumi/kubernetes";
import { type Container, cpuQuantity, exactly, memoryQuantity, RESTRICTED_CONTAINER } from "./container";
import type { Command, Engine } from "./engines/engine";
import type { Member } from "./engines/member";
import { loadTimes, STARTUP_PERIOD_SECONDS } from "./loading";
import type { ServiceSettings } from "./pod";
import { HEALTH_PATH, PROXY_PORT, TOKEN_PATH } from "./proxy";
import { commandFiles, engineMounts, hugepages, type MountedNames } from "./volumes";

/** Seconds for load balancers and node proxies to forget a pod before its engine is told to stop. */
export const DRAIN_SECONDS = 15;
/** Seconds in which the first token must come once the engine answers: kernels may still be compiled for it. */
const TOKEN_SECONDS = 60;

/** Whether clients' requests come to this pod, through the proxy in it. */
export const answersClients = ({ role, listen }: Member): boolean => role === "leader" && listen === "loopback";

/** What a kind of pod is called within its service: names of files, and labels. */
export const memberName = ({ phase, role }: Pick<Member, "phase" | "role">): string =>
    phase === "both" ? role : `${phase}-${role}`;

/** The container of the engine in one kind of pod of a replica. */
export function engineContainer(
    settings: ServiceSettings,
    names: MountedNames,
    engine: Engine,
    member: Member,
): Container {
    const { model, plan, gpuResource, pool } = settings;
    const command = engine.command(plan, model, member);
    const gpus = member.layout.gpusPerHost;
    return {
        name: "engine",
        image: model.image,
        command: [...command.command],
        args: [...command.args],
        env: environment(settings, member, command),
        resources: exactly(
            {
                cpu: cpuQuantity(plan.cpuCores),
                memory: memoryQuantity(plan.hostMemoryGiB),
                ...(gpuResource === undefined || gpus === 0 ? {} : { [gpuResource]: String(gpus) }),
                ...(beyondHost(settings, member) && pool !== undefined && "devices" in pool.fabric
                    ? pool.fabric.devices
                    : {}),
                ...hugepages(settings, member),
            },
            engine.scratchGiB,
        ),
        securityContext: RESTRICTED_CONTAINER,
        ...probes(settings, engine, member),
        // Workers have no clients that could be drained, and would only keep their group from starting again.
        ...(member.role === "leader" && { lifecycle: { preStop: { sleep: { seconds: DRAIN_SECONDS } } } }),
        volumeMounts: [...engineMounts(settings, member), ...commandFiles(command, memberName(member), names).mounts],
    };
}

/** Waits, in a pod that must not start before others of its group, until they are there. None where it may. */
export function meetingContainers(
    settings: ServiceSettings,
    names: MountedNames,
    engine: Engine,
    member: Member,
): readonly Container[] {
    const { plan, model } = settings;
    const meeting = engine.meeting?.(plan, member);
    if (meeting === undefined) {
        return [];
    }
    const command = engine.command(plan, model, member);
    return [
        {
            name: "meet",
            image: model.image,
            // Restarting a container of a group would restart the group.
            command: ["/bin/sh", "-c", 'until "$@"; do sleep 1; done', "meet", ...meeting],
            env: environment(settings, member, command),
            resources: exactly({ cpu: cpuQuantity(plan.cpuCores), memory: "256Mi" }),
            securityContext: RESTRICTED_CONTAINER,
            volumeMounts: [
                ...engineMounts(settings, member),
                ...commandFiles(command, memberName(member), names).mounts,
            ],
        },
    ];
}

/** Whether a pod of this kind speaks to pods on other hosts. */
export const beyondHost = ({ plan }: ServiceSettings, { layout }: Member): boolean =>
    layout.hosts > 1 || plan.apart !== undefined;

/** The pod's own fields first, then the fabric's variables, then the engine's, which know better. */
export function environment(
    settings: ServiceSettings,
    member: Member | undefined,
    { env, own = [] }: Pick<Command, "env" | "own">,
): types.input.core.v1.EnvVar[] {
    const { pool } = settings;
    const fabric =
        member !== undefined && beyondHost(settings, member) && pool !== undefined && "environment" in pool.fabric
            ? pool.fabric.environment
            : { variables: {}, own: [] };
    const fields = [...own, ...fabric.own.filter(({ name }) => env[name] === undefined)];
    return [
        ...fields.map(({ name, field }) => ({ name, valueFrom: { fieldRef: { fieldPath: field } } })),
        ...Object.entries({ ...fabric.variables, ...env }).map(([name, value]) => ({ name, value })),
    ];
}

/**
 * Start-up ends with a token that the engine made, and readiness counts only from then on. Afterwards the cheap health
 * path is asked: a token would wait behind those of clients, and a busy replica would count as broken.
 */
function probes(settings: ServiceSettings, engine: Engine, member: Member): Partial<Container> {
    if (member.role === "worker") {
        return {};
    }
    const { plan, model, pool } = settings;
    // Behind the proxy the engine listens on the loopback, so the kubelet asks it through the proxy.
    const behind = answersClients(member);
    const get = (path: string) =>
        behind ? { path, port: PROXY_PORT, scheme: "HTTPS" } : { path: engine.healthPath, port: engine.port };
    const health = get(HEALTH_PATH);
    return {
        // Readiness and liveness begin only when the startup probe has succeeded.
        startupProbe: {
            httpGet: behind ? get(TOKEN_PATH) : health,
            periodSeconds: STARTUP_PERIOD_SECONDS,
            timeoutSeconds: behind ? TOKEN_SECONDS : 5,
            failureThreshold: Math.ceil(loadTimes(plan, model, engine, pool).start / STARTUP_PERIOD_SECONDS),
        },
        readinessProbe: { httpGet: health, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 },
        // Slower than the proxy's own, so that a proxy that hangs is restarted before a healthy engine is; and slow enough
        // for a kernel that is compiled for a shape that was not seen before.
        livenessProbe: { httpGet: health, periodSeconds: 20, timeoutSeconds: 10, failureThreshold: 9 },
    };
}
