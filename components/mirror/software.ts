import type { Artefact } from "./artefact";

/** What is read of package.json and package-lock.json. */
export interface ProjectFiles {
    readonly package: { readonly dependencies: Readonly<Record<string, string>> };
    readonly lock: { readonly packages: Readonly<Record<string, LockedPackage>> };
}

/** A package of npm as package-lock.json has it. */
export interface LockedPackage {
    readonly version?: string;
    /** `sha512-<base64>`. */
    readonly integrity?: string;
    readonly license?: string;
    readonly dev?: boolean;
}

/** Packages under this scope that are no provider: the language's runtime, and the policy pack's. */
const NOT_PROVIDERS = ["@pulumi/pulumi", "@pulumi/policy"];
/** Where the engine has its plugins from unless it is told otherwise (pulumi.com, "Plugins", 2026-11). */
const PLUGINS = "https://get.pulumi.com/releases/plugins";

/**
 * Providers that the engine downloads beside the packages of npm that speak for them: of the same version. `metal` is
 * part of this project, and downloaded by nobody.
 */
export function plugins({ package: { dependencies } }: ProjectFiles): readonly Artefact[] {
    return Object.entries(dependencies)
        .filter(([name]) => name.startsWith("@pulumi/") && !NOT_PROVIDERS.includes(name))
        .map(([name, version]) => ({
            kind: "plugin",
            name: name.replace("@pulumi/", "pulumi-resource-"),
            version,
            from: PLUGINS,
            source: "package.json",
            usedBy: ["program"],
        }));
}

/** Packages of npm that the program runs with, as the lock file pins them; not those that only developers need. */
export function libraries({ lock: { packages } }: ProjectFiles): readonly Artefact[] {
    return Object.entries(packages)
        .filter(([path, { dev }]) => path !== "" && dev !== true)
        .map(([path, { version, integrity, license }]) => {
            const digest = integrityDigest(integrity);
            return {
                kind: "library",
                name: path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
                ...(version !== undefined && { version }),
                ...(digest !== undefined && { digest }),
                ...(license !== undefined && { licence: license }),
                from: "https://registry.npmjs.org",
                source: "package-lock.json",
                usedBy: ["program"],
            };
        });
}

/** npm's integrity as a digest in hex. Of several hashes the first of SHA-512 counts. */
function integrityDigest(integrity: string | undefined): string | undefined {
    const hash = integrity?.split(" ").find(text => text.startsWith("sha512-"));
    return hash === undefined ? undefined : `sha512:${Buffer.from(hash.slice(7), "base64").toString("hex")}`;
}
