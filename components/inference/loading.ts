import type { ModelPlan } from "../planning/plan";
import type { SiteModel } from "../site/site";
import type { Engine } from "./engines/engine";
import { shape } from "./labels";
import type { Pool } from "./pool";

/** Slowest storage that a load may come from: an NVMe under load, a busy NFS. Slower than this is a fault. */
const SLOWEST_READ_GBPS = 0.5;
/** How many times the measured time an engine may take to read weights: it reads in another order, and copies. */
const READ_MARGIN = 4;
/** Seconds between two startup probes. */
export const STARTUP_PERIOD_SECONDS = 10;
/** Room for pulling the image and starting containers. */
const IMAGE_SECONDS = 900;
/** Room for the pods of a group to find one another, and for its libraries to open their connections. */
const MEETING_SECONDS = 600;

/** How long one replica may take, in seconds, before it counts as failed. */
export interface LoadTimes {
    /** Reading and comparing every file. */
    readonly verify: number;
    /** From the start of the engine's process to its first token. */
    readonly start: number;
    /** All of it: image, verification, start. */
    readonly total: number;
}

/**
 * The patience of the probes and of the rollout, from the size of the weights and from what hosts have proved to read.
 * A probe that is too quick kills the engine in the middle of a load again and again; one that is too slow only reports
 * a fault later. Each host of a group may read all of the weights, because engines choose their parts while they read.
 * @param pool of the model. Unset: nothing is known of its storage, and the slowest is taken
 */
export function loadTimes(
    plan: ModelPlan,
    model: SiteModel,
    engine: Pick<Engine, "warmUpSeconds">,
    pool?: Pick<Pool, "readSeconds">,
): LoadTimes {
    const verify = Math.ceil(Math.max(plan.weightsGB, model.weights.sizeGB) / SLOWEST_READ_GBPS);
    const read = Math.min(verify, READ_MARGIN * (pool?.readSeconds ?? Infinity));
    const meeting = shape(plan) === "pod" ? 0 : MEETING_SECONDS;
    const start = read + engine.warmUpSeconds + meeting;
    return { verify, start, total: IMAGE_SECONDS + verify + start };
}
