import { siteCharts, siteImages } from "../cluster/operators/images";
import type { Site } from "../site/site";
import type { ClusterArtefacts } from "./list";

/**
 * What a site's cluster is made of by the catalogue: no images of Kubernetes where the cluster is there already.
 *
 * @throws Error where the catalogue has not the version of Kubernetes, or an operator
 */
export function clusterArtefacts(site: Site): ClusterArtefacts {
    return { images: siteImages(site), charts: siteCharts(site) };
}
