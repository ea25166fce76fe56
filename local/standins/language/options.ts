import { asText, Json, Properties } from "../values";

/** `runtime.options` of Pulumi.yaml, as far as they matter to Node. */
export interface RuntimeOptions {
    /** Whether TypeScript is compiled on the fly. @default true */
    readonly typescript: boolean;
    /** Another tsconfig.json. */
    readonly tsconfig: string | undefined;
    /** Arguments for node itself. */
    readonly nodeArguments: readonly string[];
}

/** Reads `runtime.options`. @throws when an option has a type that it cannot have */
export function runtimeOptions(options: Properties): RuntimeOptions {
    const typed = <Kind extends "boolean" | "string">(name: string, kind: Kind): Json | undefined => {
        const value = options[name];
        if (value !== undefined && typeof value !== kind) {
            throw new Error(`runtime.options.${name} in Pulumi.yaml is ${JSON.stringify(value)}: it must be a ${kind}`);
        }
        return value;
    };
    const tsconfig = typed("tsconfig", "string");
    return {
        typescript: typed("typescript", "boolean") !== false,
        tsconfig: typeof tsconfig === "string" && tsconfig !== "" ? tsconfig : undefined,
        nodeArguments: splitWords(asText(typed("nodeargs", "string") ?? "")),
    };
}

/** Splits a line into words as a shell does: blanks part words, quotes and backslashes hold them together. */
export function splitWords(line: string): readonly string[] {
    const words = line.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+/g) ?? [];
    return words.map(word =>
        word.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g, (_, double?: string, single?: string, escaped?: string) =>
            double !== undefined ? double.replace(/\\(["\\$`])/g, "$1") : (single ?? escaped ?? ""),
        ),
    );
}

/** Environment that the options ask for. */
export function optionsEnvironment(options: RuntimeOptions): Readonly<Record<string, string>> {
    return {
        ...(options.typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
        ...(options.tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
    };
}
