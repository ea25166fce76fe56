import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { isRecord, secret, type Wire, type WireRecord } from "../../provider/values";

/** A resource of an exported stack, values as they travel to a provider, secrets wrapped. */
export interface ExportedResource {
    readonly urn: string;
    /** What messages call its host: the name in its connection, else the resource's own. */
    readonly host: string;
    readonly inputs: WireRecord;
    readonly outputs: WireRecord;
}

/** The mark of a secret in what `pulumi stack export --show-secrets` prints. */
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** What `pulumi stack export --show-secrets` prints. Throws with what Pulumi says where there is no such stack. */
export async function exportStack(stack: string | undefined): Promise<string> {
    const words = ["stack", "export", "--show-secrets", ...(stack === undefined ? [] : ["--stack", stack])];
    try {
        return (await promisify(execFile)("pulumi", words, { maxBuffer: 2 ** 30 })).stdout;
    } catch (error) {
        const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
        const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
        throw new Error(missing ? "pulumi is not on the PATH" : said || String(error), { cause: error });
    }
}

/** Resources of one type in an exported stack, in the order of their hosts' names. Throws where the text is no JSON. */
export function resourcesOf(exported: string, type: string): readonly ExportedResource[] {
    const { deployment } = JSON.parse(exported) as { readonly deployment?: { readonly resources?: readonly Wire[] } };
    return (deployment?.resources ?? [])
        .flatMap(resource => (isRecord(resource) && resource.type === type ? [resource] : []))
        .map(resource => {
            const urn = typeof resource.urn === "string" ? resource.urn : "";
            const [inputs, outputs] = [resource.inputs, resource.outputs].map(wire => recordOf(travelling(wire ?? {})));
            const { name } = recordOf(inputs?.connection);
            const host = typeof name === "string" ? name : (urn.split("::").at(-1) ?? urn);
            return { urn, host, inputs: inputs ?? {}, outputs: outputs ?? {} };
        })
        .sort((a, b) => a.host.localeCompare(b.host, "en", { numeric: true }));
}

/** An exported value as it travels: a secret's text is JSON there. */
function travelling(value: Wire): Wire {
    if (Array.isArray(value)) {
        return (value as Wire[]).map(travelling);
    }
    if (!isRecord(value)) {
        return value;
    }
    if (Object.values(value).includes(SECRET) && typeof value.plaintext === "string") {
        return secret(JSON.parse(value.plaintext) as Wire);
    }
    return Object.fromEntries(Object.entries<Wire>(value).map(([key, entry]) => [key, travelling(entry)]));
}

function recordOf(value: Wire | undefined): WireRecord {
    return isRecord(value) ? value : {};
}
