import { xmlText } from "../../planning/svg";
import { figureChart, seriesChart, short } from "./chart";
import { checkNames, figuresOfHosts, type GateRecord, seriesOfHosts } from "./gates";
import { thresholdText, verdict } from "./table";

/** What the page says of itself. */
export interface PageFacts {
    readonly stack: string;
    /** When the page was made, ISO 8601 in UTC. */
    readonly madeAt: string;
}

const STYLE = `
:root { color-scheme: light; font: 15px/1.5 system-ui, sans-serif; color: #1e293b; background: #f8fafc; }
body { max-width: 1240px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; } h3 { font-size: 1rem; margin: 0; }
.lead { font-size: 1.15rem; margin: .3rem 0 1.2rem; } .bad { color: #b91c1c; font-weight: 600; } .good { color: #2563eb; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; background: #fff; }
th, td { border: 1px solid #e2e8f0; padding: .25rem .6rem; text-align: left; white-space: nowrap; font-weight: 400; }
thead th { background: #f1f5f9; font-weight: 600; position: sticky; top: 0; } .none { color: #94a3b8; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(420px, 1fr)); gap: 1rem; }
figure { margin: 0; padding: .8rem; background: #fff; border: 1px solid #e2e8f0; border-radius: 8px; }
figure.miss { border-color: #b91c1c; } figcaption { font-size: .85rem; color: #475569; } svg { width: 100%; height: auto; }
.finding { background: #fff; border-left: 4px solid #b91c1c; padding: .5rem .9rem; margin: .6rem 0; }
.finding p { margin: 0; } .finding ul { margin: .2rem 0 0; padding-left: 1.2rem; } .source { color: #64748b; font-size: .85rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; font-size: .85rem; } dd { margin: 0; }
@media print { .plots { display: block; } figure { break-inside: avoid; margin-bottom: 1rem; } }
`;

/** One page of HTML that needs nothing else: a row a host, what is wrong and why, and a plot for each figure. */
export function acceptancePage(gates: readonly GateRecord[], { stack, madeAt }: PageFacts): string {
    const failed = gates.filter(({ passed }) => !passed);
    const lead =
        failed.length === 0
            ? `<span class="good">${gates.length === 1 ? "The host has passed its gate" : `All ${gates.length} hosts have passed their gates`}.</span>`
            : `<span class="bad">${failed.length} of ${gates.length} hosts have not passed: ${xmlText(failed.map(({ host }) => host).join(", "))}.</span>`;
    return [
        "<!doctype html>",
        `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">`,
        `<title>Acceptance of ${xmlText(stack)}</title><style>${STYLE}</style></head><body>`,
        `<h1>Acceptance of ${xmlText(stack)}</h1>`,
        `<p class="lead">${lead}</p>`,
        ...(failed.length === 0 ? [] : ["<h2>What is wrong</h2>", ...failed.map(findings)]),
        "<h2>Figures</h2>",
        "<p>Blue meets its threshold (the dashed line), red with a cross does not, grey is kept and not judged.</p>",
        `<div class="plots">${figures(gates)}</div>`,
        ...seriesPart(gates),
        `<h2>Hosts</h2><div class="scroll">${hostTable(gates)}</div>`,
        "<h2>What was measured on</h2>",
        ...gates.map(machine),
        `<p class="source">Made at ${xmlText(madeAt)} from the state of the stack.</p>`,
        "</body></html>",
        "",
    ].join("\n");
}

function hostTable(gates: readonly GateRecord[]): string {
    const names = checkNames(gates);
    const head = ["Host", "Gate", ...names, "Measured"].map(name => `<th scope="col">${xmlText(name)}</th>`).join("");
    const rows = gates.map(gate => {
        const cells = names.map(name => {
            const words = verdict(gate, name);
            const seconds = gate.results[name]?.seconds;
            const time = seconds === undefined ? "" : ` <span class="source">${short(seconds)} s</span>`;
            return words === "" ? `<td class="none">–</td>` : `<td>${badge(words)}${time}</td>`;
        });
        const result = badge(gate.passed ? "passed" : "FAILED");
        const when = gate.ranAt === "" ? "never" : gate.ranAt.replace("T", " ").replace(/\.\d+Z$/, " UTC");
        return `<tr><th scope="row">${xmlText(gate.host)}</th><td>${result}</td>${cells.join("")}<td>${xmlText(when)}</td></tr>`;
    });
    return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}

function badge(words: string): string {
    return words === "passed" ? `<span class="good">✓ passed</span>` : `<span class="bad">✗ ${words}</span>`;
}

function findings({ host, results }: GateRecord): string {
    const entries = Object.entries(results).flatMap(([check, { missing, findings: wrong }]) => [
        ...(missing === undefined
            ? []
            : [
                  `<p><b>${xmlText(check)}</b>: ${xmlText(missing.tool)} is missing: install ${xmlText(missing.package)}</p>`,
              ]),
        ...wrong.map(({ what, found, wanted, source, causes }) => {
            const from = source === undefined ? "" : ` <span class="source">(${xmlText(source)})</span>`;
            const list = causes.map(cause => `<li>${xmlText(cause)}</li>`).join("");
            return (
                `<p><b>${xmlText(check)}</b>: ${xmlText(what)}: found <b>${xmlText(found)}</b>, wanted ${xmlText(wanted)}${from}</p>` +
                (list === "" ? "" : `<ul>${list}</ul>`)
            );
        }),
    ]);
    const body = entries.length === 0 ? "<p>Its gate has not run to its end.</p>" : entries.join("");
    return `<div class="finding"><h3>${xmlText(host)}</h3>${body}</div>`;
}

function figures(gates: readonly GateRecord[]): string {
    return figuresOfHosts(gates)
        .map(figure => {
            const miss = figure.points.some(({ met }) => !met);
            const source =
                figure.threshold === undefined
                    ? ""
                    : ` <span class="source">${xmlText(figure.threshold.source)}</span>`;
            const caption = `<b>${xmlText(figure.check)} · ${xmlText(figure.figure)}</b>: ${xmlText(thresholdText(figure.threshold))}${source}`;
            return `<figure${miss ? ` class="miss"` : ""}><figcaption>${caption}</figcaption>${figureChart(figure)}</figure>`;
        })
        .join("\n");
}

function seriesPart(gates: readonly GateRecord[]): string[] {
    const all = seriesOfHosts(gates).map(series => {
        const caption = `<b>${xmlText(series.check)} · ${xmlText(series.series)}</b>`;
        return `<figure><figcaption>${caption}</figcaption>${seriesChart(series)}</figure>`;
    });
    return all.length === 0 ? [] : ["<h2>By size and by device</h2>", `<div class="plots">${all.join("\n")}</div>`];
}

function machine({ host, fingerprint }: GateRecord): string {
    const facts = Object.entries(fingerprint).map(
        ([name, value]) => `<dt>${xmlText(name)}</dt><dd>${xmlText(value)}</dd>`,
    );
    return `<details><summary>${xmlText(host)}</summary><dl>${facts.join("")}</dl></details>`;
}
