import type { PodView } from "../pod";
import { BASELINE_CONTROLS } from "./baseline";
import { containerContexts, contexts, type Control, type Fields, fields, list, PROFILES, show } from "./control";

const VOLUME_TYPES = new Set([
    ...["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image"],
    ...["persistentVolumeClaim", "projected", "secret"],
]);

/** Every control of the restricted level, those of the baseline level included. */
export const RESTRICTED_CONTROLS: readonly Control[] = [
    ...BASELINE_CONTROLS,
    {
        name: "Privilege escalation",
        *check(pod: PodView): Generator<string> {
            for (const { path, context } of containerContexts(pod)) {
                if (context.allowPrivilegeEscalation !== false) {
                    yield `${path}.allowPrivilegeEscalation must be false; it is ${show(context.allowPrivilegeEscalation)}`;
                }
            }
        },
    },
    {
        name: "Capabilities",
        *check(pod: PodView): Generator<string> {
            for (const { path, context } of containerContexts(pod)) {
                const { drop, add } = fields(context.capabilities);
                if (!list(drop).includes("ALL")) {
                    yield `${path}.capabilities.drop must contain "ALL"; it is ${show(drop)}`;
                }
                const others = list(add).filter(capability => capability !== "NET_BIND_SERVICE");
                if (others.length > 0) {
                    yield `${path}.capabilities.add may contain only "NET_BIND_SERVICE"; it has ${show(others)}`;
                }
            }
        },
    },
    {
        name: "Volume types",
        *check({ path, spec }: PodView): Generator<string> {
            for (const volume of list(spec.volumes).map(fields)) {
                const kinds = Object.keys(volume).filter(key => key !== "name" && volume[key] !== undefined);
                if (kinds.length === 0 || !kinds.every(kind => VOLUME_TYPES.has(kind))) {
                    yield `${path}.volumes[${show(volume.name)}] is of the type ${kinds.join(", ") || "unknown"}: use a claim, configMap, secret, emptyDir, projected, csi, ephemeral or image`;
                }
            }
        },
    },
    {
        name: "Non-root",
        *check(pod: PodView): Generator<string> {
            const podWide = fields(pod.spec.securityContext).runAsNonRoot;
            for (const { path, context } of containerContexts(pod)) {
                const value = context.runAsNonRoot ?? podWide;
                if (value !== true) {
                    yield `${path}.runAsNonRoot must be true here or for the pod; it is ${show(value)}`;
                }
            }
        },
    },
    {
        name: "Non-root user",
        *check(pod: PodView): Generator<string> {
            for (const { path, context } of contexts(pod)) {
                if (context.runAsUser === 0) {
                    yield `${path}.runAsUser must not be 0`;
                }
            }
        },
    },
    {
        name: "Seccomp",
        *check(pod: PodView): Generator<string> {
            const typeOf = (context: Fields): unknown => fields(context.seccompProfile).type;
            const podWide = typeOf(fields(pod.spec.securityContext));
            for (const { path, context } of containerContexts(pod)) {
                const type = typeOf(context) ?? podWide;
                if (typeof type !== "string" || !PROFILES.has(type)) {
                    yield `${path}.seccompProfile.type must be RuntimeDefault or Localhost here or for the pod; it is ${show(type)}`;
                }
            }
        },
    },
];
