import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Descriptor, digestOf, type Manifest, putBlob, verifyImage } from "./blobs";
import { imageReference, imageText, type ImageReference } from "./reference";
import { type MirroredImage, writeWhole } from "./record";
import type { Skopeo } from "./skopeo";

/** An image to be pulled. */
export interface WantedImage {
    /** With a tag, a digest or both. */
    readonly reference: string;
    /** Architecture, `amd64`. Unset: all that there are, with the index whose digest the site asks for. */
    readonly architecture?: string;
}

/** Media types of Docker's own, which an OCI layout of skopeo's does not take as they are. */
const DOCKER = "application/vnd.docker.distribution.manifest";

/** Blobs of all layouts of a mirror's folder. */
export const blobsOf = (folder: string): string => join(folder, "blobs");

/** Layout of an image, relative to the mirror's folder. */
export function layoutOf({ host, path, tag, digest = "" }: ImageReference): string {
    return ["images", host.replace(":", "_"), path, tag ?? digest.replace(":", "-")].join("/");
}

/**
 * Pulls an image into a mirror's folder, digest for digest, and looks at every blob of it afterwards. Blobs that are
 * there are not downloaded again; broken ones are.
 *
 * @param known digests of blobs that were found good already
 * @throws Error where the registry has another digest than is asked for, lacks the architecture, or a blob is broken
 */
export async function pullImage(
    skopeo: Skopeo,
    folder: string,
    wanted: WantedImage,
    known = new Set<string>(),
): Promise<MirroredImage> {
    const image = imageReference(wanted.reference);
    const name = imageText({ host: image.host, path: image.path });
    const outer = await fetchManifest(skopeo, image);
    const chosen = wanted.architecture === undefined ? outer : await choose(skopeo, name, outer, wanted.architecture);
    const [blobs, layout] = [blobsOf(folder), layoutOf(image)];
    mkdirSync(join(folder, layout), { recursive: true });
    mkdirSync(blobs, { recursive: true });
    let verified = await verifyImage(blobs, chosen.digest, known);
    // Twice: a broken blob that an earlier run left shows only once there is a manifest that names it.
    for (let attempt = 0; attempt < 2 && verified.broken.length > 0; attempt++) {
        verified.broken.forEach(({ file }) => rmSync(file, { force: true }));
        await copyBlobs(skopeo, { name, layout: join(folder, layout), blobs, chosen });
        verified = await verifyImage(blobs, chosen.digest, known);
    }
    if (verified.broken.length > 0) {
        throw new Error(verified.broken.map(({ message }) => message).join("; "));
    }
    writeLayout(join(folder, layout), { mediaType: mediaTypeOf(chosen.manifest), ...descriptorOf(chosen) });
    return {
        reference: wanted.reference,
        digest: chosen.digest,
        ...(chosen.digest !== outer.digest && { indexDigest: outer.digest }),
        layout,
        bytes: verified.bytes,
    };
}

interface Fetched {
    readonly digest: string;
    readonly raw: Buffer;
    readonly manifest: Manifest;
}

const descriptorOf = ({ digest, raw }: Fetched): { readonly digest: string; readonly size: number } => ({
    digest,
    size: raw.length,
});

async function fetchManifest(skopeo: Skopeo, image: ImageReference): Promise<Fetched> {
    const { tag, digest, ...repository } = image;
    const asked = imageText(
        digest === undefined ? { ...repository, ...(tag !== undefined && { tag }) } : { ...repository, digest },
    );
    const raw = await skopeo.manifest(asked);
    const found = digestOf(raw);
    if (digest !== undefined && found !== digest) {
        throw new Error(`the registry answers with ${found} where ${digest} is asked for: do not trust it`);
    }
    return { digest: found, raw, manifest: JSON.parse(raw.toString()) as Manifest };
}

/** The manifest of one architecture in an index; an image without an index is taken as it is. */
async function choose(skopeo: Skopeo, name: string, outer: Fetched, architecture: string): Promise<Fetched> {
    const { manifests } = outer.manifest;
    if (manifests === undefined) {
        return outer;
    }
    const found = manifests.find(({ platform }) => platform?.os === "linux" && platform.architecture === architecture);
    if (found === undefined) {
        const there = manifests.flatMap(({ platform }) => (platform?.os === "linux" ? [platform.architecture] : []));
        throw new Error(`is not to be had for ${architecture}, only for ${[...new Set(there)].join(", ")}`);
    }
    return fetchManifest(skopeo, { ...imageReference(name), digest: found.digest });
}

/**
 * Copies what is missing. skopeo turns manifests of Docker's own into OCI's in a layout, with other digests; their
 * layers are the same, so that the original manifests and configurations are put beside them.
 */
async function copyBlobs(
    skopeo: Skopeo,
    { name, layout, blobs, chosen }: { name: string; layout: string; blobs: string; chosen: Fetched },
): Promise<void> {
    // What skopeo was writing when it was interrupted.
    readdirSync(layout)
        .filter(file => file.startsWith("oci-put-blob"))
        .forEach(file => rmSync(join(layout, file)));
    const inner: Fetched[] = [];
    for (const { digest } of chosen.manifest.manifests ?? []) {
        inner.push(await fetchManifest(skopeo, { ...imageReference(name), digest }));
    }
    const originals = [chosen, ...inner];
    const isDocker = originals.some(({ manifest }) => mediaTypeOf(manifest).startsWith(DOCKER));
    await skopeo.pull(`${name}@${chosen.digest}`, layout, blobs, !isDocker);
    if (!isDocker) {
        return;
    }
    for (const { manifest, digest, raw } of originals) {
        putBlob(blobs, raw, mediaTypeOf(manifest));
        if (manifest.config !== undefined) {
            putBlob(blobs, await skopeo.config(`${name}@${digest}`), manifest.config.mediaType ?? "");
        }
    }
}

/** Media type of a manifest; one that states none is OCI's. */
function mediaTypeOf({ mediaType, manifests }: Manifest): string {
    return mediaType ?? `application/vnd.oci.image.${manifests === undefined ? "manifest" : "index"}.v1+json`;
}

/** Writes what makes a folder an OCI layout of exactly one image; its blobs are elsewhere. */
export function writeLayout(layout: string, descriptor: Descriptor): void {
    writeWhole(join(layout, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
    writeWhole(join(layout, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }));
}
