import type { Artefact } from "./artefact";

const encode = (text: string): string => encodeURIComponent(text).replace(/%3A/g, ":");

/** Distribution in a package URL by the beginning of the operating system's name. */
const DISTRIBUTIONS = { debian: "deb/debian", ubuntu: "deb/ubuntu", rhel: "rpm/redhat", rocky: "rpm/rocky" } as const;

/** Package URL of an artefact (github.com/package-url/purl-spec). Plugins are `generic`, with their address. */
export function packageUrl({ kind, name, version, digest, from }: Artefact): string {
    const at = version === undefined ? "" : `@${encode(version)}`;
    switch (kind) {
        case "image": {
            const tag = version === undefined ? [] : [`tag=${encode(version)}`];
            const qualifiers = [`repository_url=${encode(name)}`, ...tag].join("&");
            const base = name.slice(name.lastIndexOf("/") + 1);
            return `pkg:oci/${encode(base)}${digest === undefined ? "" : `@${encode(digest)}`}?${qualifiers}`;
        }
        case "chart":
            return `pkg:helm/${encode(name)}${at}${from === undefined ? "" : `?repository_url=${encode(from)}`}`;
        case "package": {
            const system = from ?? "";
            const family = Object.entries(DISTRIBUTIONS).find(([start]) => system.startsWith(start))?.[1] ?? "generic";
            return `pkg:${family}/${encode(name)}${at}${system === "" ? "" : `?distro=${encode(system)}`}`;
        }
        case "definition":
        case "plugin":
            return `pkg:generic/${encode(name)}${at}${from === undefined ? "" : `?download_url=${encode(from)}`}`;
        case "library":
            return `pkg:npm/${name.replace("@", "%40")}${at}`;
    }
}
