/** JSON as the engine sends property values: secrets and unknown values are marked inside it. */
export type Json = null | boolean | number | string | readonly Json[] | Properties;

/** A property bag. */
export interface Properties {
    readonly [key: string]: Json;
}

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** The string that stands for a value which is not known before the update. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value is an object (not a list, not null). */
export function isObject(value: Json | undefined): value is Properties {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a list. */
export function isList(value: Json | undefined): value is readonly Json[] {
    return Array.isArray(value);
}

/** Whether the value itself, not something inside it, is marked secret. */
export function isSecret(value: Json | undefined): value is Properties {
    return isObject(value) && value[SIGNATURE] === SECRET;
}

/** The value marked secret; a value already marked stays as it is. */
export function secret(value: Json): Json {
    return isSecret(value) ? value : { [SIGNATURE]: SECRET, value };
}

/** The value without any secret marks, however deep. */
export function reveal(value: Json): Json {
    if (isSecret(value)) {
        return reveal(value["value"] ?? null);
    }
    if (isList(value)) {
        return value.map(reveal);
    }
    return isObject(value) ? mapValues(value, reveal) : value;
}

/** A property bag without secret marks. */
export function revealAll(properties: Properties): Properties {
    const plain = reveal(properties);
    return isObject(plain) ? plain : {};
}

/** Whether `test` holds for the value or anything inside it. */
function anywhere(value: Json, test: (value: Json) => boolean): boolean {
    if (test(value)) {
        return true;
    }
    const inside = isList(value) ? value : isObject(value) ? Object.values(value) : [];
    return inside.some(item => anywhere(item, test));
}

/** Whether anything in the value is unknown. */
export function hasUnknown(value: Json): boolean {
    return anywhere(value, item => item === UNKNOWN);
}

/** `plain` with every value marked secret that is secret in `model`, key by key and index by index. */
export function markSecrets(plain: Json, model: Json | undefined): Json {
    if (model === undefined || isSecret(plain)) {
        return plain;
    }
    if (isSecret(model)) {
        return secret(plain);
    }
    if (isList(plain) && isList(model)) {
        return plain.map((item, index) => markSecrets(item, model[index]));
    }
    if (isObject(plain) && isObject(model)) {
        return Object.fromEntries(Object.entries(plain).map(([key, item]) => [key, markSecrets(item, model[key])]));
    }
    return plain;
}

/** Whether two values are the same; secret marks count as part of the value. */
export function same(a: Json | undefined, b: Json | undefined): boolean {
    if (isList(a) && isList(b)) {
        return a.length === b.length && a.every((item, index) => same(item, b[index]));
    }
    if (isObject(a) && isObject(b)) {
        const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
        return [...keys].every(key => same(a[key], b[key]));
    }
    return a === b;
}

/** An object with every value replaced. */
export function mapValues(object: Properties, change: (value: Json) => Json): Properties {
    return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

/** The value at a path of keys, or undefined. */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
    return path.reduce<Json | undefined>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);
}

/** The text at a path of keys; empty when there is none. */
export function textAt(value: Json | undefined, ...path: readonly string[]): string {
    const found = at(value, ...path);
    return typeof found === "string" ? found : "";
}

/** The number at a path of keys, or `otherwise`. */
export function numberAt(value: Json | undefined, otherwise: number, ...path: readonly string[]): number {
    const found = at(value, ...path);
    return typeof found === "number" ? found : otherwise;
}

/** The list at a path of keys; empty when there is none. */
export function listAt(value: Json | undefined, ...path: readonly string[]): readonly Json[] {
    const found = at(value, ...path);
    return isList(found) ? found : [];
}

/** A value as text: texts as they are, everything else as JSON. */
export function asText(value: Json): string {
    return typeof value === "string" ? value : JSON.stringify(value);
}

/** A property bag without one key. */
export function without(properties: Properties, unwanted: string): Properties {
    return Object.fromEntries(Object.entries(properties).filter(([key]) => key !== unwanted));
}
