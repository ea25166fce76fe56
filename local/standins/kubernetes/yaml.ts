import { parseAllDocuments } from "yaml";
import { at, isObject, Json, listAt, Properties, revealAll, textAt } from "../values";
import { withMetadata } from "./objects";

/** The objects in a YAML text; the items of lists count as objects of their own. @throws on text that is not YAML */
export function decodeYaml(inputs: Properties): Properties {
    const plain = revealAll(inputs);
    const documents = parseAllDocuments(textAt(plain, "text"));
    const parsed = (Array.isArray(documents) ? documents : []).map(document => {
        const [error] = document.errors;
        if (error !== undefined) {
            throw new Error(`the manifest is not YAML: ${error.message}`);
        }
        return document.toJS() as Json;
    });
    const flat = parsed
        .filter(isObject)
        .flatMap(item => (textAt(item, "kind").endsWith("List") ? listAt(item, "items") : [item]));
    const namespace = textAt(plain, "defaultNamespace");
    const placed = flat.filter(isObject).map(item => {
        const isPlaced = namespace === "" || at(item, "metadata", "namespace") !== undefined;
        return isPlaced ? item : withMetadata(item, { namespace });
    });
    return { result: placed };
}
