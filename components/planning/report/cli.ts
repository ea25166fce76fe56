/** `npm run plan -- --stack STACK`: how each model of a site is served, what that does and what it costs. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { stackSite } from "../../site/stack-site";
import type { Site } from "../../site/site";
import { memoryParts } from "../memory-parts";
import { planned, planSite } from "../site-plan";
import { planPage, refusalPage } from "./page";
import { planText, refusalText } from "./table";

const help = `Usage: npm run -s plan -- --stack STACK [--json] [--html FILE]
Plans every model of a site: layout, replicas, speed, money, the next best plans; and writes one page with plots.

  --stack STACK  the stack
  --json         the plan as JSON instead of tables; a page only with --html
  --html FILE    where the page goes; plan-STACK.html by default, - for none
  --help         this text

Needs no host and no cluster. Ends with 0; with 1 where a model cannot be served as the site wants it; with 2 where the
command itself went wrong.
`;

function main(): number {
    const { values } = parseArgs({
        options: {
            stack: { type: "string" },
            json: { type: "boolean" },
            html: { type: "string" },
            help: { type: "boolean", short: "h" },
        },
    });
    if (values.help === true) {
        process.stdout.write(help);
        return 0;
    }
    const site = stackSite(values.stack);
    const file = values.html ?? (values.json === true ? "-" : `plan-${values.stack}.html`);
    return report(site, values.json === true, file);
}

function report(site: Site, json: boolean, file: string): number {
    const planning = planSite(site);
    const date = new Date().toISOString().slice(0, 10);
    const models = "plan" in planning ? planned(site, planning.plan) : [];
    if (json) {
        const value = "plan" in planning ? { ...planning.plan, prices: site.prices } : { site: site.name, ...planning };
        process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
    } else {
        process.stdout.write(
            "plan" in planning
                ? planText(site.name, models)
                : refusalText(site.name, planning.refusals, planning.problems),
        );
    }
    if (file !== "-") {
        const page =
            "plan" in planning
                ? planPage(
                      site.name,
                      models.map(one => {
                          const memory = memoryParts(one.plan);
                          return memory === undefined ? one : { ...one, memory };
                      }),
                      date,
                  )
                : refusalPage(site.name, planning.refusals, planning.problems, date);
        writePage(file, page);
        process.stderr.write(`The page with plots is ${file}.\n`);
    }
    return "plan" in planning ? 0 : 1;
}

function writePage(file: string, page: string): void {
    try {
        writeFileSync(file, page);
    } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`the page cannot be written to ${file} (${why}): name another place with --html`, {
            cause: error,
        });
    }
}

try {
    process.exitCode = main();
} catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
}
