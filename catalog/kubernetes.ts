import { kubernetesVersions } from "./kubernetes-images";

/** Minor versions of Kubernetes that Seamount builds clusters of, `1.36`: those whose images the catalogue knows. */
export const kubernetesMinors: readonly string[] = [
    ...new Set(kubernetesVersions.map(version => version.split(".", 2).join("."))),
];

/** Most hosts of a control plane: etcd gets slower with each member, and five outlive two failures (etcd.io, FAQ). */
export const mostControlPlaneHosts = 5;

/** Addresses in the pod subnet of one host: kubeadm's default mask, enough for the kubelet's default of 110 pods. */
export const podSubnetPrefix = 24;
