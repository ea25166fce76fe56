import { UNPROVEN_TAINT } from "../../../provider/gates/marks";
import type {
    ClusterNodeInputs,
    ControlPlaneHost,
    ControlPlaneInputs,
    KubernetesRelease,
} from "../../../provider/kubernetes/types";
import { gpus } from "../../../catalog";
import type { KubeadmCluster } from "../../site/cluster";
import { clusterHosts } from "../../site/kubeadm";
import type { Site, SiteHost } from "../../site/site";
import { clusterDocuments, type ConfiguredCluster, skippedPhases } from "./configuration";
import { controlPlaneImages, digestsOf, kubeVipImage, workerImages } from "./images";
import { KUBE_VIP, kubeVipManifest } from "./kubeVip";

/** Packages of Kubernetes on every host, with their exact versions. */
export function kubernetesPackages({
    version,
    packageRevision,
}: Pick<KubeadmCluster, "version" | "packageRevision">): Readonly<Record<"kubeadm" | "kubelet" | "kubectl", string>> {
    const exact = `${version}-${packageRevision}`;
    return { kubeadm: exact, kubelet: exact, kubectl: exact };
}

/** What is the same on hosts of the control plane and on workers, but for the images. */
function release(kubeadm: KubeadmCluster, images: Readonly<Record<string, string>>): KubernetesRelease {
    const { version, ignorePreflightErrors } = kubeadm;
    return {
        version,
        packages: kubernetesPackages(kubeadm),
        images,
        ...(ignorePreflightErrors && { ignorePreflightErrors }),
    };
}

/** Hosts of the control plane, in the order of the site. */
export function controlPlaneHosts(site: Pick<Site, "hosts">): readonly SiteHost[] {
    return clusterHosts(site.hosts).filter(host => host.role === "control-plane");
}

/** Hosts of the cluster that are not of its control plane. */
export function workers(site: Pick<Site, "hosts">): readonly SiteHost[] {
    return clusterHosts(site.hosts).filter(host => host.role !== "control-plane");
}

/** A host of the control plane as its resource takes it, but for the connection. */
export function controlPlaneHost(host: SiteHost, kubeadm: KubeadmCluster): Omit<ControlPlaneHost, "connection"> {
    const { virtualAddress } = kubeadm;
    const { managementInterface } = host;
    return {
        node: host.node ?? host.name,
        address: host.address,
        ...(virtualAddress !== undefined &&
            managementInterface !== undefined && {
                interface: managementInterface,
                staticPods: {
                    [KUBE_VIP]: kubeVipManifest({
                        virtualAddress,
                        interface: managementInterface,
                        image: kubeVipImage(kubeadm),
                    }),
                },
            }),
    };
}

/** Inputs of the control plane, but for its hosts and files. */
export function controlPlaneInputs({ name, kubeadm }: ConfiguredCluster): Omit<ControlPlaneInputs, "hosts" | "files"> {
    const { endpoint, virtualAddress, snapshotDirectory, renewBeforeDays } = kubeadm;
    return {
        ...release(kubeadm, digestsOf(controlPlaneImages(kubeadm))),
        endpoint,
        ...(virtualAddress !== undefined && { virtualAddress }),
        configuration: clusterDocuments({ name, kubeadm }),
        skipPhases: skippedPhases(kubeadm),
        snapshotDirectory,
        renewBeforeDays,
    };
}

/** Inputs of one worker, but for connections. `gated`: whether it must prove itself before it takes work. */
export function workerInputs(
    host: SiteHost,
    kubeadm: KubeadmCluster,
    gated: boolean,
): Omit<ClusterNodeInputs, "connection" | "controlPlane"> {
    const resource = host.gpu && gpus[host.gpu.model]?.kubernetesResource;
    const taints = [
        ...(gated ? [`${UNPROVEN_TAINT}=:NoSchedule`] : []),
        // The key that pods with GPUs tolerate anyway, with the value that NVIDIA's operators use.
        ...(kubeadm.taintGpus === true && resource !== undefined ? [`${resource}=present:NoSchedule`] : []),
    ];
    return {
        ...release(kubeadm, digestsOf(workerImages(kubeadm))),
        node: host.node ?? host.name,
        endpoint: kubeadm.endpoint,
        ...(host.rack !== undefined && { rack: host.rack }),
        ...(taints.length > 0 && { taints }),
    };
}
