import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { at, isObject, Json, textAt } from "../values";

/** A provider that a Node package needs. */
export interface RequiredPlugin {
    /** `kubernetes` */
    readonly name: string;
    /** `v4.34.2` */
    readonly version: string;
    /** Where to download it, if not from the usual place. */
    readonly server: string;
}

/** The provider that a package names in its package.json, or undefined. */
export function requiredPlugin(manifest: Json): RequiredPlugin | undefined {
    const pulumi = at(manifest, "pulumi");
    if (!isObject(pulumi) || pulumi["resource"] !== true) {
        return undefined;
    }
    const version = textAt(pulumi, "version") || textAt(manifest, "version");
    return {
        name:
            textAt(pulumi, "name") ||
            textAt(manifest, "name")
                .replace(/^@pulumi\//, "")
                .replace(/^@/, ""),
        version: version.startsWith("v") ? version : `v${version}`,
        server: textAt(pulumi, "server"),
    };
}

function manifestAt(folder: string): Json {
    try {
        return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Json;
    } catch {
        return null;
    }
}

function children(folder: string): readonly string[] {
    try {
        return readdirSync(folder).map(name => join(folder, name));
    } catch {
        return [];
    }
}

/** The nearest `node_modules` at or above a folder. */
function nodeModules(folder: string): string | undefined {
    for (let here = folder; ; here = dirname(here)) {
        const candidate = join(here, "node_modules");
        if (children(candidate).length > 0) {
            return candidate;
        }
        if (dirname(here) === here) {
            return undefined;
        }
    }
}

/** Manifests of the packages installed for a program, one level deep. */
function manifests(programDirectory: string): readonly Json[] {
    const root = nodeModules(programDirectory);
    const folders = root === undefined ? [] : children(root);
    return folders
        .flatMap(folder => (/\/@[^/]+$/.test(folder) ? children(folder) : [folder]))
        .map(manifestAt)
        .filter(isObject);
}

/** Providers that the packages installed for a program need. */
export function requiredPlugins(programDirectory: string): readonly RequiredPlugin[] {
    return manifests(programDirectory).flatMap(manifest => requiredPlugin(manifest) ?? []);
}

/** Packages that the program's own package.json asks for, with the versions installed. */
export function dependencies(programDirectory: string): readonly { name: string; version: string }[] {
    const manifest = manifestAt(programDirectory);
    const wanted = new Set(
        ["dependencies", "devDependencies"].flatMap(key => {
            const section = at(manifest, key);
            return isObject(section) ? Object.keys(section) : [];
        }),
    );
    return manifests(programDirectory)
        .map(found => ({ name: textAt(found, "name"), version: textAt(found, "version") }))
        .filter(({ name }) => wanted.has(name));
}
