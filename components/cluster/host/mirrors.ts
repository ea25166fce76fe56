import type { FileItem } from "../../../provider/items";
import type { ContainerRuntime } from "../../site/cluster";
import type { SiteModel } from "../../site/site";
import { REGISTRIES } from "./containerd";

/** Registries of the images that clusters, operators and engines come from. */
const PUBLIC_REGISTRIES = [
    "docker.io",
    "gcr.io",
    "ghcr.io",
    "nvcr.io",
    "public.ecr.aws",
    "quay.io",
    "registry.k8s.io",
    "swr.cn-south-1.myhuaweicloud.com",
];

/** Where the certificate of the mirror's authority lies on hosts. */
const MIRROR_CA = "/etc/containerd/seamount-mirror-ca.crt";

/** Registry of an image as it is written; Docker's own where there is none. */
export function registryOf(image: string): string {
    const [first = "", ...rest] = image.split("/");
    return rest.length > 0 && (/[.:]/.test(first) || first === "localhost") ? first : "docker.io";
}

/** What registries are mirrored beside the public ones: those of images that the site names. */
export interface MirroredImages {
    readonly runtime: ContainerRuntime;
    readonly models: readonly Pick<SiteModel, "image" | "proxyImage">[];
    /** Further images: the sandbox's, and those whose digests the site gives. */
    readonly images: readonly string[];
}

/**
 * Files that send containerd to the site's mirror: HOST/PATH:TAG is asked for at MIRROR/HOST/PATH:TAG first, and at
 * HOST where the mirror has it not. None where there is no mirror. containerd reads them with every pull.
 */
export function mirrorFiles({ runtime, models, images }: MirroredImages): Readonly<Record<string, FileItem>> {
    const { mirror, mirrorCa } = runtime;
    if (mirror === undefined) {
        return {};
    }
    const named = [...models.flatMap(({ image, proxyImage }) => [image, proxyImage]), ...images].map(registryOf);
    const registries = [...new Set([...PUBLIC_REGISTRIES, ...named])].filter(registry => registry !== mirror).sort();
    const ca = mirrorCa === undefined ? [] : [`  ca = ${JSON.stringify(MIRROR_CA)}`];
    const file = (registry: string, server: string, address: string, ...more: readonly string[]) =>
        [
            `${REGISTRIES}/${registry}/hosts.toml`,
            {
                content: [
                    "# Kept by Seamount.",
                    `server = ${JSON.stringify(server)}`,
                    "",
                    `[host.${JSON.stringify(address)}]`,
                    '  capabilities = ["pull", "resolve"]',
                    ...more,
                    ...ca,
                    "",
                ].join("\n"),
            },
        ] as const;
    return {
        ...(mirrorCa !== undefined && { [MIRROR_CA]: { content: mirrorCa } }),
        ...Object.fromEntries([
            file(mirror, `https://${mirror}`, `https://${mirror}`),
            ...registries.map(registry =>
                file(
                    registry,
                    upstream(registry),
                    // The path of a repository has no colon: mirror:push writes a port so.
                    `https://${mirror}/v2/${registry.replace(":", "_")}`,
                    "  override_path = true",
                ),
            ),
        ]),
    };
}

/** Docker's registry answers under another name than its images have. */
const upstream = (registry: string): string =>
    `https://${registry === "docker.io" ? "registry-1.docker.io" : registry}`;
