import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { parse } from "yaml";
import { gpuNames, modelNames } from "../../catalog";
import { parseSite } from "./parse";
import { misconfigured, sitePath } from "./problem";
import type { Site } from "./site";

/**
 * The site of a stack file in the current folder, read without Pulumi.
 *
 * @throws Error with every problem, one a line, where there is no such file or the site in it is wrong
 */
export function stackSite(stack: string | undefined): Site {
    if (stack === undefined) {
        throw new Error("which stack? Name it: --stack prod");
    }
    const file = `Pulumi.${stack}.yaml`;
    if (!existsSync(file)) {
        throw new Error(`${file} does not exist: name a stack of this project, e.g. --stack prod`);
    }
    const config = configOf(file);
    const readText = (path: string): string => readFileSync(resolve(path), "utf8");
    const parsed = parseSite(config?.[sitePath], { readText, home: homedir(), gpuNames, modelNames });
    if ("problems" in parsed) {
        throw new Error(misconfigured(stack, parsed.problems));
    }
    return parsed.site;
}

function configOf(file: string): Readonly<Record<string, unknown>> | undefined {
    try {
        const stack = parse(readFileSync(file, "utf8")) as { config?: Readonly<Record<string, unknown>> } | null;
        return stack?.config;
    } catch (error) {
        throw new Error(`${file} is not YAML: ${error instanceof Error ? error.message : String(error)}`, {
            cause: error,
        });
    }
}
