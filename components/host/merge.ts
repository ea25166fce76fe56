import type { HostItems } from "../../provider/items";

/** Items of one role, with the role's name for messages. */
export interface RoleItems {
    /** What the items come from: `baseline`, `gpu`. */
    readonly role: string;
    readonly items: HostItems;
}

const KINDS = [
    "repositories",
    "packages",
    "users",
    "directories",
    "files",
    "kernelArguments",
    "modules",
    "sysctls",
    "sysfs",
    "pci",
    "securityModules",
    "links",
    "roce",
    "mounts",
    "services",
] as const satisfies readonly (keyof HostItems)[];

/**
 * The items of several roles as one. Roles may agree on an item; where they do not, this throws one error that names
 * each item, both roles and both definitions. The content of files does not show in it.
 */
export function mergeItems(roles: readonly RoleItems[]): HostItems {
    const conflicts: string[] = [];
    const merged = Object.fromEntries(
        KINDS.flatMap(kind => {
            const entries = new Map<string, { readonly role: string; readonly item: unknown }>();
            for (const { role, items } of roles) {
                for (const [key, item] of Object.entries(items[kind] ?? {})) {
                    const other = entries.get(key);
                    if (other === undefined) {
                        entries.set(key, { role, item });
                    } else if (text(other.item) !== text(item)) {
                        const [ours, theirs] = [show(kind, other.item), show(kind, item)];
                        conflicts.push(
                            `${kind}["${key}"]: role ${other.role} wants ${ours}, role ${role} wants ${theirs}`,
                        );
                    }
                }
            }
            const record = Object.fromEntries([...entries].map(([key, { item }]) => [key, item]));
            return entries.size === 0 ? [] : [[kind, record] as const];
        }),
    );
    if (conflicts.length > 0) {
        throw new Error(`roles of one host disagree:\n  ${conflicts.join("\n  ")}`);
    }
    return merged;
}

/** JSON with sorted keys, so that the order in which fields were written does not count. */
function text(value: unknown): string {
    return JSON.stringify(value, (_key, entry: unknown) =>
        typeof entry === "object" && entry !== null && !Array.isArray(entry)
            ? Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)))
            : entry,
    );
}

function show(kind: string, item: unknown): string {
    return kind === "files" ? "other content, mode or owner" : text(item);
}
