import { HOST_TYPE } from "../../../provider/items";
import { kinds } from "../../../provider/kinds";
import type { ItemDifference } from "../../../provider/script";
import { isRecord, secret, type Wire, type WireRecord } from "../../../provider/values";

/** A host of a stack, as the last update wanted it. */
export interface DeployedHost {
    readonly urn: string;
    readonly name: string;
    /** Inputs as they travel to the provider, secrets wrapped. */
    readonly inputs: WireRecord;
}

/** One respect in which a host is not what the last update left. */
export interface DriftRow {
    readonly host: string;
    /** `sysctl vm.swappiness`; with the field where there are several: `file /etc/motd (mode)`. */
    readonly item: string;
    readonly found: string;
    readonly wanted: string;
}

/** The mark of a secret in what `pulumi stack export --show-secrets` prints. */
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
/** Longest cell of the table, in characters. */
const CELL = 60;

/** Hosts of an exported stack, by name. Throws where the text is no export. */
export function deployedHosts(exported: string): readonly DeployedHost[] {
    const { deployment } = JSON.parse(exported) as { readonly deployment?: { readonly resources?: readonly Wire[] } };
    return (deployment?.resources ?? [])
        .flatMap(resource => (isRecord(resource) && resource.type === HOST_TYPE ? [resource] : []))
        .map(resource => {
            const urn = typeof resource.urn === "string" ? resource.urn : "";
            const inputs = travelling(resource.inputs ?? {});
            const plain = isRecord(inputs) ? inputs : {};
            const connection = isRecord(plain.connection) ? plain.connection : {};
            const name = typeof connection.name === "string" ? connection.name : (urn.split("::").at(-1) ?? urn);
            return { urn, name, inputs: plain };
        })
        .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
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

/** A row for each difference. */
export function driftRows(host: string, differing: readonly ItemDifference[]): readonly DriftRow[] {
    return differing.flatMap(({ kind, key, differences }) => {
        const noun = kinds.find(({ name }) => name === kind)?.noun ?? kind;
        return differences.map(({ field, found, wanted }) => ({
            host,
            item: differences.length > 1 || field !== "value" ? `${noun} ${key} (${field})` : `${noun} ${key}`,
            found,
            wanted,
        }));
    });
}

/** The rows as a table with aligned columns; what hosts say cannot command a terminal. */
export function driftTable(rows: readonly DriftRow[]): string {
    const cells = rows.map(({ host, item, found, wanted }) => [host, item, found, wanted].map(cell));
    const all = [["host", "item", "found", "wanted"], ...cells];
    const widths = [0, 1, 2].map(column => Math.max(...all.map(row => row[column]?.length ?? 0)));
    return all
        .map(row =>
            row
                .map((text, column) => text.padEnd(widths[column] ?? 0))
                .join("  ")
                .trimEnd(),
        )
        .join("\n");
}

function cell(text: string): string {
    const line = text.replace(/\s+/g, " ").replace(/\p{C}/gu, "").trim();
    return line.length > CELL ? `${line.slice(0, CELL - 1)}…` : line;
}
