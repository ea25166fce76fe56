import { chartValues } from "../../../components/cluster/operators/values";
import { hostLabels } from "../../../components/fabric/labels";
import type { Tenant } from "../../../components/site/cluster";
import type { Site } from "../../../components/site/site";
import { gpuHost, operatorsSite } from "../../cluster/operators/sites";

/** Hosts of the site, the racks that they are in, and the GPUs of each. */
export const size = { hosts: 300, racks: 20, gpus: 8 } as const;
/** Hosts of a rack. */
export const perRack = size.hosts / size.racks;
/** Namespace of the models. */
export const serving = "e2e-scheduling-models";
/** A tenant with the GPUs of eight hosts. */
export const tenant: Tenant = {
    name: "e2e-scheduling-tuning",
    groups: ["e2e-tuners"],
    quota: { gpus: 64, cpus: 512, memoryGiB: 1024, storageGiB: 10, pods: 100 },
};
/** Pool of the hosts: their label, and the name of the flavour in Kueue. */
export const pool = "e2e-scheduling";

/** A site of 300 hosts with 8 GPUs each in 20 racks. */
export const site: Site = (() => {
    const hosts = Array.from({ length: size.hosts }, (_, index) =>
        gpuHost(`${pool}-${String(index).padStart(3, "0")}`, { pool, rack: `rack-${index % size.racks}` }),
    );
    const made = operatorsSite({ install: ["kueue"] }, {}, { name: pool, hosts });
    return { ...made, cluster: { ...made.cluster, namespace: serving, tenants: [tenant] } };
})();

/** Kueue's configuration as the site's chart gives it. */
export function kueueConfiguration(): string {
    const { managerConfig } = chartValues(site, "kueue") as {
        readonly managerConfig: { readonly controllerManagerConfigYaml: string };
    };
    return managerConfig.controllerManagerConfigYaml;
}

/** The site's nodes as kwok plays them, with the labels that Seamount gives them. Pods of Jobs on them run on. */
export const nodes: readonly object[] = site.hosts.map(host => {
    const resources = {
        ...{ cpu: "192", memory: "2Ti", pods: "110", "ephemeral-storage": "8Ti" },
        "nvidia.com/gpu": String(host.gpu?.count ?? 0),
    };
    return {
        apiVersion: "v1",
        kind: "Node",
        metadata: {
            name: host.name,
            annotations: { "kwok.x-k8s.io/node": "jobs" },
            labels: {
                ...{ type: "kwok", e2e: pool, "kubernetes.io/hostname": host.name, "kubernetes.io/os": "linux" },
                ...hostLabels(site.fabric, host),
            },
        },
        spec: { taints: [{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }] },
        status: { allocatable: resources, capacity: resources },
    };
});
