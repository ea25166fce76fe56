import type { ModelServiceSettings } from "../../components/inference/manifests";
import type { Pool } from "../../components/inference/pool";
import type { Layout } from "../../components/planning/memory";
import { r1 } from "./fixtures";

/** A pool of hosts of 8 GPUs on InfiniBand, 8 in each of two racks. */
export const infiniband: Pool = {
    fabric: {
        environment: { variables: { NCCL_SOCKET_IFNAME: "=eth0", NCCL_IB_HCA: "=mlx5_0" }, own: [] },
        devices: { "rdma/rail-0": "1", "rdma/rail-1": "1" },
    },
    racks: [8, 8],
    hugepagesGiB: { "1Gi": 0, "2Mi": 0 },
    gpusPerHost: 8,
    deviceGroups: [],
};

const two: Layout = {
    hosts: 2,
    gpusPerHost: 8,
    tensorParallel: 8,
    pipelineParallel: 2,
    dataParallel: 1,
    expertParallel: false,
};

/** R1 whose replicas are groups of two hosts. */
export const grouped: ModelServiceSettings = {
    ...r1,
    pool: infiniband,
    plan: { ...r1.plan, ...two, candidates: ["gpu-01", "gpu-02", "gpu-03", "gpu-04"] },
};

const wide = (hosts: number): Layout => ({
    hosts,
    gpusPerHost: 8,
    tensorParallel: 1,
    pipelineParallel: 1,
    dataParallel: 8 * hosts,
    expertParallel: true,
});

/** R1 whose prefill is on one host, twice, and whose decode on two: four hosts a replica. */
export const apart: ModelServiceSettings = {
    ...r1,
    pool: infiniband,
    model: { ...r1.model, routerImage: "registry.example.org/vllm-router@sha256:1" },
    plan: {
        ...r1.plan,
        ...wide(2),
        apart: { prefill: wide(1), decode: wide(2), prefillGroups: 2, decodeGroups: 1 },
        candidates: Array.from({ length: 8 }, (_, index) => `gpu-0${index + 1}`),
    },
};
