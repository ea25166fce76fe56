import { at, Json, listAt, textAt } from "../values";
import { Client } from "./client";

/** A kind of object as the API server serves it. */
export interface Kind {
    readonly apiVersion: string;
    readonly kind: string;
    /** Name in paths: `deployments`. */
    readonly plural: string;
    readonly isNamespaced: boolean;
}

/** The API server does not know a kind. */
export class UnknownKind extends Error {
    constructor(apiVersion: string, kind: string) {
        super(
            `the cluster has no ${kind} in ${apiVersion}: is its CustomResourceDefinition there, and does it come first?`,
        );
    }
}

/** Path of a group and version: `/api/v1`, `/apis/apps/v1`. */
export function groupPath(apiVersion: string): string {
    return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** Path of the objects of a kind, or of one of them. */
export function objectPath({ apiVersion, plural, isNamespaced }: Kind, namespace: string, name?: string): string {
    return [
        groupPath(apiVersion),
        ...(isNamespaced ? ["namespaces", encodeURIComponent(namespace)] : []),
        plural,
        ...(name === undefined ? [] : [encodeURIComponent(name)]),
    ].join("/");
}

/** Kinds in an answer of the API server's discovery. */
export function kindsIn(discovery: Json): readonly Kind[] {
    return listAt(discovery, "resources")
        .filter(resource => !textAt(resource, "name").includes("/"))
        .map(resource => ({
            apiVersion: textAt(discovery, "groupVersion"),
            kind: textAt(resource, "kind"),
            plural: textAt(resource, "name"),
            isNamespaced: at(resource, "namespaced") === true,
        }));
}

/** Learns the kinds of a cluster, a group at a time, and remembers them. */
export class Kinds {
    private readonly groups = new Map<string, Promise<readonly Kind[]>>();

    constructor(private readonly client: Client) {}

    /** A kind. Asks again when it is not known, since a definition may have come meanwhile. @throws UnknownKind */
    async find(apiVersion: string, kind: string): Promise<Kind> {
        const wasKnown = this.groups.has(apiVersion);
        const found = (await this.group(apiVersion)).find(item => item.kind === kind);
        if (found !== undefined) {
            return found;
        }
        this.groups.delete(apiVersion);
        if (wasKnown) {
            return this.find(apiVersion, kind);
        }
        throw new UnknownKind(apiVersion, kind);
    }

    private group(apiVersion: string): Promise<readonly Kind[]> {
        const known = this.groups.get(apiVersion);
        if (known !== undefined) {
            return known;
        }
        const asked = this.client.find(groupPath(apiVersion)).then(answer => kindsIn(answer ?? {}));
        this.groups.set(apiVersion, asked);
        asked.catch(() => this.groups.delete(apiVersion));
        return asked;
    }
}
