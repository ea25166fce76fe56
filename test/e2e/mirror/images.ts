import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

interface Descriptor {
    readonly mediaType: string;
    readonly digest: string;
    readonly size: number;
}

/** Media types of a family of images. */
const TYPES = {
    oci: {
        index: "application/vnd.oci.image.index.v1+json",
        manifest: "application/vnd.oci.image.manifest.v1+json",
        config: "application/vnd.oci.image.config.v1+json",
        layer: "application/vnd.oci.image.layer.v1.tar+gzip",
    },
    docker: {
        index: "application/vnd.docker.distribution.manifest.list.v2+json",
        manifest: "application/vnd.docker.distribution.manifest.v2+json",
        config: "application/vnd.docker.container.image.v1+json",
        layer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
    },
} as const;

/** A folder with an OCI layout of one image. */
export class Layout {
    constructor(private readonly folder: string) {
        mkdirSync(join(folder, "blobs", "sha256"), { recursive: true });
        writeFileSync(join(folder, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
    }

    /** An image for amd64 and arm64 with a layer of each size, of random bytes; returns the digest of its index. */
    image(family: keyof typeof TYPES, sizes: readonly number[]): string {
        const types = TYPES[family];
        const manifests = ["amd64", "arm64"].map(architecture => {
            const layers = sizes.map(size => {
                const content = randomBytes(size);
                const hash = createHash("sha256").update(content).digest("hex");
                return { hash, descriptor: this.put(types.layer, gzipSync(content, { level: 0 })) };
            });
            const rootfs = { type: "layers", diff_ids: layers.map(({ hash }) => `sha256:${hash}`) };
            const config = this.put(types.config, JSON.stringify({ architecture, os: "linux", config: {}, rootfs }));
            const manifest = { config, layers: layers.map(({ descriptor }) => descriptor) };
            return { ...this.manifest(types.manifest, manifest), platform: { architecture, os: "linux" } };
        });
        return this.seal(this.manifest(types.index, { manifests }));
    }

    /** A chart's archive as Helm puts it into a registry; returns the digest of the manifest. */
    chart(archive: Buffer, layerType: string): string {
        const config = this.put("application/vnd.cncf.helm.config.v1+json", '{"name":"demo","version":"0.1.0"}');
        return this.seal(this.manifest(TYPES.oci.manifest, { config, layers: [this.put(layerType, archive)] }));
    }

    private manifest(mediaType: string, rest: object): Descriptor {
        return this.put(mediaType, JSON.stringify({ schemaVersion: 2, mediaType, ...rest }));
    }

    private seal(descriptor: Descriptor): string {
        writeFileSync(join(this.folder, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }));
        return descriptor.digest;
    }

    private put(mediaType: string, content: string | Buffer): Descriptor {
        const hex = createHash("sha256").update(content).digest("hex");
        writeFileSync(join(this.folder, "blobs", "sha256", hex), content);
        return { mediaType, digest: `sha256:${hex}`, size: Buffer.byteLength(content) };
    }
}
