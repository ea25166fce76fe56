import { gpuChecks } from "./gates/gpus";
import { disks } from "./gates/disks";
import type { AcceptanceOptions } from "./gates/options";
import { pairChecks } from "./gates/pair";
import { atLeast, atMost, type Specs, type Thresholds } from "./gates/thresholds";
import type { Role, Site, SiteHost } from "../site/site";

export type { AcceptanceOptions } from "./gates/options";

/** Share of the stated memory that the kernel has at least: firmware and the kernel itself keep 1 to 3 %. */
const MEMORY_FRACTION = 0.95;
/** Roles whose hosts send one another more than requests and answers. */
const BETWEEN: ReadonlySet<Role> = new Set<Role>(["gpu", "storage"]);
/** Checks that judge by facts: without a threshold they are judged all the same. */
const BY_FACTS: ReadonlySet<string> = new Set(["memory", "topology", "gpuHealth", "dcgm"]);

/**
 * The checks that a host's gate runs, by role, GPUs, rails, fabric, disks and models, each with the thresholds that
 * are known. Figures without a threshold are kept and not judged: `notJudged` names those checks.
 */
export function acceptanceChecks(
    site: Pick<Site, "fabric" | "models" | "hosts" | "driver">,
    host: SiteHost,
    options: AcceptanceOptions = {},
): Specs {
    return {
        clock: { thresholds: { offsetMilliseconds: atMost(10, "ms", "logs and traces of one request, host by host") } },
        memory: { thresholds: memory(host) },
        ...(host.role === "gpu" && host.gpu !== undefined ? gpuChecks(site, host, options) : {}),
        ...(host.role === "gpu" ? disks(site, host, options.loadSeconds ?? 120) : {}),
        ...(options.peer === undefined || !BETWEEN.has(host.role) ? {} : pairChecks(site, host, options.peer, options)),
    };
}

/** Names of the checks that have no threshold at all: what they measure is kept, and nothing of it is judged. */
export function notJudged(checks: Specs): readonly string[] {
    return Object.entries(checks).flatMap(([name, { thresholds }]) =>
        Object.keys(thresholds).length === 0 && !BY_FACTS.has(name) ? [name] : [],
    );
}

function memory({ memoryGiB }: SiteHost): Thresholds {
    return memoryGiB === undefined
        ? {}
        : { totalGiB: atLeast(memoryGiB * MEMORY_FRACTION, "GiB", `memoryGiB in the site file, ${memoryGiB}`) };
}
