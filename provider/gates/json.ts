import { isRecord } from "../values";

/** The JSON objects in what a tool printed; what stands before, between and after them is passed over. */
export function jsonIn(lines: readonly string[]): readonly Readonly<Record<string, unknown>>[] {
    const objects: Readonly<Record<string, unknown>>[] = [];
    let begun = -1;
    lines.forEach((line, index) => {
        if (begun < 0 && line.startsWith("{")) {
            begun = index;
        }
        if (begun >= 0 && line.startsWith("}")) {
            const object = read(lines.slice(begun, index + 1).join("\n"));
            begun = -1;
            if (object !== undefined) {
                objects.push(object);
            }
        }
    });
    return objects;
}

/** What lies at a path of an object; undefined where there is nothing. A number in the path is a place in a list. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
    return path.reduce<unknown>(
        (inner, key) =>
            typeof key === "number"
                ? Array.isArray(inner)
                    ? inner[key]
                    : undefined
                : isRecord(inner)
                  ? inner[key]
                  : undefined,
        value,
    );
}

/** A number at a path; undefined where there is none. */
export function numberAt(value: unknown, ...path: readonly (string | number)[]): number | undefined {
    const found = at(value, ...path);
    return typeof found === "number" && Number.isFinite(found) ? found : undefined;
}

function read(text: string): Readonly<Record<string, unknown>> | undefined {
    try {
        const value: unknown = JSON.parse(text);
        return isRecord(value) ? value : undefined;
    } catch {
        return undefined;
    }
}
