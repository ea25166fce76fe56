import { readFileSync } from "node:fs";
import type { ProjectFiles } from "./software";

export { stackSite } from "../site/stack-site";

/** package.json and package-lock.json of the current folder. */
export function projectFiles(): ProjectFiles & { readonly version: string } {
    const read = <T>(file: string): T => JSON.parse(readFileSync(file, "utf8")) as T;
    const itself = read<ProjectFiles["package"] & { version: string }>("package.json");
    return { package: itself, lock: read<ProjectFiles["lock"]>("package-lock.json"), version: itself.version };
}
