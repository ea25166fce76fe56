import type { ChartPin, ImagePin } from "../../../catalog/artifact-types";
import { chartNames, findChart } from "../../../catalog/charts";
import type { KubeadmCluster } from "../../site/cluster";
import type { Site } from "../../site/site";
import { controlPlaneImages } from "../kubeadm/images";

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

/**
 * All images that a site's cluster and its operators run, each once, with the site's digests in the place of the
 * catalogue's. One without a digest has `missing`. Engines of models are not among them: a site pins those itself.
 */
export function siteImages(site: Site): readonly ImagePin[] {
    const { kubeadm } = site.cluster;
    const ofCharts = siteCharts(site).flatMap(chart => chart.images.filter(image => isUsed(site, image)));
    const all = [
        ...(kubeadm === undefined ? [] : controlPlaneImages(kubeadm)),
        ...ofCharts.map(image => withSiteDigest(image, kubeadm?.imageDigests ?? {})),
    ];
    return [...new Map(all.map(image => [image.image, image])).values()];
}

/** Images that operators run only at some sites, by the last word of their repository. */
const conditional: Readonly<Record<string, (site: Site) => boolean>> = {
    "k8s-rdma-shared-dev-plugin": ({ cluster }) => cluster.operators?.rdma === "shared",
    "sriov-network-device-plugin": ({ cluster }) => cluster.operators?.rdma === "sriov",
    "nvidia-k8s-ipam": ({ cluster }) => cluster.operators?.rdma === "sriov",
    "multus-cni": ({ cluster }) => cluster.operators?.rdma === "sriov",
    plugins: ({ cluster }) => cluster.operators?.rdma === "sriov",
    "container-toolkit": ({ driver }) => driver?.owner === "operator",
    ratelimit: ({ gateway }) => gateway?.rateLimitStore !== undefined,
    "llm-d-router-endpoint-picker": ({ gateway }) => gateway?.kind === "envoy",
    "k8s-driver-manager": ({ driver }) => driver?.owner === "operator",
};

/** Whether a site runs an image of a chart that it installs. */
function isUsed(site: Site, { image }: ImagePin): boolean {
    const repository = repositoryOf(image);
    const name = repository.slice(repository.lastIndexOf("/") + 1);
    return Object.hasOwn(conditional, name) ? (conditional[name]?.(site) ?? true) : true;
}

/**
 * An image with the site's digest, where the site gives one for its tag.
 */
export function withSiteDigest(pinned: ImagePin, digests: KubeadmCluster["imageDigests"]): ImagePin {
    const { image, licence } = pinned;
    if (!Object.hasOwn(digests, image)) {
        return pinned;
    }
    const source = { where: `cluster.imageDigests of the site: ${image}`, date: "as the site file" };
    return { image, digest: digests[image], licence, source };
}

/** A reference without its tag. */
export function repositoryOf(reference: string): string {
    return reference.replace(/:[^:/]*$/, "");
}
