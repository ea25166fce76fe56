import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gpuNames, modelNames } from "../../catalog";
import { stackJsonSchema, type CatalogueNames } from "./stack-schema";

/** The committed schema file. */
export const schemaFile = join(__dirname, "site.schema.json");

/** What the committed schema file must hold. */
export function schemaFileText(names: CatalogueNames): string {
    return `${JSON.stringify(stackJsonSchema(names), undefined, 2)}\n`;
}

if (require.main === module) {
    writeFileSync(schemaFile, schemaFileText({ gpuNames, modelNames }));
}
