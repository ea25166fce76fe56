import { thresholdWords } from "../../../provider/gates/judge";
import { checkNames, type GateRecord } from "./gates";

/** What a check of a host is called in tables. */
export type Verdict = "passed" | "FAILED" | "no tool" | "not run" | "";

/** How a check of a host went; empty where the host's gate has no such check. */
export function verdict({ checks, results }: GateRecord, check: string): Verdict {
    const result = results[check];
    if (result === undefined) {
        return check in checks ? "not run" : "";
    }
    return result.missing === undefined ? (result.passed ? "passed" : "FAILED") : "no tool";
}

/** The gates as text: a row a host, a column a check, and below it each finding with what was found and wanted. */
export function acceptanceTable(gates: readonly GateRecord[]): string {
    const names = checkNames(gates);
    const rows = [
        ["host", "gate", ...names],
        ...gates.map(gate => [
            gate.host,
            gate.passed ? "passed" : "FAILED",
            ...names.map(name => verdict(gate, name) || "-"),
        ]),
    ];
    const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? [];
    const table = rows.map(row =>
        row
            .map((text, column) => text.padEnd(widths[column] ?? 0))
            .join("  ")
            .trimEnd(),
    );
    const findings = gates.flatMap(gate => findingLines(gate).map(line => `${gate.host}: ${line}`));
    const passed = gates.filter(gate => gate.passed).length;
    return [...table, "", ...findings, `${passed} of ${gates.length} hosts have passed their gates`].join("\n");
}

/** A line for each thing that is wrong. */
function findingLines({ results }: GateRecord): string[] {
    return Object.entries(results).flatMap(([check, { missing, findings }]) => [
        ...(missing === undefined ? [] : [`${check}: ${missing.tool} is missing: install ${missing.package}`]),
        ...findings.map(({ what, found, wanted }) => printable(`${check}: ${what}: found ${found}, wanted ${wanted}`)),
    ]);
}

/** A threshold for people; what stands in place of one where there is none. */
export function thresholdText(threshold: Parameters<typeof thresholdWords>[0] | undefined): string {
    return threshold === undefined ? "not judged" : thresholdWords(threshold);
}

/** What hosts say cannot command a terminal. */
function printable(text: string): string {
    return text.replace(/\s+/g, " ").replace(/\p{C}/gu, "");
}
