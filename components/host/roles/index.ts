import { findGpu } from "../../../catalog";
import { hugePages } from "../hugepages";
import type { RoleItems } from "../merge";
import { ascend } from "./ascend";
import { baseline } from "./baseline";
import { controlPlane } from "./controlPlane";
import { gpuAmd } from "./gpuAmd";
import { gpuNvidia } from "./gpuNvidia";
import { hardening } from "./hardening";
import { jetson } from "./jetson";
import { repositories } from "./repositories";
import type { RoleHost, RoleSite } from "./role";
import { storage } from "./storage";

export type { RoleHost, RoleSite } from "./role";

/** The role that a host's GPUs give it, by their maker. Cambricon's have none: the host is left to its driver. */
const GPU_ROLES = { NVIDIA: gpuNvidia, AMD: gpuAmd, Huawei: ascend } as const;

/** Every role of a host, with its items: what all hosts have, what its purpose asks for, and what its GPUs do. */
export function rolesOf(host: RoleHost, site: RoleSite): readonly RoleItems[] {
    return [
        { role: "baseline", items: baseline(host, site) },
        { role: "hardening", items: hardening(host, site) },
        { role: "repositories", items: repositories(host, site) },
        ...(host.role === "storage" ? [{ role: "storage", items: storage() }] : []),
        ...(host.role === "control-plane" ? [{ role: "controlPlane", items: controlPlane() }] : []),
        ...(host.hugepages === undefined
            ? []
            : [{ role: "hugepages", items: hugePages(host.hugepages, host.numaNodes ?? 1) }]),
        ...gpuRole(host, site),
    ];
}

function gpuRole(host: RoleHost, site: RoleSite): readonly RoleItems[] {
    const gpu = host.gpu === undefined ? undefined : findGpu(host.gpu.model);
    if (gpu === undefined || gpu.vendor === "Cambricon") {
        return [];
    }
    if (gpu.sharedMemory === true && gpu.vendor === "NVIDIA") {
        return [{ role: "jetson", items: jetson(host) }];
    }
    const role = GPU_ROLES[gpu.vendor];
    return [{ role: role.name, items: role(host, site) }];
}
