import type { Problem } from "../../site/problem";
import type { MemoryParts } from "../memory-parts";
import type { ServiceRefusal } from "../site-plan";
import { xmlText } from "../svg";
import { gigabytes } from "../words";
import { costByYear, costLegend, sensitivityBars } from "./cost-charts";
import { memoryBar, memoryPieces } from "./memory-bar";
import { modelRows, type Planned, rankingHeads, rankingRow } from "./rows";
import { speedCharts } from "./speed-charts";
import { style } from "./style";
import { sideBySide } from "./table";
import { threeDigits } from "./words";

/** A planned model, and what lies in the memory of its fullest GPU. Unset: it runs without one. */
export interface PagePlanned extends Planned {
    readonly memory?: MemoryParts;
}

/** One page with all of a site's plan: nothing in it comes from elsewhere. `date`: the day it was made, in words. */
export function planPage(site: string, models: readonly PagePlanned[], date: string): string {
    const body =
        models.length === 0
            ? "<p>The site has no models: there is nothing to plan.</p>"
            : models.map(modelSection).join("");
    return document(`Plan of ${site}`, `${intro(models)} Made on ${date}.`, body);
}

/** One page with why a site has no plan. */
export function refusalPage(
    site: string,
    refusals: readonly ServiceRefusal[],
    problems: readonly Problem[],
    date: string,
): string {
    const boxes = refusals.map(
        ({ service, refusal }) =>
            `<section><h2>${xmlText(service)}</h2><p class="refusal">${xmlText(refusal.sentence)}</p>` +
            list([
                ["limit", refusal.limit],
                ["needed", refusal.needed],
                ["available", refusal.available],
                ...refusal.alternatives.map((plan, index) => [index === 0 ? "nearest plans" : "", plan] as const),
            ]) +
            "</section>",
    );
    const others = problems.map(({ path, message }) => `<p class="refusal">${xmlText(`${path}: ${message}`)}</p>`);
    return document(`${site} cannot be served as it is`, `Made on ${date}.`, [...boxes, ...others].join(""));
}

const intro = (models: readonly PagePlanned[]): string =>
    models.some(({ plan }) => (plan.chosen?.curve.length ?? 0) > 0)
        ? "Speeds are predictions from what the hardware was measured to do; prices are assumptions, each with its source."
        : "No model says its traffic, or nothing is known of its speed: the page shows layouts and memory.";

function document(title: string, about: string, body: string): string {
    return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${xmlText(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${xmlText(title)}</h1>
<p class="quiet">${xmlText(about)}</p>
${body}
</main>
</body>
</html>
`;
}

function modelSection({ model, plan, memory }: PagePlanned): string {
    const { chosen, runnersUp = [] } = plan;
    const drawings = chosen === undefined ? [] : speedCharts(chosen, runnersUp, model.objectives);
    const behind = runnersUp.some(({ curve }) => curve.length > 1);
    return [
        `<section><h2>${xmlText(plan.name)}</h2>`,
        list(modelRows({ model, plan })),
        ...plan.warnings.map(warning => `<p class="warning">${xmlText(warning)}</p>`),
        drawings.length === 0
            ? ""
            : `<h3>Speed of one replica against how many sequences it serves</h3><div class="grid">${drawings.map(one => figure(one)).join("")}</div>` +
              (behind ? `<p class="quiet">Dashed lines: the next best plans.</p>` : ""),
        memory === undefined ? "" : memorySection(memory),
        chosen?.cost === undefined || model.traffic === undefined
            ? ""
            : `<h3>Money</h3><div class="grid">${figure(costByYear(chosen.cost, model.traffic), legend(costLegend(chosen.cost)))}${figure(sensitivityBars(chosen.cost))}</div>`,
        ranking({ model, plan }),
        assumptions({ model, plan }),
        "</section>",
    ].join("\n");
}

function memorySection(memory: MemoryParts): string {
    const pieces = memoryPieces(memory).map(({ name, gb, look }) => [look, `${name} ${gigabytes(gb)}`] as const);
    return `<h3>Memory of the fullest GPU</h3><div class="wide">${figure(memoryBar(memory, "GB of the GPU's memory"), legend(pieces))}</div>`;
}

function ranking({ plan }: Planned): string {
    const { chosen, runnersUp = [] } = plan;
    const side = chosen === undefined ? [] : [chosen, ...runnersUp];
    const rows = side.map((one, index) => {
        const [layout = "", ...numbers] = rankingRow(one);
        const cells = numbers.map(cell => `<td class="number">${xmlText(cell)}</td>`).join("");
        return `<tr${index === 0 ? ' class="chosen"' : ""}><td>${xmlText(layout)}</td>${cells}<td>${xmlText(one.because)}</td></tr>`;
    });
    if (chosen !== undefined && !sideBySide(plan)) {
        return `<p class="quiet">${xmlText(chosen.because)}</p>`;
    }
    return side.length === 0
        ? ""
        : `<h3>Plans side by side</h3>${table([...rankingHeads, "why"], rows, [1, rankingHeads.length - 1])}`;
}

function assumptions({ plan }: Planned): string {
    const rows = (plan.chosen?.cost?.assumptions ?? []).map(
        ({ name, value, unit, source }) =>
            `<tr><td>${xmlText(name)}</td><td class="number">${threeDigits(value)}</td><td>${xmlText(unit)}</td><td>${xmlText(source)}</td></tr>`,
    );
    return rows.length === 0
        ? ""
        : `<h3>Assumptions</h3><p class="quiet">In brackets: the day on which a figure was read, and whether nobody has checked it against the maker's own document.</p>${table(["what", "value", "unit", "from"], rows, [1, 1])}`;
}

/** A table. `numbers`: the first and the last of its columns that hold numbers. */
function table(heads: readonly string[], rows: readonly string[], [first, last]: readonly [number, number]): string {
    const head = heads.map((words, index) => {
        const look = index >= first && index <= last ? ' class="number"' : "";
        return `<th${look}>${xmlText(words)}</th>`;
    });
    return `<div class="scroll"><table><thead><tr>${head.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

const list = (rows: readonly (readonly [string, string])[]): string =>
    `<dl>${rows.map(([name, value]) => `<dt>${xmlText(name)}</dt><dd>${xmlText(value)}</dd>`).join("")}</dl>`;

const legend = (entries: readonly (readonly [look: string, words: string])[]): string =>
    `<ul class="legend">${entries.map(([look, words]) => `<li><i class="${look}"></i>${xmlText(words)}</li>`).join("")}</ul>`;

const figure = (drawing: string, below = ""): string => `<figure>${drawing}${below}</figure>`;
