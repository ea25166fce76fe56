import type { SeenNode } from "../../../provider/kubernetes/nodeObserve";
import type { SeenCluster } from "../../../provider/kubernetes/nodePlan";
import type { ClusterNodeInputs } from "../../../provider/kubernetes/types";
import type { NodeState } from "../../../provider/rolling/nodes";
import { HOST_KEY } from "../fakes";

/** Authorities of two clusters. */
export const OURS = `sha256:${"a".repeat(64)}`;
export const THEIRS = `sha256:${"b".repeat(64)}`;
/** An image that workers have, and its digest. */
export const IMAGE = "registry.k8s.io/pause:3.10.2";
export const DIGEST = `sha256:${"c".repeat(64)}`;

/** A worker as tests want it. */
export const wanted: ClusterNodeInputs = {
    node: "gpu-1",
    connection: { address: "192.0.2.21", hostKey: HOST_KEY },
    controlPlane: [
        { node: "cp-1", connection: { address: "192.0.2.11", hostKey: HOST_KEY } },
        { node: "cp-2", connection: { address: "192.0.2.12", hostKey: HOST_KEY } },
    ],
    endpoint: "192.0.2.10:6443",
    version: "1.36.3",
    packages: { kubeadm: "1.36.3-1.1", kubelet: "1.36.3-1.1", kubectl: "1.36.3-1.1" },
    images: { [IMAGE]: DIGEST },
};

/** A host that is clean but for what is said of it. */
export const seen = (more: Partial<SeenNode>): SeenNode => ({
    packages: {},
    hasKubelet: false,
    hasAdmin: false,
    hasEtcd: false,
    kubeletActive: false,
    manifests: {},
    certificates: {},
    authority: "",
    record: { brought: [], facts: {} },
    bootId: "b007",
    images: {},
    ...more,
});

/** Our cluster, with the node or without it. */
export const there = (node?: Partial<NodeState>): SeenCluster => ({
    state: "there",
    authority: OURS,
    ...(node === undefined ? {} : { node: { ready: true, cordoned: false, bootId: "b007", ...node } }),
});
