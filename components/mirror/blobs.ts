import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { writeWhole } from "./record";

/** What a manifest says of a blob (OCI image specification, descriptor). */
export interface Descriptor {
    readonly mediaType?: string;
    readonly digest: string;
    readonly size?: number;
    /** Addresses outside registries: such blobs are not copied. */
    readonly urls?: readonly string[];
    readonly platform?: { readonly architecture: string; readonly os: string };
}

/** An index of manifests, or the manifest of one image or artefact. */
export interface Manifest {
    readonly mediaType?: string;
    readonly manifests?: readonly Descriptor[];
    readonly config?: Descriptor;
    readonly layers?: readonly Descriptor[];
}

/** A digest as registries write it. */
export const digestOf = (content: string | Buffer): string =>
    `sha256:${createHash("sha256").update(content).digest("hex")}`;

/** Digest of a file, read piece by piece. */
export async function fileDigest(file: string): Promise<string> {
    const hash = createHash("sha256");
    await pipeline(createReadStream(file), hash);
    return `sha256:${hash.digest("hex")}`;
}

/** Where a blob is among those that all layouts share. @throws Error where the digest is none of SHA-256 */
export function blobFile(blobs: string, digest: string): string {
    const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
    if (hex === undefined) {
        throw new Error(`${digest} is not a digest of SHA-256`);
    }
    return join(blobs, "sha256", hex);
}

/** Puts a blob where it belongs, and returns its descriptor. */
export function putBlob(blobs: string, content: string | Buffer, mediaType: string): Descriptor & { size: number } {
    const digest = digestOf(content);
    writeWhole(blobFile(blobs, digest), content);
    return { mediaType, digest, size: Buffer.byteLength(content) };
}

/** What was found in looking through an image. */
export interface Verified {
    /** Sum of all blobs, each once. */
    readonly bytes: number;
    /** Blobs that are missing or not what their name says, with a sentence each. */
    readonly broken: readonly { readonly file: string; readonly message: string }[];
}

/**
 * Looks through an image from its outermost manifest down to its layers, and hashes every blob. Blobs that registries
 * do not hold (with `urls`) may be missing.
 *
 * @param known digests that were found good already; those that are found good now are added
 */
export async function verifyImage(blobs: string, digest: string, known = new Set<string>()): Promise<Verified> {
    const broken: { readonly file: string; readonly message: string }[] = [];
    const seen = new Set<string>();
    let bytes = 0;
    const visit = async (descriptor: Descriptor, isManifest: boolean): Promise<void> => {
        if (seen.has(descriptor.digest)) {
            return;
        }
        seen.add(descriptor.digest);
        const file = blobFile(blobs, descriptor.digest);
        if (!existsSync(file)) {
            if (descriptor.urls === undefined) broken.push({ file, message: `${file} is missing` });
            return;
        }
        const found = known.has(descriptor.digest) ? descriptor.digest : await fileDigest(file);
        if (found !== descriptor.digest) {
            broken.push({ file, message: `${file} has the digest ${found}: it was changed after it was pulled` });
            return;
        }
        known.add(found);
        bytes += sizeOf(file, descriptor);
        if (isManifest) {
            const { manifests = [], config, layers = [] } = JSON.parse(readFileSync(file, "utf8")) as Manifest;
            for (const each of manifests) await visit(each, true);
            for (const each of [...(config ? [config] : []), ...layers]) await visit(each, false);
        }
    };
    await visit({ digest }, true);
    return { bytes, broken };
}

const sizeOf = (file: string, { size }: Descriptor): number => size ?? readFileSync(file).length;
