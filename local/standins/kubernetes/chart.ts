import { ConstructRequest, Host } from "../provider";
import { at, hasUnknown, isObject, Json, listAt, Properties, secret, textAt } from "../values";
import { Unreachable } from "./client";
import { Cluster } from "./cluster";
import { Capabilities, renderChart } from "./helm";
import * as objects from "./objects";
import { isNamespacedKind, namespaced } from "./scope";
import { decodeYaml } from "./yaml";

/** Type token of the component. */
export const CHART = "kubernetes:helm.sh/v4:Chart";

/** Constructs a Chart: what helm renders of it, as children, definitions before what they define. */
export async function constructChart(
    request: ConstructRequest,
    cluster: Cluster | Unreachable,
    host: Host,
): Promise<{ urn: string; state: Properties }> {
    const { monitor, type, name, parent, inputs, providers, protect, dependencies } = request;
    const provider = providers.get("kubernetes");
    const urn = await monitor.register({
        type,
        name,
        parent,
        custom: false,
        inputs: {},
        providers,
        protect,
        dependencies,
    });
    if (hasUnknown(inputs)) {
        await host.log("warning", urn, "Input properties have unknown values. Preview is incomplete.");
        return { urn, state: {} };
    }
    const capabilities = cluster instanceof Unreachable ? undefined : await capabilitiesOf(cluster);
    const rendered = listAt(decodeYaml({ text: await renderChart(inputs, name, capabilities) }), "result");
    const home = textAt(inputs, "namespace") || (cluster instanceof Unreachable ? "default" : cluster.namespace);
    const placed = await Promise.all(
        rendered
            .filter(isObject)
            // Helm says on the same stream what it pulled from a registry.
            .filter(object => textAt(object, "kind") !== "")
            .map(async object => ((await isNamespacedKind(object, cluster)) ? namespaced(object, home) : object)),
    );
    const prefix = textAt(inputs, "resourcePrefix") || name;
    const skipAwait = at(inputs, "skipAwait") === true;
    const register = (object: Properties, before: readonly string[]): Promise<string> =>
        monitor.register({
            type: typeOf(object),
            name: `${prefix}:${objects.idOf(object)}`,
            parent: urn,
            custom: true,
            inputs: sealed(skipAwait ? withoutWaiting(object) : object),
            provider,
            dependencies: [...dependencies, ...before],
            protect,
        });
    const first = placed.filter(isFirst);
    const firstUrns = await Promise.all(first.map(object => register(object, [])));
    const others = await Promise.all(placed.filter(object => !isFirst(object)).map(each => register(each, firstUrns)));
    const state = { resources: [...firstUrns, ...others] };
    await monitor.outputs(urn, state);
    return { urn, state };
}

/** Type token of an object: `kubernetes:core/v1:Service`. */
export function typeOf(object: Json): string {
    const apiVersion = textAt(object, "apiVersion");
    return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${textAt(object, "kind")}`;
}

/** Definitions and namespaces, which other objects of a chart need. */
function isFirst(object: Json): boolean {
    return ["CustomResourceDefinition", "Namespace"].includes(textAt(object, "kind"));
}

/** An object whose contents are marked secret, if it is a Secret. */
function sealed(object: Properties): Properties {
    if (!objects.isSecretObject(object)) {
        return object;
    }
    const marks = ["data", "stringData"].flatMap(key => {
        const value = at(object, key);
        return value === undefined ? [] : [[key, secret(value)] as const];
    });
    return { ...object, ...Object.fromEntries(marks) };
}

function withoutWaiting(object: Properties): Properties {
    const annotations = at(object, "metadata", "annotations");
    return objects.withMetadata(object, {
        annotations: { ...(isObject(annotations) ? annotations : {}), "pulumi.com/skipAwait": "true" },
    });
}

async function capabilitiesOf({ client }: Cluster): Promise<Capabilities> {
    const [version, groups] = await Promise.all([client.find("/version"), client.find("/apis")]);
    const apiVersions = listAt(groups, "groups").flatMap(group =>
        listAt(group, "versions").map(each => textAt(each, "groupVersion")),
    );
    return { version: textAt(version, "gitVersion"), apiVersions: ["v1", ...apiVersions] };
}
