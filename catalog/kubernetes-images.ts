import type { ImagePin } from "./artifact-types";
import { pin, unpinned } from "./pins";
import type { Source } from "./types";

const APACHE = "Apache-2.0";

/** Digests of the images that have the version of Kubernetes itself. */
interface Release {
    readonly apiServer: string;
    readonly controllerManager: string;
    readonly scheduler: string;
    /** Unset: not found. Only clusters with the network plugin `bridge` run it. */
    readonly proxy?: string;
}

const releases: Readonly<Record<string, Release>> = {
    "1.36.2": {
        apiServer: "0535dde1a857029209d7effe681c919a1580d2eb24eda4bd122d24e9a372e1b8",
        controllerManager: "b3add29a00c3c4763c75a09ec94915e3d0d590b93b3850a97d52970fbd2b2c12",
        scheduler: "94dfc9f285718a06bb873947959b8514ed95dddaa7c74d765cc346fdfa684859",
    },
    "1.36.3": {
        apiServer: "b4bc06c81fd76f81174e6c19ddacf477acdf1583e7a5846ebbd513493aef6e43",
        controllerManager: "ed56454bf514916079a227f5765b64524fde52106dfcc52978b28634765b78b8",
        scheduler: "128fc07d278d64c4f2cce416ed0a9f37b23a30cdde6f97873d18c9c78e259df4",
    },
    "1.36.5": {
        apiServer: "4b3e69973a1d58d3c1f670d3477a9b9f14a03a271823113e8e0c9a333eb84f48",
        controllerManager: "2d717af134451db77ea053c3426bc82edc0e55415eb36e1260313c636ebe9a4d",
        scheduler: "3804f66442962cefbe11fcd5330d5e7a797bfb3dc8535c322d005637b404a85f",
    },
};

const constants: Source = {
    where: "k8s.io/kubernetes v1.36: cmd/kubeadm/app/constants/constants.go (tags of images)",
    date: "2026-11",
};

/** Versions of Kubernetes whose images the catalogue knows. */
export const kubernetesVersions: readonly string[] = Object.keys(releases);

/** Repository of the image that hands the virtual address from host to host. */
export const KUBE_VIP = "ghcr.io/kube-vip/kube-vip";

/**
 * Images of a control plane: Kubernetes' own, those that its kubeadm asks for, and kube-vip.
 * @param version of Kubernetes, `1.36.3`
 * @throws Error naming the versions that there are
 */
export function kubernetesImages(version: string): readonly ImagePin[] {
    const release = Object.hasOwn(releases, version) ? releases[version] : undefined;
    if (release === undefined) {
        throw new Error(`Kubernetes ${version} is not in the catalogue, which has ${kubernetesVersions.join(", ")}`);
    }
    const own = (name: string, digest: string | undefined): ImagePin => {
        const image = `registry.k8s.io/${name}:v${version}`;
        return digest === undefined ? unpinned(image, APACHE, constants) : pin(image, digest, APACHE);
    };
    return [
        own("kube-apiserver", release.apiServer),
        own("kube-controller-manager", release.controllerManager),
        own("kube-scheduler", release.scheduler),
        own("kube-proxy", release.proxy),
        ...companions,
    ];
}

/** Images of kubeadm 1.36, the same in all its patches, and kube-vip. */
const companions: readonly ImagePin[] = [
    pin("registry.k8s.io/etcd:3.6.8-0", "397189418d1a00e500c0605ad18d1baf3b541a1004d768448c367e48071622e5", APACHE),
    pin(
        "registry.k8s.io/coredns/coredns:v1.14.2",
        "e7e6440cfd1e919280958f5b5a6ab2b184d385bba774c12ad2a9e1e4183f90d9",
        APACHE,
    ),
    pin("registry.k8s.io/pause:3.10.2", "f548e0e8e3dc1896ca956272154dde3314e8cc4fde0a57577ee9fa1c63f5baf4", APACHE),
    pin(`${KUBE_VIP}:v1.2.1`, "49b77655f9f109bedc5eb25723bb0e4c57d8513ba33cc69c31be3f243eb2386d", APACHE),
];
