import { createHash } from "node:crypto";
import type { SeenItems } from "./kinds/kind";
import { HOST_STATE } from "./kinds/prelude";
import { shellQuote } from "./shell";
import { isRecord } from "./values";

/** A record that cannot be read counts as none: it is there for changes that were interrupted. */
export function readRecord(text: string): SeenItems {
    try {
        const record: unknown = JSON.parse(text);
        return isRecord(record) ? (record as unknown as SeenItems) : {};
    } catch {
        return {};
    }
}

/** Where the record of one resource lies on the host. */
export function recordPath(urn: string): string {
    return `${HOST_STATE}/found-${createHash("sha256").update(urn).digest("hex").slice(0, 12)}.json`;
}

/** Shell that records what was found; without it, that removes the record. */
export function recordFragment(urn: string, record: SeenItems | undefined): string {
    return record === undefined
        ? `rm -f ${recordPath(urn)}`
        : `printf '%s\\n' ${shellQuote(JSON.stringify(record))} | put_file ${recordPath(urn)} 0600 root root`;
}
