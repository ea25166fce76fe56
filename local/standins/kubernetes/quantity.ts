import { Path } from "../diff";
import { Json } from "../values";

/** Keys under which values are quantities. */
const HOLDERS = ["limits", "requests", "capacity", "allocatable", "hard", "min", "max", "default", "defaultRequest"];
const FIELDS = ["sizeLimit", "divisor", "averageValue"];
const SUFFIXES: Readonly<Record<string, number>> = {
    n: 1e-9,
    u: 1e-6,
    m: 1e-3,
    "": 1,
    k: 1e3,
    M: 1e6,
    G: 1e9,
    T: 1e12,
    P: 1e15,
    E: 1e18,
    Ki: 2 ** 10,
    Mi: 2 ** 20,
    Gi: 2 ** 30,
    Ti: 2 ** 40,
    Pi: 2 ** 50,
    Ei: 2 ** 60,
};

/** The number that a Kubernetes quantity stands for: `500m` is 0.5, `1Gi` is 1073741824. Undefined for other text. */
export function quantity(value: Json | undefined): number | undefined {
    if (typeof value !== "string" && typeof value !== "number") {
        return undefined;
    }
    const match = /^([+-]?[0-9.]+)(?:([numkMGTPE]i?|[KMGTPE]i)|[eE]([+-]?\d+))?$/.exec(String(value));
    if (match === null) {
        return undefined;
    }
    const factor = match[3] === undefined ? SUFFIXES[match[2] ?? ""] : 10 ** Number(match[3]);
    const number = Number(match[1]) * (factor ?? NaN);
    return Number.isNaN(number) ? undefined : number;
}

/** Whether both values are quantities, at a place for quantities, of the same amount. */
export function sameQuantity(path: Path, before: Json | undefined, after: Json | undefined): boolean {
    const [holder, field] = [path.at(-2), path.at(-1)];
    const isPlace = HOLDERS.includes(String(holder)) || FIELDS.includes(String(field));
    const amount = isPlace ? quantity(before) : undefined;
    return amount !== undefined && amount === quantity(after);
}
