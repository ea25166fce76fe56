import type { types } from "@pulumi/kubernetes";

/** A container of a pod, as a program gives it: every field may be an output. */
export type Container = types.input.core.v1.Container;
/** A pod, likewise. */
export type PodSpec = types.input.core.v1.PodSpec;
/** A volume of a pod, likewise. */
export type Volume = types.input.core.v1.Volume;
/** Where a container sees a volume, likewise. */
export type VolumeMount = types.input.core.v1.VolumeMount;

/** User and group that every container runs as: the "nonroot" of common base images. */
export const USER_ID = 65532;

/** What the restricted Pod Security Standard asks of each container, and a read-only root on top. */
export const RESTRICTED_CONTAINER: types.input.core.v1.SecurityContext = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    privileged: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
};

/** What it asks of a pod. */
export const RESTRICTED_POD: types.input.core.v1.PodSecurityContext = {
    runAsNonRoot: true,
    runAsUser: USER_ID,
    runAsGroup: USER_ID,
    seccompProfile: { type: "RuntimeDefault" },
};

/** CPU cores as a Kubernetes quantity, in whole millicores, never 0. */
export function cpuQuantity(cores: number): string {
    return `${Math.max(1, Math.ceil(cores * 1000))}m`;
}

/** GiB as a Kubernetes quantity, in whole MiB, never 0. */
export function memoryQuantity(gibibytes: number): string {
    return `${Math.max(1, Math.ceil(gibibytes * 1024))}Mi`;
}

/**
 * Requests equal to limits: the pod is Guaranteed, is evicted last, and never takes what the plan did not count.
 * @param scratchGiB disk for volumes that limit themselves: a request alone, because a limit would count logs too
 */
export function exactly(
    quantities: Readonly<Record<string, string>>,
    scratchGiB?: number,
): types.input.core.v1.ResourceRequirements {
    const disk: Record<string, string> = scratchGiB === undefined ? {} : { "ephemeral-storage": `${scratchGiB}Gi` };
    return { requests: { ...quantities, ...disk }, limits: quantities };
}
