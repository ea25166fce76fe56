import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { gpuNames, modelNames } from "../../catalog";
import { parseSite } from "./parse";
import { misconfigured, sitePath } from "./problem";
import type { Site } from "./site";

/** Secrets that a stack may hold. Each is encrypted in the stack file, and stays an encrypted Output here. */
export interface Secrets {
    /** Private SSH key for managed hosts, PEM. Unset: `access.identityFile`, or the SSH agent. */
    readonly sshPrivateKey?: pulumi.Output<string>;
    /** Kubeconfig, text. Goes before `cluster.kubeconfigFile`. */
    readonly kubeconfig?: pulumi.Output<string>;
    /** Certificate chain for the endpoints and its private key, PEM: `tlsCertificate` and `tlsPrivateKey`. */
    readonly tls?: { readonly certificate: pulumi.Output<string>; readonly privateKey: pulumi.Output<string> };
}

/**
 * The site of this stack, from `seamount:site` and the files that it names.
 *
 * @throws pulumi.RunError with every problem, one a line, where the site is wrong or missing.
 */
export function loadSite(): Site {
    const stack = pulumi.getStack();
    const text = pulumi.runtime.allConfig()[sitePath];
    if (text === undefined) {
        throw new pulumi.RunError(
            `stack ${stack} describes no site: put it under config: "${sitePath}:" in Pulumi.${stack}.yaml; ` +
                "docs/site-file.md shows how, and Pulumi.prod.yaml is an example",
        );
    }
    if (isEncrypted(sitePath)) {
        const message = `holds an encrypted value; a site holds no secrets, they have keys of their own: ${secretNames.join(", ")}`;
        throw new pulumi.RunError(misconfigured(stack, [{ path: sitePath, message }]));
    }
    const parsed = parseSite(parseJson(text), {
        readText: path => readFileSync(resolve(pulumi.getRootDirectory(), path), "utf8"),
        home: homedir(),
        gpuNames,
        modelNames,
    });
    if ("problems" in parsed) {
        throw new pulumi.RunError(misconfigured(stack, parsed.problems));
    }
    return parsed.site;
}

const secretNames = ["sshPrivateKey", "kubeconfig", "tlsCertificate", "tlsPrivateKey"] as const;

/**
 * The secrets of this stack, all of them optional.
 *
 * @throws pulumi.RunError where one stands in the stack file in clear, or a certificate is without its key.
 */
export function loadSecrets(): Secrets {
    const config = new pulumi.Config("seamount");
    const present = secretNames.filter(name => pulumi.runtime.allConfig()[`seamount:${name}`] !== undefined);
    const problems = present
        .filter(name => !isEncrypted(`seamount:${name}`))
        .map(name => ({
            path: `seamount:${name}`,
            message: `is not encrypted; replace it, it may have been seen, and set it with: pulumi config set --secret ${name}`,
        }));
    const [certificate, key] = [present.includes("tlsCertificate"), present.includes("tlsPrivateKey")];
    if (certificate !== key) {
        const [set, unset] = certificate ? ["tlsCertificate", "tlsPrivateKey"] : ["tlsPrivateKey", "tlsCertificate"];
        problems.push({ path: `seamount:${unset}`, message: `is missing, but ${set} is set; set both or neither` });
    }
    if (problems.length > 0) {
        throw new pulumi.RunError(misconfigured(pulumi.getStack(), problems));
    }
    const { tlsCertificate, tlsPrivateKey, ...others } = Object.fromEntries(
        present.map(name => [name, config.requireSecret(name)]),
    );
    return tlsCertificate === undefined || tlsPrivateKey === undefined
        ? others
        : { ...others, tls: { certificate: tlsCertificate, privateKey: tlsPrivateKey } };
}

/** The SDK knows which values of a stack file are encrypted, but does not declare the function that tells. */
function isEncrypted(key: string): boolean {
    const tell: unknown = Reflect.get(pulumi.runtime, "isConfigSecret");
    const told: unknown = typeof tell === "function" ? Reflect.apply(tell, undefined, [key]) : true;
    return told === true;
}

/** Configuration that is not JSON is plain text, and the schema will say that it is not a map. */
function parseJson(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
}
