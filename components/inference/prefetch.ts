import type { types } from "@pulumi/kubernetes";
import { verifyScript } from "./checksums";
import { cpuQuantity, exactly, RESTRICTED_CONTAINER } from "./container";
import { metadata, WEIGHTS_LABEL } from "./labels";
import type { ModelServiceSettings } from "./manifests";
import { serving } from "./placement";
import { podBase } from "./pod";
import { readers } from "./verify";
import { type MountedNames, weightsMounts, weightsVolumes } from "./volumes";

/** Weights from this size on are fetched beforehand: smaller ones load while one would wait for it. */
const PREFETCH_FROM_GB = 20;
/** Cores that a fetch may use beside models that serve: SHA-256 of 8 files at a time. */
const CORES = 8;

/** Whether the weights of a model are brought to its hosts before its pods. */
export const prefetches = ({ model }: Pick<ModelServiceSettings, "model">): boolean =>
    model.weights.prefetch ?? model.weights.sizeGB >= PREFETCH_FROM_GB;

/** Name of the DaemonSet. */
export const prefetchName = (service: string): string => `${service}-weights`;

/**
 * Reads and checks the weights on every host of the pool before pods roll: a wrong file is found while the old model
 * serves, an image is pulled, and what was read stays in the host's page cache, from which the engine then loads. The
 * memory of its pods is therefore not limited: the cache of a container ends at its limit. It keeps nothing that the
 * kernel could not take back.
 */
export function prefetch(settings: ModelServiceSettings, names: MountedNames): types.input.apps.v1.DaemonSet {
    const { plan, model } = settings;
    const labels = { "app.kubernetes.io/name": plan.name, ...WEIGHTS_LABEL };
    const base = metadata(settings);
    const own = { ...base.labels, ...labels };
    const image = model.image;
    const cores = Math.min(CORES, Math.max(1, plan.cpuCores));
    return {
        metadata: { ...base, name: prefetchName(plan.name), labels: own },
        spec: {
            selector: { matchLabels: labels },
            // None of its pods serves anybody.
            updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "100%" } },
            template: {
                metadata: { labels: own },
                spec: {
                    ...podBase(settings, false),
                    affinity: { nodeAffinity: serving(plan) },
                    initContainers: [
                        {
                            name: "verify-weights",
                            image,
                            command: ["/bin/sh", "-c", verifyScript(readers(cores))],
                            resources: { requests: { cpu: cpuQuantity(Math.min(1, cores)), memory: "256Mi" } },
                            securityContext: RESTRICTED_CONTAINER,
                            volumeMounts: [...weightsMounts, { name: "scratch", mountPath: "/tmp" }],
                        },
                    ],
                    // Stays, because the cache is its pod's, and because a DaemonSet's pods must.
                    containers: [
                        {
                            name: "fetched",
                            image,
                            command: ["/bin/sh", "-c", "trap exit TERM; while :; do sleep 3600 & wait; done"],
                            resources: exactly({ cpu: "10m", memory: "16Mi" }),
                            securityContext: RESTRICTED_CONTAINER,
                        },
                    ],
                    volumes: [...weightsVolumes(settings, names), { name: "scratch", emptyDir: { sizeLimit: "16Mi" } }],
                    terminationGracePeriodSeconds: 5,
                },
            },
        },
    };
}
