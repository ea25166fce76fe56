import { homedir } from "node:os";
import { join } from "node:path";
import { Changes, changesBetween } from "../diff";
import { asText, at, Properties, revealAll, textAt } from "../values";
import { clusterAddress } from "./kubeconfig";

/** The provider's configuration. */
export interface Config {
    /** Text or path. Holds credentials: never log it. */
    readonly kubeconfig: string;
    readonly context: string;
    readonly cluster: string;
    /** Namespace of objects that name none. */
    readonly namespace: string;
    /** Whether `refresh` forgets the objects of a cluster that does not answer. */
    readonly deleteUnreachable: boolean;
    /** Whether `refresh` and previews keep what they know of such objects. */
    readonly skipUpdateUnreachable: boolean;
    /** Whether a ConfigMap's data may change in place. */
    readonly configMapsAreMutable: boolean;
    /** Whether a Secret's data may change in place. */
    readonly secretsAreMutable: boolean;
}

/** Reads the configuration; booleans may arrive as text, and each has its variable in the environment. */
export function readConfig(inputs: Properties, environment: NodeJS.ProcessEnv): Config {
    const plain = revealAll(inputs);
    const flag = (key: string, variable: string): boolean =>
        [true, "true"].includes((at(plain, key) as boolean | string | undefined) ?? environment[variable] ?? false);
    if (textAt(plain, "renderYamlToDirectory") !== "") {
        throw new Error("renderYamlToDirectory is not part of the stand-in for @pulumi/kubernetes");
    }
    if (asText(at(plain, "enableServerSideApply") ?? true) === "false") {
        throw new Error("enableServerSideApply: false is not part of the stand-in for @pulumi/kubernetes");
    }
    return {
        kubeconfig: textAt(plain, "kubeconfig") || environment["KUBECONFIG"] || join(homedir(), ".kube", "config"),
        context: textAt(plain, "context"),
        cluster: textAt(plain, "cluster"),
        namespace: textAt(plain, "namespace"),
        deleteUnreachable: flag("deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE"),
        skipUpdateUnreachable: flag("skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE"),
        configMapsAreMutable: flag("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
        secretsAreMutable: flag("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
    };
}

/**
 * How two configurations differ. Another cluster means a new provider, and with it new objects: with
 * `clusterIdentifier` that is what decides, otherwise the address of the cluster in use.
 */
export function diffConfig(before: Properties, after: Properties): Changes {
    const [old, now] = [revealAll(before), revealAll(after)];
    const identifiers = [textAt(old, "clusterIdentifier"), textAt(now, "clusterIdentifier")] as const;
    const [address, newAddress] = [clusterAddress(old), clusterAddress(now)];
    const moved = address !== undefined && newAddress !== undefined && address !== newAddress;
    const identified = identifiers[0] !== "" && identifiers[1] !== "";
    const changes = changesBetween(old, now, {
        replaces: ([top]) =>
            identified
                ? top === "clusterIdentifier"
                : moved && typeof top === "string" && ["kubeconfig", "context", "cluster"].includes(top),
    });
    // The version of the package is the engine's business, not the cluster's.
    return new Map([...changes].filter(([path]) => path !== "version"));
}
