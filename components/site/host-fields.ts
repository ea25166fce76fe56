import { expanded, nodesOf } from "./expand";
import { show, type Problem } from "./problem";
import type { HostGroup } from "./schema";
import type { Fabric, SiteHost } from "./site";

/** Makes a problem with a field of one group. */
export type At = (message: string, ...field: PropertyKey[]) => Problem;

/** Main memory that huge pages leave to the system and to everything that uses none, in GiB. */
const systemMemoryGiB = 8;

/**
 * What is wrong with the devices, the node names and the memory of a group: its fields among themselves, and against
 * the fabric. `host` is any host of the group, as they are alike in these.
 */
export function fieldProblems(
    group: HostGroup,
    host: SiteHost | undefined,
    fabric: Pick<Fabric, "rails"> | undefined,
    at: At,
): readonly Problem[] {
    return host === undefined
        ? []
        : [
              ...railProblems(host, fabric, at),
              ...repetitions(host, at),
              ...nodeProblems(group, at),
              ...hugepageProblems(host, at),
          ];
}

function railProblems(host: SiteHost, fabric: Pick<Fabric, "rails"> | undefined, at: At): readonly Problem[] {
    const { role, rails, interfaces = [], managementInterface, confidential } = host;
    const problems: Problem[] = [];
    if (role === "gpu" && rails.length > 0 && fabric !== undefined && rails.length !== fabric.rails) {
        problems.push(
            at(`${rails.length} devices, but the fabric has ${fabric.rails} rails; both must agree`, "rails"),
        );
    }
    if (interfaces.length > 0 && interfaces.length !== rails.length) {
        const both = `${interfaces.length} interfaces, but ${rails.length} devices in rails`;
        problems.push(at(`${both}; give one for each, in the same order`, "interfaces"));
    }
    if (managementInterface !== undefined && interfaces.includes(managementInterface)) {
        const message = `${show(managementInterface)} is in interfaces too; the fabric does not carry the management`;
        problems.push(at(message, "managementInterface"));
    }
    if (confidential === true && rails.length > 0) {
        const both = `true with ${rails.length} rails: confidential GPUs need the IOMMU and ACS, which GPUDirect RDMA must not have`;
        problems.push(at(`${both}; take out confidential, or rails`, "confidential"));
    }
    return problems;
}

function repetitions(host: SiteHost, at: At): readonly Problem[] {
    return (["rails", "interfaces", "nvme"] as const).flatMap(field => {
        const values = host[field] ?? [];
        const twice = values.find((value, index) => values.indexOf(value) !== index);
        return twice === undefined ? [] : [at(`${show(twice)} is listed twice`, field)];
    });
}

function nodeProblems(group: HostGroup, at: At): readonly Problem[] {
    const names = expanded(group.name);
    const nodes = nodesOf(group, names);
    if (typeof group.node !== "string" || nodes.length === names.length) {
        return [];
    }
    const both = `${show(group.node)} stands for ${nodes.length}, ${show(group.name)} for ${names.length}`;
    return [at(`${both}; give as many nodes as names`, "node")];
}

/** Main memory that huge pages take of a host, in GiB. */
export function hugepagesGiB({ hugepages, numaNodes = 1 }: Pick<SiteHost, "hugepages" | "numaNodes">): number {
    return numaNodes * ((hugepages?.["2MiB"] ?? 0) / 512 + (hugepages?.["1GiB"] ?? 0));
}

function hugepageProblems(host: SiteHost, at: At): readonly Problem[] {
    const { hugepages, numaNodes, memoryGiB } = host;
    if (hugepages === undefined) {
        return [];
    }
    if (numaNodes === undefined) {
        return [at("is missing: hugepages are in each NUMA node, so say how many nodes a host has", "numaNodes")];
    }
    const takenGiB = hugepagesGiB(host);
    if (memoryGiB === undefined || takenGiB <= memoryGiB - systemMemoryGiB) {
        return [];
    }
    const nodes = numaNodes === 1 ? "1 NUMA node" : `${numaNodes} NUMA nodes`;
    const most = Math.max(0, memoryGiB - systemMemoryGiB);
    const both = `${Math.ceil(takenGiB)} GiB of huge pages on ${nodes}, but a host has ${memoryGiB} GiB`;
    return [at(`${both}; take ${most} GiB at most, as the system needs ${systemMemoryGiB}`, "hugepages")];
}
