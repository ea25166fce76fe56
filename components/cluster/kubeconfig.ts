import { existsSync, readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import { parse } from "yaml";

/** Where a kubeconfig may come from. */
export interface KubeconfigSources<Secret> {
    /** The secret `seamount:kubeconfig`. It goes before the file. */
    readonly secret?: Secret;
    /** Text of the file that the site names. */
    readonly fileText?: string;
    /** That file's name, for messages. */
    readonly file?: string;
    /** Whether this run only previews. */
    readonly dryRun: boolean;
}

/** A kubeconfig, and whether it reaches a cluster. */
export type ResolvedKubeconfig<Secret> =
    | { readonly visible: true; readonly kubeconfig: Secret | string }
    | { readonly visible: false; readonly kubeconfig: string; readonly warning: string };

/**
 * Chooses the kubeconfig. Without one, a preview goes on with a kubeconfig that reaches nothing, and an update stops.
 * The user's own ~/.kube/config is never used: it may be of another site.
 * @throws Error with one sentence that says which setting is missing, or what is wrong with the file
 */
export function resolveKubeconfig<Secret>(sources: KubeconfigSources<Secret>): ResolvedKubeconfig<Secret> {
    const { secret, fileText, file, dryRun } = sources;
    if (secret !== undefined) {
        return { visible: true, kubeconfig: secret };
    }
    if (fileText !== undefined) {
        checkKubeconfig(fileText, `cluster.kubeconfigFile: ${file ?? "the file"}`);
        return { visible: true, kubeconfig: fileText };
    }
    const missing =
        (file === undefined ? "no kubeconfig is configured" : `the kubeconfig file ${file} does not exist`) +
        ": set it with `pulumi config set --secret seamount:kubeconfig < FILE`, " +
        "or name an existing file as cluster.kubeconfigFile in seamount:site";
    if (!dryRun) {
        throw new Error(missing);
    }
    const warning = `The cluster cannot be seen, so this preview shows what would be made as if it were empty: ${missing}.`;
    return { visible: false, kubeconfig: NOWHERE, warning };
}

/**
 * Checks the text of a kubeconfig, before a provider meets it with a message of its own.
 * @param source where it is from, the start of the message
 * @throws Error with one sentence
 */
export function checkKubeconfig(text: string, source: string): void {
    const refuse = (problem: string): never => {
        throw new Error(`${source} ${problem}`);
    };
    let config: unknown;
    try {
        config = parse(text, { logLevel: "error" });
    } catch {
        refuse("is not YAML");
    }
    if (!isRecord(config) || !Array.isArray(config.clusters) || config.clusters.length === 0) {
        return refuse("is not a kubeconfig: it has no clusters");
    }
    if (typeof config["current-context"] !== "string" || config["current-context"] === "") {
        refuse("has no current-context: choose one with `kubectl config use-context`");
    }
    const relative = fileReferences(config).find(({ path }) => !isAbsolute(path));
    if (relative !== undefined) {
        refuse(
            `names the file ${JSON.stringify(relative.path)} as ${relative.key}, relative to itself: ` +
                "embed it with `kubectl config view --raw --flatten`",
        );
    }
}

/** Text of a file, or undefined where there is none. @throws Error where it cannot be read */
export function readIfThere(file: string | undefined): string | undefined {
    return file !== undefined && existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

function fileReferences(value: unknown): { key: string; path: string }[] {
    if (Array.isArray(value)) {
        return value.flatMap(fileReferences);
    }
    if (!isRecord(value)) {
        return [];
    }
    return Object.entries(value).flatMap(([key, inner]) =>
        FILE_KEYS.has(key) && typeof inner === "string" ? [{ key, path: inner }] : fileReferences(inner),
    );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

const FILE_KEYS: ReadonlySet<string> = new Set([
    "certificate-authority",
    "client-certificate",
    "client-key",
    "tokenFile",
]);

/** Well-formed, and refused at once by whatever machine it is used on. */
const NOWHERE = `apiVersion: v1
kind: Config
clusters: [{ name: unseen, cluster: { server: "https://127.0.0.1:1" } }]
users: [{ name: nobody, user: {} }]
contexts: [{ name: unseen, context: { cluster: unseen, user: nobody } }]
current-context: unseen
`;
