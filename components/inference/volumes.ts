import type { Input } from "@pulumi/pulumi";
import { MANIFEST_PATH } from "./checksums";
import { memoryQuantity, type Volume, type VolumeMount } from "./container";
import { CACHE_PATH, type Command, type Engine, WEIGHTS_PATH } from "./engines/engine";
import type { Member } from "./engines/member";
import type { ServiceSettings } from "./pod";

/** Names of the objects that a pod mounts. The cluster makes up the names of those that hold content. */
export interface MountedNames {
    /** Claim on the weights. Unused where they come as an image. */
    readonly weightsClaim: Input<string>;
    /** ConfigMap with the checksum manifest. */
    readonly checksums: Input<string>;
    /** ConfigMap with nginx.conf. */
    readonly proxyConfig: Input<string>;
    /** Secret of the type kubernetes.io/tls. */
    readonly tls: Input<string>;
    /** Secret with the key map of the proxy. */
    readonly apiKey: Input<string>;
    /** ConfigMap with the engine's configuration files. Unset: it has none. */
    readonly files?: Input<string>;
}

/** Secrets are read by the proxy's user, which does not own them; nothing else in that container runs as another. */
const READABLE = 0o444;

/** The weights and what they must be. */
export function weightsVolumes({ model }: Pick<ServiceSettings, "model">, names: MountedNames): Volume[] {
    const { image } = model.weights;
    return [
        image === undefined
            ? { name: "weights", persistentVolumeClaim: { claimName: names.weightsClaim, readOnly: true } }
            : { name: "weights", image: { reference: image, pullPolicy: "IfNotPresent" } },
        { name: "checksums", configMap: { name: names.checksums, defaultMode: READABLE } },
    ];
}

/** Where a container sees them. */
export const weightsMounts: readonly VolumeMount[] = [
    { name: "weights", mountPath: WEIGHTS_PATH, readOnly: true },
    { name: "checksums", mountPath: MANIFEST_PATH, readOnly: true },
];

/** What the proxy of a pod mounts. */
export function proxyVolumes(names: MountedNames): Volume[] {
    return [
        { name: "proxy-config", configMap: { name: names.proxyConfig, defaultMode: READABLE } },
        { name: "tls", secret: { secretName: names.tls, defaultMode: READABLE } },
        { name: "api-key", secret: { secretName: names.apiKey, defaultMode: READABLE } },
        { name: "proxy-tmp", emptyDir: { sizeLimit: "1Gi" } },
    ];
}

/** What an engine writes to, and its memory beside its own. */
export function engineVolumes(settings: ServiceSettings, engine: Engine, member: Member): Volume[] {
    const shared = sharedMemoryGiB(settings, member);
    return [
        { name: "scratch", emptyDir: { sizeLimit: `${engine.scratchGiB}Gi` } },
        // Ranks of a pod pass data to one another here. It is memory, and counts against the engine's limit.
        ...(shared > 0 ? [{ name: "shm", emptyDir: { medium: "Memory", sizeLimit: memoryQuantity(shared) } }] : []),
        ...Object.keys(hugepages(settings, member)).map(size => ({
            name: size,
            emptyDir: { medium: size.replace("hugepages", "HugePages") },
        })),
    ];
}

/** Where it sees them. */
export function engineMounts(settings: ServiceSettings, member: Member): VolumeMount[] {
    return [
        ...weightsMounts.filter(({ name }) => name === "weights"),
        { name: "scratch", mountPath: "/tmp", subPath: "tmp" },
        { name: "scratch", mountPath: CACHE_PATH, subPath: "cache" },
        ...(sharedMemoryGiB(settings, member) > 0 ? [{ name: "shm", mountPath: "/dev/shm" }] : []),
        ...Object.keys(hugepages(settings, member)).map(size => ({ name: size, mountPath: `/dev/${size}` })),
    ];
}

/** The configuration files of a command: the key that each has in the ConfigMap, and its path. */
export function fileKeys({ files = {} }: Pick<Command, "files">, role: string): readonly (readonly [string, string])[] {
    return Object.keys(files).map((path, index) => [`${role}-${index}`, path] as const);
}

/** Volume with them, and where a container sees each. Both are empty where there are none. */
export function commandFiles(
    command: Pick<Command, "files">,
    role: string,
    names: MountedNames,
): { readonly volumes: Volume[]; readonly mounts: VolumeMount[] } {
    const keys = fileKeys(command, role);
    return keys.length === 0 || names.files === undefined
        ? { volumes: [], mounts: [] }
        : {
              volumes: [{ name: "files", configMap: { name: names.files, defaultMode: READABLE } }],
              mounts: keys.map(([key, path]) => ({ name: "files", mountPath: path, subPath: key, readOnly: true })),
          };
}

/** Shared memory of the ranks: 2 GiB a GPU, and never more than an eighth of what the container may use. */
function sharedMemoryGiB({ plan }: ServiceSettings, member: Member): number {
    const gpus = member.layout.gpusPerHost;
    const alone = gpus <= 1 && member.layout.hosts === 1;
    return alone ? 0 : Math.min(2 * Math.max(1, gpus), plan.hostMemoryGiB / 8);
}

/** Huge pages of a pod, as resources: its share of those that its host keeps, by GPUs. */
export function hugepages({ pool }: ServiceSettings, member: Member): Readonly<Record<string, string>> {
    const share = pool === undefined || pool.gpusPerHost === 0 ? 0 : member.layout.gpusPerHost / pool.gpusPerHost;
    const { "1Gi": large = 0, "2Mi": small = 0 } = pool?.hugepagesGiB ?? {};
    const [largeGiB, smallMiB] = [Math.floor(large * share), 2 * Math.floor(small * share * 512)];
    return {
        ...(largeGiB > 0 && { "hugepages-1Gi": `${largeGiB}Gi` }),
        ...(smallMiB > 0 && { "hugepages-2Mi": `${smallMiB}Mi` }),
    };
}
