import type { Catalogue, CompressedShape, Gpu, Model, ModelShape, NativeFormat, Precision } from "../../../catalog";
import { productFormats, weightBytes, type WeightBytes } from "./formats";
import type { Replica } from "./types";

/** A replica with all that the catalogue knows of it. */
export interface Subject {
    readonly replica: Replica;
    readonly model: Model;
    readonly shape: ModelShape | CompressedShape;
    readonly gpu: Gpu;
    readonly bytes: WeightBytes;
    readonly formats: { readonly feedForward: NativeFormat; readonly attention: NativeFormat };
    /** The GPU's 16-bit format, for what is never quantised. */
    readonly half: NativeFormat;
}

/**
 * The replica with its model's shape and its GPU's figures, or undefined where the catalogue lacks one of them: then
 * nothing is said of speed. A CPU has none, and a replica over several hosts without a fabric between them neither.
 */
export function subjectOf(replica: Replica, catalogue: Catalogue): Subject | undefined {
    const model = own(catalogue.models, replica.model);
    const gpu = own(catalogue.gpus, replica.gpu);
    const facts = own(catalogue.precisions, replica.precision);
    const bytes = own(weightBytes, replica.precision);
    const shape = model?.shape ?? model?.compressedShape;
    if (model === undefined || shape === undefined || gpu === undefined || facts === undefined || bytes === undefined) {
        return undefined;
    }
    const formats = productFormats(replica.precision as Precision, gpu, facts);
    const computes =
        formats !== undefined &&
        [formats.feedForward, formats.attention].every(format => (gpu.denseTflops[format] ?? 0) > 0);
    const connected = replica.hosts === 1 || replica.fabric !== undefined;
    const half = (gpu.denseTflops.bf16 ?? 0) > 0 ? "bf16" : "fp16";
    return computes && connected ? { replica, model, shape, gpu, bytes, formats, half } : undefined;
}

function own<T>(entries: Readonly<Partial<Record<string, T>>>, name: string): T | undefined {
    return Object.hasOwn(entries, name) ? entries[name] : undefined;
}
