import { findGpu } from "../../catalog";
import type { Site } from "../site/site";

/**
 * Why pods that span hosts must be on their hosts' network, or undefined where they need not. NVIDIA/nccl#1796: in a pod, a
 * RoCE device that is shared with its host cannot be used, because its addresses belong to interfaces of the host.
 * InfiniBand has addresses of its own, and the NPUs of Ascend hosts have network adapters of their own.
 */
export function hostNetworkReason(site: Pick<Site, "fabric" | "hosts">, pool: string): string | undefined {
    const hosts = site.hosts.filter(host => host.pool === pool);
    const onRails = hosts.some(({ rails, gpu }) => rails.length > 0 && findGpu(gpu?.model ?? "")?.vendor !== "Huawei");
    return site.fabric?.kind === "roce" && onRails
        ? "host network: the addresses of RoCE belong to the hosts' interfaces, which a network of pods does not have"
        : undefined;
}

/** The written reasons of all models of a site whose replicas may span hosts, once each. */
export function hostNetworkReasons(site: Pick<Site, "fabric" | "hosts" | "models">): readonly string[] {
    const spanning = site.models.filter(
        ({ parallelism }) => (parallelism?.hostsPerReplica ?? 1) > 1 || parallelism?.prefillDecode === "apart",
    );
    return [...new Set(spanning.flatMap(({ pool }) => hostNetworkReason(site, pool) ?? []))];
}
