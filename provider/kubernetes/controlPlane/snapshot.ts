import { createHash } from "node:crypto";
import { constants, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { HostError } from "../../errors";
import { section } from "../../shell";
import { nameOf, type Remote, type Target } from "../remote";

/** Where etcd leaves the snapshot on its host until it has been brought here: the one folder that it may write to. */
const ON_HOST = "/var/lib/etcd/seamount-snapshot.db";
/** Mebibytes that one session brings: what is brought is held in memory, several times over. */
const CHUNK_MIB = 32;
/** Snapshots of one cluster that are kept. */
const KEPT = 14;
/** Seconds that saving, and bringing one part, may take. */
const SAVE_SECONDS = 300;
/** etcd ends a snapshot with the SHA-256 of all that stands before. */
const HASH_BYTES = 32;
/** Pages of its database have a multiple of so many bytes. */
const PAGE_BYTES = 512;

/** A snapshot on this machine. */
export interface Snapshot {
    readonly path: string;
    readonly bytes: number;
}

/**
 * Brings a snapshot of etcd from a host to this machine, as `NAME-20260102T030405Z.db`. Only its owner may read it: it
 * holds every secret of the cluster. It has its name only when it is whole. The last 14 are kept.
 */
export async function takeSnapshot(
    remote: Remote,
    urn: string,
    host: Target,
    { directory, name, now }: { readonly directory: string; readonly name: string; readonly now: Date },
): Promise<Snapshot> {
    const saved = await remote.change(urn, host, { what: "saving a snapshot of etcd", timeoutSeconds: SAVE_SECONDS }, [
        `rm -f ${ON_HOST} ${ON_HOST}.part`,
        `said=$(etcd_ctl snapshot save ${ON_HOST} 2>&1) || refuse "$said"`,
        section("snapshot"),
        `stat -c %s ${ON_HOST}`,
        `sha256sum <${ON_HOST} | cut -d ' ' -f 1`,
    ]);
    const [size = "", sum = ""] = saved.sections.get("snapshot") ?? [];
    const bytes = Number(size);
    const path = join(directory, `${name}-${stamp(now)}.db`);
    const part = `${path}.part`;
    try {
        mkdirSync(directory, { recursive: true, mode: 0o700 });
        const file = await open(part, constants.O_CREAT | constants.O_TRUNC | constants.O_WRONLY, 0o600);
        const check = new SnapshotCheck();
        try {
            for (let at = 0; at * CHUNK_MIB * 1024 * 1024 < bytes; at += 1) {
                const chunk = await bring(remote, urn, host, at, bytes);
                check.add(chunk);
                await file.write(chunk);
            }
            await file.sync();
        } finally {
            await file.close();
        }
        const wrong = check.problem(bytes, sum);
        if (wrong !== undefined) {
            throw new HostError(`the snapshot of etcd from ${nameOf(host)} is not whole: ${wrong}`);
        }
        renameSync(part, path);
    } catch (error) {
        rmSync(part, { force: true });
        throw error instanceof Error && "code" in error
            ? new HostError(`the snapshot of etcd cannot be written to ${directory}: ${error.message}`)
            : error;
    } finally {
        await remote.look(host, [`rm -f ${ON_HOST}`]).catch(() => undefined);
    }
    for (const old of outdated(readdirSync(directory), name)) {
        rmSync(join(directory, old), { force: true });
    }
    return { path, bytes };
}

/** One part of the snapshot. */
async function bring(remote: Remote, urn: string, host: Target, at: number, bytes: number): Promise<Buffer> {
    const mib = (count: number) => Math.ceil(count / 1024 / 1024);
    const what = `bringing the snapshot here (${Math.min(at * CHUNK_MIB, mib(bytes))} of ${mib(bytes)} MiB)`;
    const { sections } = await remote.change(urn, host, { what, timeoutSeconds: SAVE_SECONDS }, [
        section("part"),
        `dd if=${ON_HOST} bs=1M skip=${at * CHUNK_MIB} count=${CHUNK_MIB} status=none | gzip -1 | base64 -w0`,
        "echo",
    ]);
    return gunzipSync(Buffer.from(sections.get("part")?.[0] ?? "", "base64"));
}

/** Whether what was brought is what etcd saved. */
export class SnapshotCheck {
    private readonly whole = createHash("sha256");
    private readonly data = createHash("sha256");
    private tail = Buffer.alloc(0);
    private bytes = 0;

    add(chunk: Buffer): void {
        this.whole.update(chunk);
        this.bytes += chunk.length;
        const all = Buffer.concat([this.tail, chunk]);
        const body = Math.max(0, all.length - HASH_BYTES);
        this.data.update(all.subarray(0, body));
        this.tail = Buffer.from(all.subarray(body));
    }

    /** What is wrong, as a clause; undefined where nothing is. It can be asked once. */
    problem(bytes: number, sum: string): string | undefined {
        if (this.bytes !== bytes) {
            return `it has ${this.bytes} bytes here, and ${bytes} there`;
        }
        if (this.whole.digest("hex") !== sum) {
            return "its bytes here are not those there";
        }
        if (this.bytes % PAGE_BYTES !== HASH_BYTES || !this.tail.equals(this.data.digest())) {
            return "etcd's own hash at its end does not fit";
        }
        return undefined;
    }
}

/** Names of snapshots of one cluster that are kept no longer, the oldest first. */
export function outdated(names: readonly string[], name: string): readonly string[] {
    const own = names.filter(
        entry => entry.startsWith(`${name}-`) && /^\d{8}T\d{6}Z\.db$/.test(entry.slice(name.length + 1)),
    );
    return own.sort().slice(0, Math.max(0, own.length - KEPT));
}

/** `20260102T030405Z` */
function stamp(now: Date): string {
    return now.toISOString().replace(/[-:]|\.\d+/g, "");
}
