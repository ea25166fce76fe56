/** `npm run picture -- STACK`: the picture of a site, drawn from its plan, as SVG on standard output. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { parse } from "yaml";
import { gpuNames, modelNames } from "../../catalog";
import { parseSite } from "../site/parse";
import { sitePicture } from "./picture";
import { planSite } from "./site-plan";

/** The picture of the site in a stack file, or why there is none, in sentences. */
function draw(stack: string): { readonly svg: string } | { readonly reasons: readonly string[] } {
    const file = `Pulumi.${stack}.yaml`;
    if (!existsSync(file))
        return { reasons: [`${file} does not exist: name a stack, e.g. npm run -s picture -- prod`] };
    const { config } = parse(readFileSync(file, "utf8")) as { config?: Readonly<Record<string, unknown>> };
    const readText = (path: string): string => readFileSync(resolve(path), "utf8");
    const parsed = parseSite(config?.["seamount:site"], { readText, home: homedir(), gpuNames, modelNames });
    if ("problems" in parsed) return { reasons: parsed.problems.map(({ path, message }) => `${path}: ${message}`) };
    const planning = planSite(parsed.site);
    if ("refusals" in planning) {
        const { refusals, problems } = planning;
        const sentences = problems.map(({ path, message }) => `${path}: ${message}`);
        return { reasons: [...refusals.map(({ refusal }) => refusal.sentence), ...sentences] };
    }
    return { svg: sitePicture(parsed.site, planning.plan) };
}

const drawn = draw(process.argv[2] ?? "");
if ("svg" in drawn) {
    process.stdout.write(drawn.svg);
} else {
    process.stderr.write(`${drawn.reasons.join("\n")}\n`);
    process.exitCode = 1;
}
