import type { Catalogue } from "../../../catalog";
import type { Site } from "../../site/site";
import { gpusTaken, withoutRoom } from "../placement";
import type { ModelPlan } from "../plan";
import { type Failure, serviceOf } from "./service";

/** What becomes of a site's services: a plan for each that can be had by itself, and what is in the way of the others. */
export interface Settled {
    /** In the site's order. */
    readonly plans: readonly ModelPlan[];
    /** By service name. */
    readonly failures: ReadonlyMap<string, Failure>;
    /** Replicas that find room, of the services whose plans do not all find it. */
    readonly crowded: ReadonlyMap<string, number>;
}

/** How much of a site is settled. */
export interface Scope {
    /** Whether plans are looked for that are only told beside those chosen. Default true. */
    readonly told?: boolean;
    /** Only services of this pool. Unset: all. */
    readonly pool?: string;
}

/**
 * Chooses among the options of all services so that they find room side by side. It begins with the fewest GPUs for
 * each: where these find no room, nothing does. Then each service in the site's order takes the best that the others
 * leave room for.
 */
export function settle(site: Site, catalogue: Catalogue, { told = true, pool }: Scope = {}): Settled {
    const models = site.models.filter(model => pool === undefined || model.pool === pool);
    const services = models.map(model => ({ model, service: serviceOf(site, model, catalogue, told) }));
    const failures = new Map(
        services.flatMap(({ model, service }) =>
            "failure" in service ? [[model.name, service.failure] as const] : [],
        ),
    );
    const all = services.flatMap(({ service }) => ("options" in service ? [service.options] : []));
    const narrowest = all.flatMap(options => fewest(options) ?? []);
    const crowded = withoutRoom(site, narrowest);
    return { plans: crowded.size > 0 ? narrowest : best(site, all, narrowest), failures, crowded };
}

function fewest(options: readonly ModelPlan[]): ModelPlan | undefined {
    const [first, ...others] = options;
    return first === undefined
        ? undefined
        : others.reduce((least, one) => (gpusTaken(one) < gpusTaken(least) ? one : least), first);
}

function best(
    site: Site,
    all: readonly (readonly ModelPlan[])[],
    narrowest: readonly ModelPlan[],
): readonly ModelPlan[] {
    return all.reduce((taken, options, index) => {
        const better = options.find(option => withoutRoom(site, taken.with(index, option)).size === 0);
        return better === undefined ? taken : taken.with(index, better);
    }, narrowest);
}
