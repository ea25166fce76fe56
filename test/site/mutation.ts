import fc from "fast-check";

const strange = fc.constantFrom<unknown>(
    1e308,
    -1,
    0.1,
    9007199254740993,
    "",
    " ",
    "\n",
    "\0",
    "[",
    "]",
    "[1-999999999]",
    "gpu-[1-1024]",
    "::1",
    "~",
    "~/",
    "..",
    "x".repeat(100_000),
    "[1-2]".repeat(10_000),
    "a".repeat(5000) + "@",
    JSON.parse('{"__proto__": {"name": 1}}'),
    JSON.parse('{"constructor": {"prototype": 1}}'),
    { toString: 1 },
    { length: -1 },
    [[]],
    [null],
    {},
);

const key = fc.oneof(
    fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty", "length", "0", "nmae", "[x]", "\n", ""),
    fc.string({ maxLength: 10 }),
);

/** A random change of a value. */
export const mutation = fc.record({
    kind: fc.constantFrom("delete", "replace", "replace", "retype", "rename", "repeat", "bury"),
    where: fc.nat(),
    key,
    value: fc.oneof(fc.jsonValue(), strange),
});

/** What to change: the place by number, the new key or value. */
export type Mutation = { readonly kind: string; readonly where: number; readonly key: string; readonly value: unknown };

/** Changes a value in place at one of its places, and returns it. */
export function mutate(raw: unknown, { kind, where, key, value }: Mutation): unknown {
    const places = placesIn(raw, 0);
    const place = places[where % Math.max(1, places.length)];
    if (place === undefined) {
        return value;
    }
    const { parent, name } = place;
    const old: unknown = Reflect.get(parent, name);
    if (kind === "delete" || kind === "rename") {
        Reflect.deleteProperty(parent, name);
    }
    const define = (property: string, content: unknown): unknown =>
        Object.defineProperty(parent, property, {
            value: content,
            enumerable: true,
            configurable: true,
            writable: true,
        });
    if (kind === "replace") {
        define(name, value);
    } else if (kind === "bury") {
        const depth = 1 + (where % 20_000);
        define(name, JSON.parse("[".repeat(depth) + "]".repeat(depth)));
    } else if (kind === "retype") {
        define(name, typeof old === "string" ? Number(old) : typeof old === "object" ? name : [old]);
    } else if (kind === "rename" && !Array.isArray(parent)) {
        define(key, old);
    } else if (kind === "repeat" && Array.isArray(parent)) {
        parent.push(old);
    }
    return raw;
}

type Place = { readonly parent: object; readonly name: string };

function placesIn(node: unknown, depth: number): readonly Place[] {
    if (typeof node !== "object" || node === null || depth > 8) {
        return [];
    }
    return Object.keys(node).flatMap(name => [{ parent: node, name }, ...placesIn(Reflect.get(node, name), depth + 1)]);
}
