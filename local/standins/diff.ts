import { isList, isObject, Json, same } from "./values";

/** One changed property. */
export interface Change {
    readonly kind: "add" | "delete" | "update";
    /** Whether the change needs a new resource. */
    readonly replace: boolean;
}

/** Changes by property path, as Pulumi writes paths: `spec.ports[0].name`, `metadata.labels["app.kubernetes.io/name"]`. */
export type Changes = ReadonlyMap<string, Change>;

/** A place in a property bag: keys and list indices. */
export type Path = readonly (string | number)[];

/** How two bags are compared. */
export interface Comparison {
    /** Whether a change at this place needs a new resource. */
    readonly replaces: (path: Path) => boolean;
    /** Whether two different values mean the same here. @default never */
    readonly equivalent?: (path: Path, before: Json | undefined, after: Json | undefined) => boolean;
}

/** A path as Pulumi writes it. */
export function formatPath(path: Path): string {
    return path.reduce<string>((text, part) => {
        if (typeof part === "number") {
            return `${text}[${part}]`;
        }
        if (!/^[A-Za-z_$][\w$]*$/.test(part)) {
            return `${text}[${JSON.stringify(part)}]`;
        }
        return text === "" ? part : `${text}.${part}`;
    }, "");
}

/** What changes between two values, as deep as it can be told. */
export function changesBetween(before: Json, after: Json, comparison: Comparison): Changes {
    const changes = new Map<string, Change>();
    compare([], before, after, comparison, changes);
    return changes;
}

function compare(
    path: Path,
    before: Json | undefined,
    after: Json | undefined,
    comparison: Comparison,
    changes: Map<string, Change>,
): void {
    if (same(before, after) || (comparison.equivalent?.(path, before, after) ?? false)) {
        return;
    }
    if (isObject(before) && isObject(after)) {
        for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
            compare([...path, key], before[key], after[key], comparison, changes);
        }
        return;
    }
    if (isList(before) && isList(after)) {
        for (let index = 0; index < Math.max(before.length, after.length); index++) {
            compare([...path, index], before[index], after[index], comparison, changes);
        }
        return;
    }
    const kind = before === undefined ? "add" : after === undefined ? "delete" : "update";
    changes.set(formatPath(path), { kind, replace: comparison.replaces(path) });
}

/** The changes without those at or below one of the given paths. */
export function withoutPaths(changes: Changes, ignored: readonly string[]): Changes {
    const below = (path: string, top: string): boolean =>
        path === top || path.startsWith(`${top}.`) || path.startsWith(`${top}[`);
    return new Map([...changes].filter(([path]) => !ignored.some(top => below(path, top))));
}
