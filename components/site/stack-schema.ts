import * as z from "zod";
import { siteSchema } from "./schema";

/** As much of a JSON Schema as Seamount writes and reads. */
export interface JsonSchema {
    readonly [keyword: string]: unknown;
    readonly type?: string;
    readonly description?: string;
    readonly minimum?: number;
    readonly maximum?: number;
    readonly properties?: Readonly<Record<string, JsonSchema>>;
    readonly required?: readonly string[];
    readonly items?: JsonSchema;
    readonly additionalProperties?: boolean | JsonSchema;
}

/** Names that the catalogue knows, offered by editors as completions. */
export interface CatalogueNames {
    readonly gpuNames: readonly string[];
    readonly modelNames: readonly string[];
}

/** JSON Schema (draft 7, which YAML editors know best) of the value `seamount:site`, as people write it. */
export function siteJsonSchema(names?: CatalogueNames): JsonSchema {
    const schema = z.toJSONSchema(siteSchema, {
        io: "input",
        target: "draft-7",
        override: ({ zodSchema, jsonSchema }) => {
            const suggested = names && suggestions(names).get(zodSchema);
            if (suggested !== undefined) {
                jsonSchema.enum = [...suggested];
                delete jsonSchema.examples;
            }
        },
    });
    delete schema.$schema;
    return schema as JsonSchema;
}

function suggestions(names: CatalogueNames): Map<unknown, readonly string[]> {
    const group = siteSchema.shape.hosts.element.shape;
    const model = siteSchema.shape.models.unwrap().element.shape;
    return new Map<unknown, readonly string[]>([
        [group.gpu.unwrap().shape.model, names.gpuNames],
        [model.model, names.modelNames],
    ]);
}

const secrets = {
    sshPrivateKey: "Private SSH key for managed hosts, in PEM form.",
    kubeconfig: "Kubeconfig of the cluster, instead of site.cluster.kubeconfigFile.",
    tlsCertificate: "Certificate chain for the endpoints, in PEM form.",
    tlsPrivateKey: "Private key of the certificate, in PEM form.",
};

/** JSON Schema of a whole stack file, `Pulumi.<stack>.yaml`. Other keys than Seamount's own are free. */
export function stackJsonSchema(names?: CatalogueNames): JsonSchema {
    const secretSchemas = Object.entries(secrets).map(([name, text]): [string, JsonSchema] => [
        `seamount:${name}`,
        {
            description: `${text} Set it with: pulumi config set --secret ${name}`,
            type: "object",
            properties: { secure: { type: "string", description: "The encrypted value." } },
            required: ["secure"],
            additionalProperties: false,
        },
    ]);
    return {
        $schema: "http://json-schema.org/draft-07/schema#",
        title: "Seamount stack file",
        type: "object",
        properties: {
            config: {
                description: "Configuration of the stack.",
                type: "object",
                properties: {
                    "seamount:site": { ...siteJsonSchema(names), description: "What the site is." },
                    ...Object.fromEntries(secretSchemas),
                },
                required: ["seamount:site"],
            },
        },
    };
}

/** The schema at a path of the site, or undefined where nothing is known there. */
export function schemaAt(schema: JsonSchema, path: readonly PropertyKey[]): JsonSchema | undefined {
    return path.reduce<JsonSchema | undefined>((node, segment) => {
        if (node === undefined || typeof segment === "number") {
            return node?.items;
        }
        const key = String(segment);
        if (node.properties !== undefined && Object.hasOwn(node.properties, key)) {
            return node.properties[key];
        }
        return typeof node.additionalProperties === "object" ? node.additionalProperties : undefined;
    }, schema);
}
