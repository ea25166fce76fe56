import { itemPath } from "../../check";
import type { PropertyChange } from "../../desired";
import { isRecord, sameValue, unwrap, type Wire, type WireRecord } from "../../values";

/** Inputs that changed, by path: a list entry by entry, a record key by key, and no more of them than changed. */
export function changedInputs(olds: WireRecord, news: WireRecord): ReadonlyMap<string, PropertyChange> {
    const changes = new Map<string, PropertyChange>();
    const compare = (path: string, old: Wire | undefined, now: Wire | undefined, depth: number) => {
        if (sameValue(old, now)) {
            return;
        }
        if (depth > 0 && Array.isArray(old) && Array.isArray(now)) {
            const [before, after] = [old as Wire[], now as Wire[]];
            for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
                compare(`${path}[${index}]`, before[index], after[index], depth - 1);
            }
        } else if (depth > 0 && isRecord(old) && isRecord(now)) {
            for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
                const plain = /^[A-Za-z]\w*$/.test(key) && path !== "files";
                const below = path === "" ? key : plain ? `${path}.${key}` : itemPath(path, key);
                compare(below, old[key], now[key], depth - 1);
            }
        } else {
            changes.set(path, old === undefined ? "add" : now === undefined ? "delete" : "update");
        }
    };
    compare("", unwrap(olds).value, unwrap(news).value, DEPTH);
    return changes;
}

/** So far below the top are changes told apart: `hosts[2].connection.address`. */
const DEPTH = 4;
