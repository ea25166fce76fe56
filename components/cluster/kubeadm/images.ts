import type { ImagePin } from "../../../catalog/artifact-types";
import { KUBE_VIP, kubernetesImages, kubernetesVersions } from "../../../catalog/kubernetes-images";
import type { KubeadmCluster } from "../../site/cluster";

/** Name of the repository of the pod sandbox's image. */
const PAUSE = "registry.k8s.io/pause";

/**
 * Images of a cluster: those of its version in the catalogue, with the site's digests in the place of the catalogue's.
 * A patch version that the catalogue does not know yet has the names of the newest of its minor, and only the site's
 * digests. Where the site gives a digest of kube-vip under another tag, it is that one.
 */
export function clusterImages({ version, imageDigests }: KubeadmCluster): readonly ImagePin[] {
    return pinsOf(version).map(pin => {
        const image = chosen(pin.image, imageDigests);
        const given = Object.hasOwn(imageDigests, image) ? imageDigests[image] : undefined;
        return given === undefined ? pin : { ...pin, image, digest: given, missing: undefined };
    });
}

/** Digests of images by reference with a tag, as far as they are known. */
export function digestsOf(pins: readonly ImagePin[]): Readonly<Record<string, string>> {
    return Object.fromEntries(pins.flatMap(({ image, digest }) => (digest === undefined ? [] : [[image, digest]])));
}

/** Images that a worker runs before anything else of the cluster is placed on it. */
export function workerImages(kubeadm: KubeadmCluster): readonly ImagePin[] {
    const proxy = kubeadm.network.plugin === "bridge" ? ["registry.k8s.io/kube-proxy"] : [];
    return clusterImages(kubeadm).filter(({ image }) => [PAUSE, ...proxy].includes(repositoryOf(image)));
}

/** Images that a host of the control plane runs. */
export function controlPlaneImages(kubeadm: KubeadmCluster): readonly ImagePin[] {
    const without = [
        ...(kubeadm.network.plugin === "bridge" ? [] : ["registry.k8s.io/kube-proxy"]),
        ...(kubeadm.virtualAddress === undefined ? [KUBE_VIP] : []),
    ];
    return clusterImages(kubeadm).filter(({ image }) => !without.includes(repositoryOf(image)));
}

/** Image of the pod sandbox: the site's, or the one that kubeadm asks for, by its tag. */
export function sandboxImage(kubeadm: KubeadmCluster): string {
    return kubeadm.runtime.sandboxImage ?? imageOf(kubeadm, PAUSE).image;
}

/** Image of kube-vip, by its digest where that is known. */
export function kubeVipImage(kubeadm: KubeadmCluster): string {
    const { image, digest } = imageOf(kubeadm, KUBE_VIP);
    return digest === undefined ? image : `${image}@${digest}`;
}

function imageOf(kubeadm: KubeadmCluster, repository: string): ImagePin {
    const found = clusterImages(kubeadm).find(({ image }) => repositoryOf(image) === repository);
    if (found === undefined) {
        throw new Error(`the catalogue has no image ${repository} for Kubernetes ${kubeadm.version}`);
    }
    return found;
}

function pinsOf(version: string): readonly ImagePin[] {
    if (kubernetesVersions.includes(version)) {
        return kubernetesImages(version);
    }
    const minor = version.split(".", 2).join(".");
    const newest = kubernetesVersions.filter(known => known.startsWith(`${minor}.`)).at(-1) ?? version;
    return kubernetesImages(newest).map(pin =>
        pin.image.endsWith(`:v${newest}`)
            ? {
                  ...pin,
                  image: `${repositoryOf(pin.image)}:v${version}`,
                  digest: undefined,
                  missing: `the catalogue does not know Kubernetes ${version}`,
              }
            : pin,
    );
}

function chosen(image: string, digests: Readonly<Record<string, string>>): string {
    return repositoryOf(image) === KUBE_VIP && !Object.hasOwn(digests, image)
        ? (Object.keys(digests).find(other => repositoryOf(other) === KUBE_VIP) ?? image)
        : image;
}

/** A reference without its tag. */
const repositoryOf = (image: string): string => image.replace(/:[^:/]*$/, "");
