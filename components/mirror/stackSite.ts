import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { parse } from "yaml";
import { gpuNames, modelNames } from "../../catalog";
import { parseSite } from "../site/parse";
import { misconfigured, sitePath } from "../site/problem";
import type { Site } from "../site/site";
import type { ProjectFiles } from "./software";

/**
 * The site of a stack file in the current folder.
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
    const { config } = parse(readFileSync(file, "utf8")) as { config?: Readonly<Record<string, unknown>> };
    const readText = (path: string): string => readFileSync(resolve(path), "utf8");
    const parsed = parseSite(config?.[sitePath], { readText, home: homedir(), gpuNames, modelNames });
    if ("problems" in parsed) {
        throw new Error(misconfigured(stack, parsed.problems));
    }
    return parsed.site;
}

/** package.json and package-lock.json of the current folder. */
export function projectFiles(): ProjectFiles & { readonly version: string } {
    const read = <T>(file: string): T => JSON.parse(readFileSync(file, "utf8")) as T;
    const itself = read<ProjectFiles["package"] & { version: string }>("package.json");
    return { package: itself, lock: read<ProjectFiles["lock"]>("package-lock.json"), version: itself.version };
}
