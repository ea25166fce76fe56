import type { SkopeoSettings } from "./skopeo";

/** Options that pulling and pushing have in common, for `parseArgs`. */
export const registryOptions = {
    authfile: { type: "string" },
    "cert-dir": { type: "string" },
    help: { type: "boolean", short: "h" },
} as const;

/** How they are explained. */
export const registryHelp = `  --authfile FILE  credentials, as \`skopeo login\` writes them; otherwise where skopeo looks by itself
  --cert-dir DIR   folder with *.crt of authorities that the registry's certificate may be of
  --help           this text
`;

/** skopeo's settings from the options. */
export function skopeoSettings(values: { readonly authfile?: string; readonly "cert-dir"?: string }): SkopeoSettings {
    return {
        ...(values.authfile !== undefined && { authFile: values.authfile }),
        ...(values["cert-dir"] !== undefined && { certDirectory: values["cert-dir"] }),
    };
}

/** A folder as skopeo can name it. @throws Error where its name holds a colon, which divides names from tags */
export function folderOf(path: string | undefined, option: string): string {
    if (path === undefined || path === "") {
        throw new Error(`which folder? Name it: ${option} DIR`);
    }
    if (path.includes(":")) {
        throw new Error(`${option} ${path}: a folder with a colon in its name cannot hold images; choose another`);
    }
    return path;
}

/** Runs a command to its end: its exit status, or 2 and one sentence where it throws. */
export function runCommand(main: () => Promise<number>): void {
    main().then(
        status => (process.exitCode = status),
        (error: unknown) => {
            process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
            process.exitCode = 2;
        },
    );
}
