/** What a site is read against. All of it is given, so that reading a site is a pure function. */
export interface SiteContext {
    /** Text in OpenSSH's known_hosts format, instead of the file that the site names. */
    readonly knownHosts?: string;
    /** Reads a text file, absolute or relative to the project; throws where it cannot. Unset: no files can be read. */
    readonly readText?: (path: string) => string;
    /** Home folder that `~` stands for. */
    readonly home?: string;
    /** GPUs of the catalogue. */
    readonly gpuNames: readonly string[];
    /** Models of the catalogue. */
    readonly modelNames: readonly string[];
}

/** Writes out `~`. Without a home folder the path stays as it is. */
export function expandHome(path: string, context: SiteContext): string {
    return path.startsWith("~/") && context.home !== undefined ? context.home + path.slice(1) : path;
}

/** Reads a file that a site names: its text, or why not, in a few words. */
export function readSiteFile(path: string, context: SiteContext): { readonly text: string } | { readonly why: string } {
    if (context.readText === undefined) {
        return { why: "files are not read here" };
    }
    try {
        return { text: context.readText(expandHome(path, context)) };
    } catch (error) {
        const code = error instanceof Error && "code" in error ? error.code : undefined;
        return {
            why: code === "ENOENT" ? "there is no such file" : error instanceof Error ? error.message : String(error),
        };
    }
}
