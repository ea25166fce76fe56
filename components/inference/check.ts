import { members } from "./engines/member";
import { engines } from "./engines/registry";
import { checksumManifest } from "./checksums";
import { leadersOf, sideName } from "./group/apart";
import { LONGEST_NAME, longestPodName } from "./group/leaderWorkerSet";
import { routerCommand } from "./group/router";
import { groupName, shape } from "./labels";
import type { ModelServiceSettings } from "./manifests";

/**
 * Everything that can be wrong with a service before anything is made.
 * @throws Error with one sentence that a person can act on
 */
export function checkModelService(settings: ModelServiceSettings): void {
    const { model, plan, gpuResource, pool } = settings;
    const wrong = (problem: string): never => {
        throw new Error(`model "${plan.name}": ${problem}`);
    };
    if (plan.candidates.length === 0) {
        wrong(`the pool "${plan.pool}" has no hosts`);
    }
    const { hostPath, claim, image } = model.weights;
    if ([hostPath, claim, image].filter(source => source !== undefined).length !== 1) {
        wrong("exactly one of weights.hostPath, weights.claim and weights.image must be set");
    }
    if (plan.gpusPerHost > 0 && gpuResource === undefined) {
        wrong(`the plan needs ${plan.gpusPerHost} GPUs a host, and no resource name for them is known`);
    }
    // These throw where the manifest cannot be read, or holds nothing that the engine can open.
    checksumManifest(model.weights.sha256sums);
    members(plan).forEach(member => engines[plan.engine].command(plan, model, member));
    if (shape(plan) === "pod") {
        return;
    }
    if (pool === undefined) {
        wrong("its replicas are more than one pod, and nothing is known of the pool's hosts and their fabric");
    } else if ("problems" in pool.fabric) {
        wrong(pool.fabric.problems.join("; "));
    }
    if (plan.apart !== undefined) {
        routerCommand(
            settings,
            leadersOf(plan.apart, side => side),
        );
    }
    const longest = longestName(settings);
    if (longest.length > LONGEST_NAME) {
        wrong(
            `its pods would have names of ${longest.length} characters (${longest}), and Kubernetes allows ` +
                `${LONGEST_NAME}: give it a name of ${plan.name.length - (longest.length - LONGEST_NAME)} at most`,
        );
    }
    if (!/^[a-z]/.test(plan.name)) {
        wrong("its replicas are groups of pods, whose names must begin with a letter: give it another name");
    }
}

function longestName({ plan }: ModelServiceSettings): string {
    const { apart, name, replicas, hosts } = plan;
    const names =
        apart === undefined
            ? [longestPodName(groupName(plan), replicas, hosts)]
            : [
                  longestPodName(side(name, replicas, "prefill"), apart.prefillGroups, apart.prefill.hosts),
                  longestPodName(side(name, replicas, "decode"), apart.decodeGroups, apart.decode.hosts),
              ];
    return names.reduce((a, b) => (b.length > a.length ? b : a), "");
}

const side = (name: string, replicas: number, which: string): string =>
    sideName(name, replicas - 1, "0".repeat(8), which);
