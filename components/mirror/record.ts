import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** An image in a mirror's folder. */
export interface MirroredImage {
    /** As the site asks for it, `registry.k8s.io/pause:3.10.1`, with its digest where it names one. */
    readonly reference: string;
    /** Digest of the manifest that is there, `sha256:…`: an index, or the manifest of one architecture. */
    readonly digest: string;
    /** Digest of the index that it was taken out of, where only one architecture was wanted. */
    readonly indexDigest?: string;
    /** OCI layout, relative to the folder. */
    readonly layout: string;
    /** All its blobs, those that it shares with others counted too. */
    readonly bytes: number;
}

/** A chart in a mirror's folder. */
export interface MirroredChart {
    readonly name: string;
    readonly version: string;
    /** The archive, relative to the folder. */
    readonly file: string;
    /** SHA-256 of the archive, `sha256:…`. */
    readonly digest: string;
}

/** What a mirror's folder holds, completely and verified. */
export interface MirrorRecord {
    readonly images: readonly MirroredImage[];
    readonly charts: readonly MirroredChart[];
}

/** The record of a folder; an empty one where there is none. @throws Error where it cannot be read */
export function readRecord(folder: string): MirrorRecord {
    const file = join(folder, RECORD);
    if (!existsSync(file)) {
        return { images: [], charts: [] };
    }
    try {
        return JSON.parse(readFileSync(file, "utf8")) as MirrorRecord;
    } catch {
        throw new Error(
            `${file} is not what mirror:pull writes: remove it and run mirror:pull again; it keeps all blobs`,
        );
    }
}

/** Whether a folder has a record. */
export const hasRecord = (folder: string): boolean => existsSync(join(folder, RECORD));

/** Name of the record in a mirror's folder. */
const RECORD = "mirror.json";

/** Writes the record of a folder, beside the old one first, in the order of names. */
export function writeRecord(folder: string, { images, charts }: MirrorRecord): void {
    const sorted: MirrorRecord = {
        images: images.toSorted((a, b) => (a.reference < b.reference ? -1 : 1)),
        charts: charts.toSorted((a, b) => (chartKey(a) < chartKey(b) ? -1 : 1)),
    };
    writeWhole(join(folder, RECORD), `${JSON.stringify(sorted, undefined, 2)}\n`);
}

const chartKey = ({ name, version }: MirroredChart): string => `${name}\0${version}`;

/** The record with one image more, or another in its place. */
export function withImage(record: MirrorRecord, image: MirroredImage): MirrorRecord {
    return { ...record, images: [...record.images.filter(({ reference }) => reference !== image.reference), image] };
}

/** The record with one chart more, or another in its place. */
export function withChart(record: MirrorRecord, chart: MirroredChart): MirrorRecord {
    return { ...record, charts: [...record.charts.filter(other => chartKey(other) !== chartKey(chart)), chart] };
}

/** Writes a file beside and renames it, so that nobody ever reads half of it. */
export function writeWhole(file: string, content: string | Buffer): void {
    mkdirSync(join(file, ".."), { recursive: true });
    const beside = `${file}.${process.pid}.part`;
    writeFileSync(beside, content);
    renameSync(beside, file);
}
