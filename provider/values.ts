import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

/** A property as it travels between engine and provider: JSON, with secrets wrapped and unknowns as a certain text. */
export type Wire = JavaScriptValue;
/** Properties by name, as they travel. */
export type WireRecord = { [key: string]: Wire };

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
/** The text that stands for a value which is not known before `up`. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A property without its wrappings. */
export interface Plain {
    readonly value: Wire;
    /** Whether the property at this path, or anything around it, is a secret. */
    readonly isSecret: (path: readonly string[]) => boolean;
    /** Whether any part of it is unknown. */
    readonly hasUnknowns: boolean;
}

/** Marks a value as a secret. */
export function secret(value: Wire): Wire {
    return isWrapped(value) ? value : { [SIGNATURE]: SECRET, value };
}

/** Takes the wrappings off. */
export function unwrap(wire: Wire): Plain {
    const secrets = new Set<string>();
    let hasUnknowns = false;
    const walk = (value: Wire, path: readonly string[]): Wire => {
        if (value === UNKNOWN) {
            hasUnknowns = true;
            return value;
        }
        if (Array.isArray(value)) {
            return (value as Wire[]).map((entry, index) => walk(entry, [...path, String(index)]));
        }
        if (!isRecord(value)) {
            return value;
        }
        if (isWrapped(value)) {
            secrets.add(JSON.stringify(path));
            return walk(value.value ?? null, path);
        }
        const entries = Object.entries<Wire>(value).filter(([, entry]) => entry !== null && entry !== undefined);
        return Object.fromEntries(entries.map(([key, entry]) => [key, walk(entry, [...path, key])]));
    };
    const value = walk(wire, []);
    const isSecret = (path: readonly string[]) =>
        path.some((_, length) => secrets.has(JSON.stringify(path.slice(0, length)))) ||
        secrets.has(JSON.stringify(path));
    return { value, isSecret, hasUnknowns };
}

/** Whether anything below a path is a secret, or anything around it. */
export function touchesSecret(wire: Wire, path: readonly string[]): boolean {
    let current: Wire | undefined = wire;
    for (const key of path) {
        if (isWrapped(current)) {
            return true;
        }
        current = isRecord(current) ? current[key] : undefined;
    }
    return JSON.stringify(current ?? null).includes(SECRET);
}

/** Whether two plain values are the same, whatever the order of their keys. */
export function sameValue(a: Wire | undefined, b: Wire | undefined): boolean {
    return canonical(a) === canonical(b);
}

/** A record, where the value is one. */
export function isRecord(value: unknown): value is WireRecord {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWrapped(value: Wire | undefined): value is { [SIGNATURE]: string; value: Wire } {
    return isRecord(value) && value[SIGNATURE] === SECRET;
}

function canonical(value: Wire | undefined): string {
    if (Array.isArray(value)) {
        return `[${value.map(canonical).join(",")}]`;
    }
    if (!isRecord(value)) {
        return JSON.stringify(value ?? null);
    }
    const entries = Object.entries(value).filter(([, entry]) => entry !== null && entry !== undefined);
    return `{${entries
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`)
        .join(",")}}`;
}
