import type { ServiceRefusal } from "../site-plan";
import type { Problem } from "../../site/problem";
import type { ModelPlan } from "../plan";
import { modelRows, type Planned, rankingHeads, rankingRow } from "./rows";
import { threeDigits } from "./words";

/** Columns of text, each as wide as its widest entry; the last is left as it is. */
export function columns(rows: readonly (readonly string[])[], gap = "  "): readonly string[] {
    const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
    return rows.map(row =>
        row
            .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
            .join(gap)
            .trimEnd(),
    );
}

/** The plan of a site for a terminal: a table a model, plans side by side, assumptions and warnings. */
export function planText(site: string, models: readonly Planned[]): string {
    const blocks = models.map(planned => modelText(planned).join("\n"));
    const none = models.length === 0 ? ["The site has no models: there is nothing to plan."] : [];
    return `${[`Plan of ${site}`, ...none, ...blocks].join("\n\n")}\n`;
}

function modelText(planned: Planned): readonly string[] {
    const { plan } = planned;
    const { chosen, runnersUp = [] } = plan;
    const rows = columns(modelRows(planned)).map(line => `  ${line}`);
    const side = chosen === undefined ? [] : [chosen, ...runnersUp];
    const ranking = !sideBySide(plan)
        ? []
        : columns([
              ["", ...rankingHeads],
              ...side.map((one, index) => [index === 0 ? "chosen" : `${index + 1}.`, ...rankingRow(one)]),
          ]);
    const because = side.map((one, index) => `  ${index === 0 ? "chosen" : `${index + 1}.`} ${one.because}`);
    const assumptions = columns(
        (chosen?.cost?.assumptions ?? []).map(({ name, value, unit, source }) => [
            `  ${name}`,
            threeDigits(value),
            unit,
            source,
        ]),
    );
    return [
        plan.name,
        ...rows,
        ...section(
            sideBySide(plan) ? "Plans side by side" : "Why",
            side.length === 0 ? [] : [...ranking.map(line => `  ${line}`), ...because],
        ),
        ...section("Assumptions", assumptions),
        ...section(
            "Worth knowing",
            plan.warnings.map(warning => `  - ${warning}`),
        ),
    ];
}

/** Whether there is more to a plan than its layout, and others to hold it against. */
export const sideBySide = ({ chosen, runnersUp = [] }: ModelPlan): boolean =>
    chosen?.capacity !== undefined || runnersUp.length > 0;

const section = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : ["", `  ${title}:`, ...lines.map(line => `  ${line}`)];

/** Why a site has no plan: each refusal with its numbers and the nearest plans. */
export function refusalText(site: string, refusals: readonly ServiceRefusal[], problems: readonly Problem[]): string {
    const blocks = refusals.map(({ service, refusal }) =>
        [
            refusal.sentence.startsWith(`${service} `) ? refusal.sentence : `${service}: ${refusal.sentence}`,
            ...columns([
                ["  limit", refusal.limit],
                ["  needed", refusal.needed],
                ["  available", refusal.available],
                ...refusal.alternatives.map((plan, index) => [index === 0 ? "  nearest" : "", plan]),
            ]),
        ].join("\n"),
    );
    const others = problems.map(({ path, message }) => `${path}: ${message}`);
    return `${[`${site} cannot be served as it is`, ...blocks, ...others].join("\n\n")}\n`;
}
