import { Path } from "../diff";
import {
    asText,
    at,
    isList,
    isObject,
    Json,
    mapValues,
    markSecrets,
    Properties,
    revealAll,
    secret,
    textAt,
    without,
} from "../values";
import { sameQuantity } from "./quantity";

/** Keys that the provider adds to a state. */
const OWN_KEYS = ["__inputs", "__initialApiVersion", "__fieldManager"];
const AUTONAMED = "pulumi.com/autonamed";

/** `namespace/name`, or the name alone. */
export function idOf(object: Json): string {
    const [namespace, name] = [textAt(object, "metadata", "namespace"), textAt(object, "metadata", "name")];
    return namespace === "" ? name : `${namespace}/${name}`;
}

/** Namespace and name of an id. */
export function parseId(id: string): { readonly namespace: string; readonly name: string } {
    const slash = id.indexOf("/");
    return slash < 0 ? { namespace: "", name: id } : { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

/** API version and kind of a type token: `kubernetes:core/v1:PodPatch` is `v1`, `Pod`. */
export function kindOfType(type: string): { readonly apiVersion: string; readonly kind: string; isPatch: boolean } {
    const [, group = "", name = ""] = type.split(":");
    const isPatch = name.endsWith("Patch");
    return { apiVersion: group.replace(/^core\//, ""), kind: isPatch ? name.slice(0, -"Patch".length) : name, isPatch };
}

/** An annotation's value; empty when there is none. */
export function annotation(object: Json, name: string): string {
    return textAt(object, "metadata", "annotations", name);
}

/** The object with other values in `metadata`. */
export function withMetadata(object: Properties, values: Properties): Properties {
    const metadata = at(object, "metadata");
    return { ...object, metadata: { ...(isObject(metadata) ? metadata : {}), ...values } };
}

/**
 * The inputs with a name. An object without one gets `<logical name>-<random>`, or keeps the name that it was given
 * so before; `metadata.annotations["pulumi.com/autonamed"]` says which names were given.
 */
export function autonamed(news: Properties, olds: Properties | undefined, fresh: string): Properties {
    const hasName = at(news, "metadata", "name") !== undefined || at(news, "metadata", "generateName") !== undefined;
    if (hasName) {
        return news;
    }
    const old = olds === undefined || annotation(olds, AUTONAMED) !== "true" ? "" : textAt(olds, "metadata", "name");
    if (olds !== undefined && old === "") {
        return news;
    }
    const annotations = at(news, "metadata", "annotations");
    return withMetadata(news, {
        name: old || fresh,
        annotations: { ...(isObject(annotations) ? annotations : {}), [AUTONAMED]: "true" },
    });
}

/** Whether the name was given by `autonamed`. */
export function isAutonamed(object: Json): boolean {
    return annotation(object, AUTONAMED) === "true";
}

function renamed(value: Json, rename: (key: string) => string): Json {
    if (isList(value)) {
        return value.map(item => renamed(item, rename));
    }
    return isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [rename(key), renamed(item, rename)]))
        : value;
}

function withoutNulls(value: Json): Json {
    if (isList(value)) {
        return value.map(withoutNulls);
    }
    return isObject(value)
        ? mapValues(Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null)), withoutNulls)
        : value;
}

/** Inputs as the API server wants them: plain, `stringData` as `data`, `x_kubernetes_*` keys with dashes. */
export function toApi(inputs: Properties): Properties {
    const plain = withoutNulls(revealAll(inputs));
    const object = renamed(plain, key => (key.startsWith("x_kubernetes_") ? key.replaceAll("_", "-") : key));
    if (!isObject(object)) {
        return {};
    }
    const { stringData, ...rest } = object;
    if (!isSecretObject(object) || !isObject(stringData)) {
        return object;
    }
    const data = at(rest, "data");
    const encoded = mapValues(stringData, text => Buffer.from(asText(text), "utf8").toString("base64"));
    return { ...rest, data: { ...(isObject(data) ? data : {}), ...encoded } };
}

/** Whether an object is a Secret of the core group. */
export function isSecretObject(object: Json): boolean {
    return textAt(object, "apiVersion") === "v1" && textAt(object, "kind") === "Secret";
}

/** The part of a live object that the inputs speak of. */
export function pruned(live: Json, inputs: Json): Json {
    if (isObject(live) && isObject(inputs)) {
        const shared = Object.keys(inputs).filter(key => live[key] !== undefined);
        return Object.fromEntries(shared.map(key => [key, pruned(live[key] ?? null, inputs[key] ?? null)]));
    }
    if (isList(live) && isList(inputs)) {
        return live.slice(0, inputs.length).map((item, index) => pruned(item, inputs[index] ?? null));
    }
    return live;
}

/** An object with what is secret in the inputs marked secret, and all that a Secret holds. */
export function withSecrets(object: Properties, inputs: Properties): Properties {
    const marked = markSecrets(object, inputs);
    const data = at(marked, "data");
    const plain = isObject(marked) ? marked : {};
    // stringData comes back as data, so the inputs' own marks are not enough.
    return isSecretObject(object) && data !== undefined ? { ...plain, data: secret(data) } : plain;
}

/** State of an object: what is there, and the inputs that made it. Secrets of the inputs are secret in both. */
export function checkpoint(inputs: Properties, live: Properties, fieldManager: string): Properties {
    const metadata = at(live, "metadata");
    const tidy = isObject(metadata)
        ? { ...live, metadata: Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== "managedFields")) }
        : live;
    const keyed = renamed(tidy, key => (key.startsWith("x-kubernetes-") ? key.replaceAll("-", "_") : key));
    return {
        ...(isObject(keyed) ? withSecrets(keyed, inputs) : {}),
        __inputs: inputs,
        __initialApiVersion: textAt(inputs, "apiVersion"),
        __fieldManager: fieldManager,
    };
}

/** The inputs that were applied last. After a failed update the engine still holds those before it. */
export function appliedInputs(state: Properties): Properties | undefined {
    const inputs = at(state, "__inputs");
    return isObject(inputs) ? inputs : undefined;
}

/** The live object in a state. */
export function liveOf(state: Properties): Properties {
    return toApi(Object.fromEntries(Object.entries(state).filter(([key]) => !OWN_KEYS.includes(key))));
}

/** Inputs of an object that was not made here: all but what the server adds. */
export function inputsFromLive(live: Properties): Properties {
    const added = ["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];
    const metadata = at(live, "metadata");
    const kept = Object.entries(isObject(metadata) ? metadata : {}).filter(([key]) => !added.includes(key));
    return { ...without(live, "status"), metadata: Object.fromEntries(kept) };
}

function isEmpty(value: Json | undefined): boolean {
    return (
        value === undefined ||
        value === null ||
        value === "" ||
        value === 0 ||
        value === false ||
        (isList(value) && value.length === 0) ||
        (isObject(value) && Object.values(value).every(isEmpty))
    );
}

/** Whether two values mean the same to the API server: quantities written differently, empty values left out. */
export function meansTheSame(path: Path, before: Json | undefined, after: Json | undefined): boolean {
    if (path.join(".") === "metadata.namespace") {
        return (before ?? "default") === (after ?? "default");
    }
    if ((before === undefined || after === undefined) && isEmpty(before) && isEmpty(after)) {
        return true;
    }
    return sameQuantity(path, before, after);
}
