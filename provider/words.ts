import type { HostItems } from "./items";
import type { SeenItems } from "./kinds/kind";
import { type ItemDifference, keysOf } from "./script";

/** What a change is about to do. */
export function work(differing: number, leaving: SeenItems): string {
    const back = Object.values(leaving).reduce((sum, entries) => sum + Object.keys(entries).length, 0);
    const counts = [
        ...(differing > 0 ? [`changing ${differing} items`] : []),
        ...(back > 0 ? [`putting back ${back}`] : []),
    ];
    return counts.join(", ");
}

/** All differences in one line. */
export const allWords = (left: readonly ItemDifference[]): string =>
    left.flatMap(({ differences }) => differences.map(({ words }) => words)).join("; ");

/** What a preview says of a host that is not in the state yet. */
export function summary(name: string, items: HostItems, differing: readonly ItemDifference[]): string {
    const total = Object.values(keysOf(items)).reduce((sum, keys) => sum + keys.length, 0);
    const words = differing.flatMap(({ differences }) => differences.map(difference => difference.words));
    const listed = [...words.slice(0, 20), ...(words.length > 20 ? [`and ${words.length - 20} more`] : [])];
    return differing.length === 0
        ? `${name}: all ${total} items are as they should be`
        : `${name}: ${differing.length} of ${total} items would change:\n${listed.map(line => `  ${line}`).join("\n")}`;
}
