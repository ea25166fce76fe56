import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { digestOf, fileDigest, putBlob, verifyImage } from "./blobs";
import { CHART_LAYER, tagOf } from "./pullChart";
import { blobsOf, writeLayout } from "./pullImage";
import { imageReference, imageText, mirroredAs } from "./reference";
import type { MirroredChart, MirroredImage } from "./record";
import type { Run, Skopeo } from "./skopeo";

/** What became of something that was pushed. */
export interface Pushed {
    /** Where it is now, with its digest. */
    readonly at: string;
    /** Whether it was there already. */
    readonly wasThere: boolean;
}

/**
 * Puts an image of a mirror's folder into a registry, and asks the registry for its digest afterwards.
 *
 * @param known digests of blobs that were found good already
 * @throws Error where a blob is not what it was when it was pulled: nothing of the image is pushed then
 */
export async function pushImage(
    skopeo: Skopeo,
    folder: string,
    registry: string,
    image: MirroredImage,
    known = new Set<string>(),
): Promise<Pushed> {
    const { broken } = await verifyImage(blobsOf(folder), image.digest, known);
    if (broken.length > 0) {
        throw new Error(`${broken.map(({ message }) => message).join("; ")}. Run mirror:pull again: it mends it`);
    }
    const { host, path, tag } = mirroredAs(registry, imageReference(image.reference));
    const target = imageText({ host, path, ...(tag === undefined ? { digest: image.digest } : { tag }) });
    const layout = join(folder, image.layout);
    return pushLayout(skopeo, { layout, blobs: blobsOf(folder), target, digest: image.digest });
}

/** Puts a chart's archive into a registry as Helm does, at REGISTRY/charts/NAME:VERSION. */
export async function pushChart(
    { skopeo, run }: { readonly skopeo: Skopeo; readonly run: Run },
    folder: string,
    registry: string,
    { name, version, file, digest }: MirroredChart,
): Promise<Pushed> {
    const path = join(folder, file);
    const found = await fileDigest(path);
    if (found !== digest) {
        throw new Error(`${path} has the digest ${found}: it was changed after it was pulled. Run mirror:pull again`);
    }
    const about = await run("tar", ["-xzOf", path, `${name}/Chart.yaml`]);
    const work = mkdtempSync(join(tmpdir(), "seamount-chart-"));
    try {
        const [layout, blobs] = [join(work, "layout"), join(work, "blobs")];
        const config = JSON.stringify(parse(about.toString()));
        const mediaType = "application/vnd.oci.image.manifest.v1+json";
        const manifest = {
            schemaVersion: 2,
            mediaType,
            config: putBlob(blobs, config, "application/vnd.cncf.helm.config.v1+json"),
            layers: [putBlob(blobs, readFileSync(path), CHART_LAYER)],
        };
        const descriptor = putBlob(blobs, JSON.stringify(manifest), mediaType);
        writeLayout(layout, descriptor);
        const target = `${registry}/charts/${name}:${tagOf(version)}`;
        return await pushLayout(skopeo, { layout, blobs, target, digest: descriptor.digest });
    } finally {
        rmSync(work, { recursive: true, force: true });
    }
}

async function pushLayout(
    skopeo: Skopeo,
    { layout, blobs, target, digest }: { layout: string; blobs: string; target: string; digest: string },
): Promise<Pushed> {
    const at = target.includes("@") ? target : `${target}@${digest}`;
    if ((await digestAt(skopeo, target)) === digest) {
        return { at, wasThere: true };
    }
    await skopeo.push(layout, blobs, target);
    const there = digestOf(await skopeo.manifest(target));
    if (there !== digest) {
        throw new Error(`${target} has the digest ${there} after the push instead of ${digest}`);
    }
    return { at, wasThere: false };
}

/** Digest that a registry has for a reference; undefined where it has none or does not say. */
async function digestAt(skopeo: Skopeo, target: string): Promise<string | undefined> {
    return skopeo.manifest(target).then(digestOf, () => undefined);
}
