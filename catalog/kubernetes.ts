/**
 * Minor versions of Kubernetes that Seamount builds clusters of. From 1.34: since then the API server takes anonymous
 * requests for named paths only (AnonymousAuthConfigurableEndpoints is locked to on; pkg/features/kube_features.go of
 * k8s.io/apiserver v0.36.3). To 1.36: the last one that clusters were built of in tests.
 */
export const kubernetesMinors = { from: 34, to: 36 } as const;

/** Most hosts of a control plane: etcd gets slower with each member, and five outlive two failures (etcd.io, FAQ). */
export const mostControlPlaneHosts = 5;

/** Addresses in the pod subnet of one host: kubeadm's default mask, enough for the kubelet's default of 110 pods. */
export const podSubnetPrefix = 24;
