import type { CheckSpec } from "./check";

/** What a setting may be: text, a number, a choice, or a list of texts. */
export type SettingType = "text" | "number" | "boolean" | "list";

const FITS: Readonly<Record<SettingType, (value: unknown) => boolean>> = {
    text: value => typeof value === "string" && value !== "",
    number: value => typeof value === "number" && Number.isFinite(value) && value > 0,
    boolean: value => typeof value === "boolean",
    list: value => Array.isArray(value) && value.every(entry => typeof entry === "string" && entry !== ""),
};
const WORDS: Readonly<Record<SettingType, string>> = {
    text: "text",
    number: "a number above 0",
    boolean: "true or false",
    list: "a list of texts",
};

/** A text among the settings, or what counts without it. */
export function textSetting({ settings }: CheckSpec, name: string, otherwise: string): string {
    const value = settings?.[name];
    return typeof value === "string" ? value : otherwise;
}

/** A number among the settings, or what counts without it. */
export function numberSetting({ settings }: CheckSpec, name: string, otherwise: number): number {
    const value = settings?.[name];
    return typeof value === "number" ? value : otherwise;
}

/** A list among the settings; empty without it. */
export function listSetting({ settings }: CheckSpec, name: string): readonly string[] {
    const value = settings?.[name];
    return Array.isArray(value) ? (value as readonly string[]) : [];
}

/**
 * What is wrong with settings and thresholds of a check that knows these settings and these figures, a sentence each.
 * `limitSeconds` is a setting of every check.
 */
export function specProblems(
    spec: CheckSpec,
    settings: Readonly<Record<string, SettingType>>,
    figures: readonly string[],
): readonly string[] {
    const known: Readonly<Record<string, SettingType>> = { ...settings, limitSeconds: "number" };
    return [
        ...Object.entries(spec.settings ?? {}).flatMap(([name, value]) => {
            const type = known[name];
            return type === undefined
                ? [`has no setting "${name}"; it has ${Object.keys(known).join(", ")}`]
                : FITS[type](value)
                  ? []
                  : [`has a setting ${name} that is not ${WORDS[type]}`];
        }),
        ...Object.keys(spec.thresholds)
            .filter(name => !figures.includes(name))
            .map(name => `has no figure "${name}"; it has ${figures.join(", ")}`),
    ];
}
