/** A reference to an image, taken apart. */
export interface ImageReference {
    /** Registry with its port, `registry.k8s.io`. */
    readonly host: string;
    /** Repository on it, `coredns/coredns`. */
    readonly path: string;
    readonly tag?: string;
    /** `sha256:<64 hex digits>`. */
    readonly digest?: string;
}

const shape = /^(?<name>[^@]+?)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;

/**
 * Takes a reference apart as container engines do: the first part is a registry where it holds a dot or a colon or is
 * `localhost`; without one it is Docker Hub's. Without tag and digest it is `latest`.
 *
 * @throws Error where it is none
 */
export function imageReference(text: string): ImageReference {
    const { name = "", tag, digest } = shape.exec(text)?.groups ?? {};
    const [first = "", ...rest] = name.split("/");
    const named = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
    const path = named ? rest.join("/") : rest.length === 0 ? `library/${first}` : name;
    if (first === "" || !/^[a-z0-9]+([._/-]+[a-z0-9]+)*$/.test(path)) {
        throw new Error(`${JSON.stringify(text)} is not an image: write "registry.example/path/name:tag@sha256:…"`);
    }
    return {
        host: named ? first : "docker.io",
        path,
        ...(tag !== undefined ? { tag } : digest === undefined ? { tag: "latest" } : {}),
        ...(digest !== undefined && { digest }),
    };
}

/** A reference as text, with all that is known of it. */
export function imageText({ host, path, tag, digest }: ImageReference): string {
    return `${host}/${path}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

/**
 * Where a mirror has an image: HOST/PATH:TAG is MIRROR/HOST/PATH:TAG, which is where containerd on the hosts asks for
 * it. An image without a tag is there by its digest alone.
 */
export function mirroredAs(mirror: string, image: ImageReference): ImageReference {
    const [host = "", ...prefix] = mirror.split("/");
    // A registry's port is no part of a repository's name.
    return { ...image, host, path: [...prefix, image.host.replace(":", "_"), image.path].join("/") };
}
