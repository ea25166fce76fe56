import type { ModelPlan } from "../planning/plan";
import type { SiteModel } from "../site/site";
import type { Engine } from "./engines/engine";

/** Slowest storage that a load may come from: an NVMe under load, a busy NFS. Slower than this is a fault. */
const SLOWEST_READ_GBPS = 0.5;
/** Seconds between two startup probes. */
export const STARTUP_PERIOD_SECONDS = 10;
/** Room for pulling the image and starting containers. */
const IMAGE_SECONDS = 900;

/** How long one replica may take, in seconds, before it counts as failed. */
export interface LoadTimes {
    /** Reading and comparing every file. */
    readonly verify: number;
    /** From the start of the engine's process to its first good health answer. */
    readonly start: number;
    /** All of it: image, verification, start. */
    readonly total: number;
}

/**
 * The patience of the probes and of the rollout, from the size of the weights. A probe that is too quick kills the
 * engine in the middle of a load again and again; one that is too slow only reports a fault later.
 */
export function loadTimes(plan: ModelPlan, model: SiteModel, engine: Engine): LoadTimes {
    const readSeconds = Math.ceil(Math.max(plan.weightsGB, model.weights.sizeGB) / SLOWEST_READ_GBPS);
    const start = readSeconds + engine.warmUpSeconds;
    return { verify: readSeconds, start, total: IMAGE_SECONDS + readSeconds + start };
}
