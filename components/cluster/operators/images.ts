import type { ChartPin, ImagePin } from "../../../catalog/artifact-types";
import { chartNames, findChart } from "../../../catalog/charts";
import { KUBE_VIP, kubernetesImages } from "../../../catalog/kubernetes-images";
import type { KubeadmCluster } from "../../site/cluster";
import type { Site } from "../../site/site";

/**
 * Charts that a site installs, in their order: those that it names, those that they come after, and Cilium where it is
 * the network.
 * @throws Error naming an operator that is not in the catalogue
 */
export function siteCharts(site: Site): readonly ChartPin[] {
    const { kubeadm, operators } = site.cluster;
    const wanted = new Set<string>();
    const want = (name: string): void => {
        const chart = findChart(name);
        if (chart === undefined) {
            throw new Error(
                `cluster.operators.install: ${name} is not in the catalogue, which has ${chartNames.join(", ")}`,
            );
        }
        if (!wanted.has(name)) {
            wanted.add(name);
            (chart.after ?? []).forEach(want);
        }
    };
    (operators?.install ?? []).forEach(want);
    if (kubeadm?.network.plugin === "cilium") {
        want("cilium");
    }
    return chartNames
        .filter(name => wanted.has(name))
        .map(findChart)
        .filter(chart => chart !== undefined);
}

/** Images of the control plane of a cluster that Seamount builds, with the site's digests. */
export function controlPlaneImages(cluster: KubeadmCluster): readonly ImagePin[] {
    const unused = [
        ...(cluster.virtualAddress === undefined ? [KUBE_VIP] : []),
        ...(cluster.network.plugin === "cilium" ? ["registry.k8s.io/kube-proxy"] : []),
    ];
    return kubernetesImages(cluster.version)
        .filter(({ image }) => !unused.includes(repositoryOf(image)))
        .map(image => withSiteDigest(image, cluster.imageDigests));
}

/**
 * All images that a site's cluster and its operators run, each once, with the site's digests in the place of the
 * catalogue's. One without a digest has `missing`. Engines of models are not among them: a site pins those itself.
 */
export function siteImages(site: Site): readonly ImagePin[] {
    const { kubeadm } = site.cluster;
    const ofCharts = siteCharts(site).flatMap(({ images }) => images);
    const all = [
        ...(kubeadm === undefined ? [] : controlPlaneImages(kubeadm)),
        ...ofCharts.map(image => withSiteDigest(image, kubeadm?.imageDigests ?? {})),
    ];
    return [...new Map(all.map(image => [image.image, image])).values()];
}

/**
 * An image as a site has it. The site may give the digest of the catalogue's tag, or name another tag of the same
 * repository, which then takes the place of the catalogue's.
 */
export function withSiteDigest(pinned: ImagePin, digests: KubeadmCluster["imageDigests"]): ImagePin {
    const own = Object.hasOwn(digests, pinned.image) ? pinned.image : undefined;
    const other = Object.keys(digests).find(reference => repositoryOf(reference) === repositoryOf(pinned.image));
    const image = own ?? other;
    if (image === undefined) {
        return pinned;
    }
    const source = { where: `cluster.imageDigests of the site: ${image}`, date: "as the site file" };
    return { image, digest: digests[image], licence: pinned.licence, source };
}

/** A reference without its tag. */
export function repositoryOf(reference: string): string {
    return reference.replace(/:[^:/]*$/, "");
}
