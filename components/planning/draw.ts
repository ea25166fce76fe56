/** `npm run picture -- STACK [--fabric]`: the picture of a site, or of its fabric, from its plan, as SVG on standard output. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { parse } from "yaml";
import { gpuNames, modelNames } from "../../catalog";
import { fabricPicture } from "../fabric/picture";
import { parseSite } from "../site/parse";
import type { Site } from "../site/site";
import { sitePicture } from "./picture";
import type { SitePlan } from "./plan";
import { planSite } from "./site-plan";

/** The picture of the site in a stack file, or why there is none, in sentences. */
function draw(
    stack: string,
    draws: (site: Site, plan: SitePlan) => string,
): { readonly svg: string } | { readonly reasons: readonly string[] } {
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
    return { svg: draws(parsed.site, planning.plan) };
}

const [stack = "", ...options] = process.argv.slice(2);
const unknown = options.filter(option => option !== "--fabric");
const drawn =
    unknown.length > 0
        ? { reasons: [`${unknown.join(" ")}: there is only --fabric, after the stack`] }
        : draw(stack, options.length > 0 ? fabricPicture : sitePicture);
if ("svg" in drawn) {
    process.stdout.write(drawn.svg);
} else {
    process.stderr.write(`${drawn.reasons.join("\n")}\n`);
    process.exitCode = 1;
}
