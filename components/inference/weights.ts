import { createHash } from "node:crypto";
import type { Input } from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";
import { metadata, type ModelServiceSettings } from "./manifests";
import { onHosts } from "./pod";

/** The volume of the weights, and the claim on it. */
export interface WeightsObjects {
    readonly volume: types.input.core.v1.PersistentVolume;
    readonly claim: types.input.core.v1.PersistentVolumeClaim;
}

/**
 * Name of the claim that holds the weights. Volumes cannot be changed once made: the name of one that Seamount makes
 * carries a hash of what the volume is, so that a change makes a new one and the pods move over.
 */
export function weightsClaimName({ model, plan }: ModelServiceSettings): string {
    const { hostPath, claim, sizeGB } = model.weights;
    const identity = JSON.stringify([hostPath, sizeGB, plan.candidates]);
    return claim ?? `${plan.name}-weights-${createHash("sha256").update(identity).digest("hex").slice(0, 8)}`;
}

/**
 * A folder on the hosts of the pool as a read-only volume. It is of the kind `local`, which the restricted profile
 * allows where it forbids hostPath, and it is bound to its claim beforehand.
 * @param volumeName unique in the cluster
 * @returns undefined where the site names a claim of its own
 */
export function weightsObjects(settings: ModelServiceSettings, volumeName: Input<string>): WeightsObjects | undefined {
    const { hostPath, sizeGB } = settings.model.weights;
    if (hostPath === undefined) {
        return undefined;
    }
    const { namespace, labels } = metadata(settings);
    const claimName = weightsClaimName(settings);
    const storage = `${Math.max(1, Math.ceil(sizeGB * 1000))}M`;
    const common = { accessModes: ["ReadOnlyMany"], storageClassName: "", volumeMode: "Filesystem" };
    return {
        volume: {
            metadata: { name: volumeName, labels },
            spec: {
                ...common,
                capacity: { storage },
                persistentVolumeReclaimPolicy: "Retain",
                claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: claimName },
                local: { path: hostPath },
                nodeAffinity: { required: { nodeSelectorTerms: [onHosts(settings.plan)] } },
            },
        },
        claim: {
            metadata: { name: claimName, namespace, labels },
            spec: { ...common, volumeName, resources: { requests: { storage } } },
        },
    };
}
