import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { at, Json, listAt, Properties, textAt } from "../values";

/** One cluster and the way to speak to it. Holds credentials: never log it. */
export interface Access {
    /** `https://10.88.0.1:16443` */
    readonly server: string;
    /** Namespace that the context names. */
    readonly namespace: string | undefined;
    readonly authority: string | undefined;
    readonly certificate: string | undefined;
    readonly key: string | undefined;
    readonly token: string | undefined;
    readonly serverName: string | undefined;
    readonly skipVerification: boolean;
}

/** A kubeconfig that cannot be used. The message never holds its text. */
export class KubeconfigError extends Error {}

/** Reads `kubeconfig` of the provider: its text (YAML or JSON), or the path of a file with it. */
export function kubeconfigText(value: string): { readonly text: string; readonly folder: string } {
    if (/[\n{]/.test(value)) {
        return { text: value, folder: process.cwd() };
    }
    const path = resolve(value.replace(/^~(?=\/|$)/, homedir()));
    try {
        return { text: readFileSync(path, "utf8"), folder: dirname(path) };
    } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
        throw new KubeconfigError(`kubeconfig ${path}: ${code}`);
    }
}

function parseText(text: string): Json {
    try {
        return parse(text) as Json;
    } catch {
        throw new KubeconfigError("kubeconfig: neither YAML nor JSON");
    }
}

function named(config: Json, list: string, name: string): Json {
    const found = listAt(config, list).find(item => textAt(item, "name") === name);
    if (found === undefined) {
        throw new KubeconfigError(`kubeconfig: ${list} has no "${name}"`);
    }
    return found;
}

/** The context in use: the one asked for, or the current one. */
function contextOf(config: Json, wanted: string): Json {
    const name = wanted || textAt(config, "current-context");
    if (name === "") {
        throw new KubeconfigError("kubeconfig: no current-context, and the provider names none");
    }
    return named(config, "contexts", name);
}

/** Access to the cluster of a context. @throws KubeconfigError */
export function accessOf(text: string, folder: string, options: { context: string; cluster: string }): Access {
    const config = parseText(text);
    const context = contextOf(config, options.context);
    const cluster = at(named(config, "clusters", options.cluster || textAt(context, "context", "cluster")), "cluster");
    const userName = textAt(context, "context", "user");
    const user = userName === "" ? {} : (at(named(config, "users", userName), "user") ?? {});
    for (const way of ["exec", "auth-provider", "username"]) {
        if (at(user, way) !== undefined) {
            throw new KubeconfigError(`kubeconfig: users.${userName}.user.${way} is not part of this stand-in`);
        }
    }
    const material = (from: Json | undefined, data: string, file: string): string | undefined => {
        const inline = textAt(from, data);
        const path = textAt(from, file);
        if (inline !== "") {
            return Buffer.from(inline, "base64").toString("utf8");
        }
        return path === "" ? undefined : kubeconfigText(resolve(folder, path)).text;
    };
    return {
        server: textAt(cluster, "server").replace(/\/+$/, ""),
        namespace: textAt(context, "context", "namespace") || undefined,
        authority: material(cluster, "certificate-authority-data", "certificate-authority"),
        certificate: material(user, "client-certificate-data", "client-certificate"),
        key: material(user, "client-key-data", "client-key"),
        token: textAt(user, "token") || material(user, "tokenData", "tokenFile"),
        serverName: textAt(cluster, "tls-server-name") || undefined,
        skipVerification: at(cluster, "insecure-skip-tls-verify") === true,
    };
}

/**
 * What tells one cluster from another: the address of the cluster in use. Undefined when the kubeconfig cannot be
 * read, so that nothing is replaced for a file that is missing for once.
 */
export function clusterAddress(inputs: Properties): string | undefined {
    try {
        const config = parseText(kubeconfigText(textAt(inputs, "kubeconfig")).text);
        const context = contextOf(config, textAt(inputs, "context"));
        const cluster = textAt(inputs, "cluster") || textAt(context, "context", "cluster");
        return textAt(named(config, "clusters", cluster), "cluster", "server");
    } catch (error) {
        if (error instanceof KubeconfigError) {
            return undefined;
        }
        throw error;
    }
}
