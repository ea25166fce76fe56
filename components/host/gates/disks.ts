import { findModel } from "../../../catalog";
import type { Site, SiteHost, SiteModel } from "../../site/site";
import { atLeast, rounded, type Specs } from "./thresholds";

/** 4 KiB reads at random that a tier of NVMe devices for weights and caches gives in a second. */
const HOT_TIER_IOPS = 1_000_000;

/** Disks that hold weights: fast enough to load them in time, and where NVMe is stated, fast at random. */
export function disks({ models, hosts }: Pick<Site, "models" | "hosts">, host: SiteHost, loadSeconds: number): Specs {
    const folders = new Map<string, number>();
    for (const model of models.filter(({ pool, weights }) => pool === host.pool && weights.hostPath !== undefined)) {
        const folder = model.weights.hostPath ?? "";
        const peers = hosts.filter(({ pool }) => pool === host.pool).length;
        const loaders = Math.max(1, Math.ceil(model.replicas / Math.max(1, peers)));
        folders.set(folder, Math.max(folders.get(folder) ?? 0, weightsGB(model) * loaders));
    }
    return Object.fromEntries(
        [...folders].map(([folder, gigabytes], place) => [
            place === 0 ? "fio" : `fio:${place + 1}`,
            {
                thresholds: {
                    sequentialReadGBps: atLeast(
                        gigabytes / loadSeconds,
                        "GB/s",
                        `${rounded(gigabytes)} GB of weights in ${loadSeconds} s`,
                    ),
                    ...(host.nvme.length === 0
                        ? {}
                        : { randomReadIops: atLeast(HOT_TIER_IOPS, "IOPS", "hot tier on NVMe: 4 KiB at random") }),
                },
                settings: { folder },
            },
        ]),
    );
}

/** 10⁹ bytes of a model's weights: the catalogue's, or what the site keeps for them. */
function weightsGB({ model, precision, weights }: SiteModel): number {
    const known = Object.entries(findModel(model)?.weights ?? {}).find(([name]) => name === precision);
    return known?.[1].weightsGB ?? weights.sizeGB;
}
