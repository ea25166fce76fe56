import { kinds } from "../../../provider/kinds";
import type { ItemDifference } from "../../../provider/script";

/** One respect in which a host is not what the last update left. */
export interface DriftRow {
    readonly host: string;
    /** `sysctl vm.swappiness`; with the field where there are several: `file /etc/motd (mode)`. */
    readonly item: string;
    readonly found: string;
    readonly wanted: string;
}

/** Longest cell of the table, in characters. */
const CELL = 60;

/** A row for each difference. */
export function driftRows(host: string, differing: readonly ItemDifference[]): readonly DriftRow[] {
    return differing.flatMap(({ kind, key, differences }) => {
        const noun = kinds.find(({ name }) => name === kind)?.noun ?? kind;
        return differences.map(({ field, found, wanted }) => ({
            host,
            item: differences.length > 1 || field !== "value" ? `${noun} ${key} (${field})` : `${noun} ${key}`,
            found,
            wanted,
        }));
    });
}

/** The rows as a table with aligned columns; what hosts say cannot command a terminal. */
export function driftTable(rows: readonly DriftRow[]): string {
    const cells = rows.map(({ host, item, found, wanted }) => [host, item, found, wanted].map(cell));
    const all = [["host", "item", "found", "wanted"], ...cells];
    const widths = [0, 1, 2].map(column => Math.max(...all.map(row => row[column]?.length ?? 0)));
    return all
        .map(row =>
            row
                .map((text, column) => text.padEnd(widths[column] ?? 0))
                .join("  ")
                .trimEnd(),
        )
        .join("\n");
}

function cell(text: string): string {
    const line = text.replace(/\s+/g, " ").replace(/\p{C}/gu, "").trim();
    return line.length > CELL ? `${line.slice(0, CELL - 1)}…` : line;
}
