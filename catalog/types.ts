/** Where a figure comes from, so that it can be corrected in one place. */
export interface Source {
    /** A public document, repository path or thread. */
    readonly where: string;
    /** When it was read, `YYYY-MM` or `YYYY-MM-DD`. */
    readonly date: string;
}

/** Number formats that weights come in. */
export type Precision =
    | "f32" | "bf16" | "fp16" | "fp8" | "int8" | "w8a8" | "w4a8" | "awq" | "gptq" | "fp4-fp8" | "nvfp4" | "mxfp4";

/** Number formats that arithmetic runs in natively. */
export type NativeFormat = "f32" | "fp16" | "bf16" | "fp8" | "int8" | "int4" | "fp4" | "mxfp4";
