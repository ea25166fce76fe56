import type { KubeadmCluster, SiteOperators } from "../../components/site/cluster";
import type { Site } from "../../components/site/site";
import { siteOf, validSite } from "../site/fixture";

/** A site that Seamount builds the cluster of, with these operators. */
export function clusterSite(install: readonly string[], imageDigests: KubeadmCluster["imageDigests"] = {}): Site {
    const site = siteOf(validSite());
    const operators: SiteOperators = { install, rdma: "none" };
    const kubeadm = {
        version: "1.36.3",
        packageRevision: "1.1",
        controlPlane: [],
        endpoint: "10.0.0.1:6443",
        imageDigests,
        network: { plugin: "cilium" },
        runtime: {},
    } as unknown as KubeadmCluster;
    return { ...site, cluster: { ...site.cluster, mode: "kubeadm", kubeadm, operators } };
}
