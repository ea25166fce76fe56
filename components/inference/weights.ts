import type { Input } from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";
import { metadata } from "./labels";
import type { ModelServiceSettings } from "./manifests";
import { onHosts } from "./placement";

/** How a volume and its claim find one another. */
export interface WeightsBinding {
    /** Class that only these two name. There is no such StorageClass: it keeps the claims of others away. */
    readonly storageClassName: Input<string>;
    /** Name that the cluster gave the volume. */
    readonly volumeName: Input<string>;
}

const COMMON = { accessModes: ["ReadOnlyMany"], volumeMode: "Filesystem" };

/**
 * A folder on the hosts of the pool as a read-only volume. It is of the kind `local`, which the restricted profile
 * allows where it forbids hostPath. Volumes cannot be changed once made, so a change makes a new one and the pods move
 * over. Neither the volume nor its claim has a name of ours: after an update that failed half-way both generations
 * exist, and going back to what was there before must not meet the names of the first. Deleting one never deletes data.
 * @throws Error where the site names a claim or an image of its own
 */
export function weightsVolume(
    settings: ModelServiceSettings,
    storageClassName: Input<string>,
): types.input.core.v1.PersistentVolume {
    const { hostPath } = settings.model.weights;
    if (hostPath === undefined) {
        throw new Error(`model "${settings.plan.name}": its weights are in a claim or an image of the site's own`);
    }
    return {
        metadata: { labels: metadata(settings).labels },
        spec: {
            ...COMMON,
            storageClassName,
            capacity: { storage: storage(settings) },
            persistentVolumeReclaimPolicy: "Retain",
            local: { path: hostPath },
            nodeAffinity: { required: { nodeSelectorTerms: [onHosts(settings.plan)] } },
        },
    };
}

/** The claim on that volume and on no other. */
export function weightsClaim(
    settings: ModelServiceSettings,
    { storageClassName, volumeName }: WeightsBinding,
): types.input.core.v1.PersistentVolumeClaim {
    return {
        metadata: metadata(settings),
        spec: { ...COMMON, storageClassName, volumeName, resources: { requests: { storage: storage(settings) } } },
    };
}

function storage({ model }: ModelServiceSettings): string {
    return `${Math.max(1, Math.ceil(model.weights.sizeGB * 1000))}M`;
}
