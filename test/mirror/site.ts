import type { KubeadmCluster } from "../../components/site/cluster";
import type { Site } from "../../components/site/site";
import { gpuHost, kubeadm, operatorsSite } from "../cluster/operators/sites";
import { keyOf } from "../site/fixture";

/** A site that Seamount builds the cluster of, with these operators. */
export function clusterSite(install: readonly string[], imageDigests: KubeadmCluster["imageDigests"] = {}): Site {
    const hosts = ["cp-1", "cp-2", "cp-3"].map((name, index) =>
        gpuHost(name, { role: "control-plane", hostKey: keyOf(index), gpu: undefined, managementInterface: "eno1" }),
    );
    const site = operatorsSite({ install }, {}, { hosts: [...hosts, gpuHost("gpu-1", { hostKey: keyOf(7) })] });
    return { ...site, cluster: { ...site.cluster, kubeadm: { ...kubeadm, imageDigests } } };
}
