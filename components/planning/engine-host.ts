import { engineHosts, type EngineHostFacts } from "../../catalog/engine-hosts";
import { findModel } from "../../catalog";
import type { SiteModel } from "../site/site";
import { isAtLeast } from "../site/versions";

/** The release that the tag of an image names, `0.20.0`; undefined where there is none, as with a digest alone. */
export function releaseOf(image: string): string | undefined {
    return /:v?(\d+(?:\.\d+)+)[^/@]*(?:@|$)/.exec(image)?.[1];
}

/**
 * What the engine of a model asks of hosts. Where the image does not say its release, that of the lowest release that
 * serves the model. Undefined: nothing.
 */
export function engineHostFacts(
    { engine, image, model }: Pick<SiteModel, "engine" | "image" | "model">,
    known: readonly EngineHostFacts[] = engineHosts,
): EngineHostFacts | undefined {
    const release = releaseOf(image) ?? findModel(model)?.engines[engine]?.minimumVersion ?? "0";
    return known.find(facts => facts.engine === engine && isAtLeast(release, facts.fromVersion));
}

/**
 * Whether hosts must let GPUs ring the doorbells of NICs: an engine of these models needs it. So it is where no model is
 * placed yet, because the option needs a reboot, and a host that may get any engine had better be ready.
 */
export function needsGpuInitiatedNetwork(models: readonly Pick<SiteModel, "engine" | "image" | "model">[]): boolean {
    return models.length === 0 || models.some(model => engineHostFacts(model)?.gpuInitiatedNetwork === true);
}
