import type { OperatingSystem, Role } from "./site";

/** Roles, in the order in which people list them. */
export const roles = ["control-plane", "gpu", "storage", "edge"] as const satisfies readonly Role[];

/** Operating systems that hosts may have. */
export const operatingSystems = [
    "debian-12",
    "ubuntu-22.04",
    "ubuntu-24.04",
    "rhel-9",
    "rocky-9",
] as const satisfies readonly OperatingSystem[];

/** Checks that gates of hosts may run, by the names that the provider gives them. */
export const acceptanceChecks = [
    "clock",
    "memory",
    "topology",
    "gpuHealth",
    "hbm",
    "h2d",
    "gemm",
    "nccl",
    "fio",
    "iperf3",
    "rdma",
    "ncclPair",
    "dcgm",
] as const;
