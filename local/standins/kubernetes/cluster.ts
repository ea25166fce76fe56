import { setTimeout as sleep } from "node:timers/promises";
import { Json, listAt, Properties, textAt } from "../values";
import { ApiError, Client, Unreachable } from "./client";
import { Config } from "./config";
import { accessOf, KubeconfigError, kubeconfigText } from "./kubeconfig";
import { Kind, Kinds, objectPath, UnknownKind } from "./kinds";

const DEFINITION_WAIT_MILLISECONDS = 10_000;
const DEFINITION_POLL_MILLISECONDS = 500;

/** How an object is applied. */
export interface Apply {
    readonly fieldManager: string;
    /** Whether to take fields from their other managers. */
    readonly force: boolean;
    /** Whether the server only says what it would do. */
    readonly dryRun: boolean;
}

/** The cluster of a provider: reached at most once, and every object by its kind. */
export class Cluster {
    readonly client: Client;
    readonly kinds: Kinds;
    /** Namespace of objects that name none. */
    readonly namespace: string;
    private reached: Promise<void> | undefined;

    /** @throws KubeconfigError */
    constructor(config: Config) {
        const { text, folder } = kubeconfigText(config.kubeconfig);
        const access = accessOf(text, folder, config);
        this.client = new Client(access);
        this.kinds = new Kinds(this.client);
        this.namespace = config.namespace || access.namespace || "default";
    }

    /** Makes sure that the API server answers. @throws Unreachable */
    reach(): Promise<void> {
        this.reached ??= this.client.probe();
        return this.reached;
    }

    /** The kind of an object; waits a little for one whose definition has just been made. @throws UnknownKind */
    async kindOf(object: Json, isNew = false): Promise<Kind> {
        const until = Date.now() + (isNew ? DEFINITION_WAIT_MILLISECONDS : 0);
        for (;;) {
            try {
                return await this.kinds.find(textAt(object, "apiVersion"), textAt(object, "kind"));
            } catch (error) {
                if (!(error instanceof UnknownKind) || Date.now() >= until) {
                    throw error;
                }
                await sleep(DEFINITION_POLL_MILLISECONDS);
            }
        }
    }

    private path(kind: Kind, object: Json): string {
        const namespace = textAt(object, "metadata", "namespace") || this.namespace;
        return objectPath(kind, namespace, textAt(object, "metadata", "name"));
    }

    /** The live object, or undefined. @throws UnknownKind, ApiError, Unreachable */
    async find(object: Json): Promise<Properties | undefined> {
        const kind = await this.kindOf(object);
        return (await this.client.find(this.path(kind, object))) as Properties | undefined;
    }

    /** Makes or changes an object by server-side apply. @throws UnknownKind, ApiError, Unreachable */
    async apply(object: Properties, { fieldManager, force, dryRun }: Apply): Promise<Properties> {
        const kind = await this.kindOf(object, !dryRun);
        return (await this.client.call({
            method: "PATCH",
            path: this.path(kind, object),
            query: { fieldManager, force: String(force), ...(dryRun ? { dryRun: "All" } : {}) },
            body: object,
        })) as Properties;
    }

    /** Makes an object. @throws ApiError `AlreadyExists` when there is one of that name */
    async create(object: Properties, apply: Apply): Promise<Properties> {
        const kind = await this.kindOf(object, !apply.dryRun);
        const name = textAt(object, "metadata", "name");
        if (name === "") {
            const path = objectPath(kind, textAt(object, "metadata", "namespace") || this.namespace);
            const query = { fieldManager: apply.fieldManager, ...(apply.dryRun ? { dryRun: "All" } : {}) };
            return (await this.client.call({ method: "POST", path, query, body: object })) as Properties;
        }
        // Applied rather than posted, so that the fields belong to the manager that later updates apply as.
        if ((await this.find(object)) !== undefined) {
            throw new ApiError(409, "AlreadyExists", `${kind.plural} "${name}" already exists`);
        }
        return this.apply(object, apply);
    }

    /** Asks for an object's removal, its dependants first. Gone already is gone. */
    async remove(object: Json, propagation: string): Promise<void> {
        try {
            const kind = await this.kindOf(object);
            const query = { propagationPolicy: propagation };
            await this.client.call({ method: "DELETE", path: this.path(kind, object), query });
        } catch (error) {
            const isGone = error instanceof UnknownKind || (error instanceof ApiError && error.status === 404);
            if (!isGone) {
                throw error;
            }
        }
    }

    /** The objects of a kind in a namespace that a selector finds. */
    async list(kind: Kind, namespace: string, query: Readonly<Record<string, string>>): Promise<readonly Json[]> {
        return listAt(await this.client.call({ method: "GET", path: objectPath(kind, namespace), query }), "items");
    }
}

/** A cluster, or why there is none to speak to. */
export async function reachCluster(config: Config): Promise<Cluster | Unreachable> {
    try {
        const cluster = new Cluster(config);
        await cluster.reach();
        return cluster;
    } catch (error) {
        if (error instanceof Unreachable) {
            return error;
        }
        if (error instanceof KubeconfigError || error instanceof ApiError) {
            return new Unreachable(error.message);
        }
        throw error;
    }
}
