import type { Problem } from "./check";
import type { PropertyChange } from "./desired";
import type { Call } from "./session";
import type { WireRecord } from "./values";

/** Answer to Diff. */
export interface ResourceDiff {
    /** `unknown`: that is known only when the inputs are. */
    readonly changes: "none" | "some" | "unknown";
    /** What changes, by property path. */
    readonly details: ReadonlyMap<string, PropertyChange>;
    /** Property paths whose change makes it another resource. Unset: none. */
    readonly replaces?: readonly string[];
}

/**
 * One type of resource: what each call of the engine means for it. Knows no gRPC. Inputs and outputs come as they
 * travel, with secrets wrapped and unknowns in them: `unwrap` opens them. An error for people is a `HostError`; an
 * `UnfinishedError` carries the state that the engine is to keep.
 */
export interface ResourceHandler {
    /** Everything that is wrong with the inputs, and the inputs with what must be a secret marked so. */
    check(news: WireRecord): { readonly inputs: WireRecord; readonly problems: readonly Problem[] };
    /** What would change. Called in every preview and every `up`. */
    diff(call: Call, olds: WireRecord, oldInputs: WireRecord, news: WireRecord): Promise<ResourceDiff>;
    /** Says what a new resource would do; changes nothing. */
    previewCreate(call: Call, inputs: WireRecord): Promise<void>;
    create(call: Call, inputs: WireRecord): Promise<{ readonly id: string; readonly outputs: WireRecord }>;
    /** What `refresh` records. */
    read(
        call: Call,
        olds: WireRecord,
        inputs: WireRecord,
    ): Promise<{ readonly outputs: WireRecord; readonly inputs: WireRecord }>;
    /** Outputs that a preview of an update shows; `UNKNOWN` for what only `up` can tell. Unset: those of the state. */
    previewUpdate?(call: Call, olds: WireRecord, news: WireRecord): Promise<WireRecord>;
    /** Answers with the new outputs. */
    update(call: Call, id: string, olds: WireRecord, oldInputs: WireRecord, news: WireRecord): Promise<WireRecord>;
    delete(call: Call, olds: WireRecord, oldInputs: WireRecord): Promise<void>;
}

/** Type of the resource that a URN names: `metal:index:Host`. Parents' types stand before it, each with a `$`. */
export function typeOf(urn: string): string {
    return urn.split("::")[2]?.split("$").at(-1) ?? "";
}
