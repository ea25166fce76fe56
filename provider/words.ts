import type { HostConnection, HostItems } from "./items";
import type { SeenItems } from "./kinds/kind";
import { type ItemDifference, keysOf } from "./script";
import type { Answer } from "./shell";
import type { Result } from "./transport";

/** Differences of one host that are named one by one. */
const LISTED = 20;

/** What a change is about to do. */
export function work(differing: number, leaving: SeenItems): string {
    const back = Object.values(leaving).reduce((sum, entries) => sum + Object.keys(entries).length, 0);
    const counts = [
        ...(differing > 0 ? [`changing ${differing} ${differing === 1 ? "item" : "items"}`] : []),
        ...(back > 0 ? [`putting back ${back}`] : []),
    ];
    return counts.join(", ");
}

/** All differences in one line. */
export const allWords = (left: readonly ItemDifference[]): string =>
    left.flatMap(({ differences }) => differences.map(({ words }) => words)).join("; ");

/** All differences, a line each; a long list ends with how many more there are. */
export function listed(differing: readonly ItemDifference[]): readonly string[] {
    const words = differing.flatMap(({ differences }) => differences.map(difference => difference.words));
    return words.length > LISTED ? [...words.slice(0, LISTED), `and ${words.length - LISTED} more`] : words;
}

/** What a preview says of a host that is not in the state yet. */
export function summary(name: string, items: HostItems, differing: readonly ItemDifference[]): string {
    const total = Object.values(keysOf(items)).reduce((sum, keys) => sum + keys.length, 0);
    return differing.length === 0
        ? `${name}: all ${total} items are as they should be`
        : `${name}: ${differing.length} of ${total} items would change:\n${listed(differing)
              .map(line => `  ${line}`)
              .join("\n")}`;
}

/** The steps of a change that failed, each with what it said; empty where none did. */
export function failuresOf({ sections }: Answer): string {
    const failed = [...sections]
        .filter(([name]) => name.startsWith("failed/"))
        .map(([name, said]) => `while ${name.slice("failed/".length)}: ${said.join("\n") || "it said nothing"}`);
    return failed.length > 1 ? `${failed.length} steps failed:\n${failed.join("\n")}` : failed.join("");
}

/** Why a script did not reach its end, as far as it said so. */
export function whyNot({ sections }: Answer, { user = "root" }: HostConnection, { stdout, stderr }: Result): string {
    const lastLines = (text: string, count: number) =>
        text
            .split("\n")
            .filter(line => line.trim() !== "")
            .slice(-count)
            .join("\n");
    if (sections.size > 0) {
        return lastLines(stderr, 8) || "it said nothing";
    }
    // Not one line of the script ran: what is in the way stands before it, and has the last word.
    const said = lastLines(stderr.includes("sudo:") ? stderr : `${stderr}\n${stdout}`, 2) || "it said nothing";
    return user === "root"
        ? `the login shell of root runs no commands (${said})`
        : `${user} must be able to run commands, and sudo without a password (${said})`;
}
