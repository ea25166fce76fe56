import { engines } from "./engines";
import { nvidiaGpus } from "./gpus-nvidia";
import { otherGpus } from "./gpus-other";
import { gpuLimits } from "./limits";
import { smallModels } from "./models-small";
import { v3Models } from "./models-v3";
import { v4Models } from "./models-v4";
import { precisions } from "./precisions";
import { compressedShapes, modelShapes } from "./shapes";
import type { Catalogue, Gpu, Model } from "./types";

export * from "./types";
export * from "./acceptance";
export * from "./limits";
export { engines, precisions };

const byName = <T extends { readonly name: string }>(entries: readonly T[]): Readonly<Record<string, T>> =>
    Object.freeze(Object.fromEntries(entries.map(entry => [entry.name, entry])));

/** Every GPU entry, in the order of vendors and generations. */
export const gpuList: readonly Gpu[] = [...nvidiaGpus, ...otherGpus].map(gpu => {
    const limits = gpuLimits[gpu.name];
    return limits === undefined ? gpu : { ...gpu, limits };
});

/** Every model entry, the large ones first. */
export const modelList: readonly Model[] = [...v3Models, ...v4Models, ...smallModels].map(model => {
    const shape = modelShapes[model.name];
    const compressedShape = compressedShapes[model.name];
    return { ...model, ...(shape && { shape }), ...(compressedShape && { compressedShape }) };
});

/** GPUs by name, e.g. `gpus["H200"]`. */
export const gpus: Readonly<Record<string, Gpu>> = byName(gpuList);

/** Models by name, e.g. `models["deepseek-r1"]`. */
export const models: Readonly<Record<string, Model>> = byName(modelList);

/** Names of the GPUs, in the catalogue's order. */
export const gpuNames: readonly string[] = gpuList.map(gpu => gpu.name);

/** Names of the models, in the catalogue's order. */
export const modelNames: readonly string[] = modelList.map(model => model.name);

/** The GPU of that name, or undefined. */
export const findGpu = (name: string): Gpu | undefined => (Object.hasOwn(gpus, name) ? gpus[name] : undefined);

/** The model of that name, or undefined. */
export const findModel = (name: string): Model | undefined => (Object.hasOwn(models, name) ? models[name] : undefined);

/** The catalogue that ships with Seamount. */
export const catalogue: Catalogue = Object.freeze({ gpus, models, precisions, engines });
