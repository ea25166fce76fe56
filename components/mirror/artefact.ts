/** What kinds of things a site downloads, in the order of lists. */
export const artefactKinds = ["image", "chart", "definition", "package", "plugin", "library"] as const;

/** One of these kinds. A definition is a file of custom resource definitions; a library is a package of npm that the program itself is made of. */
export type ArtefactKind = (typeof artefactKinds)[number];

/** One thing that a site downloads. */
export interface Artefact {
    readonly kind: ArtefactKind;
    /** Image with its registry (`registry.k8s.io/pause`), chart, package, plugin or library, without a version. */
    readonly name: string;
    /** Tag of an image; exact version of all else. Unset: nothing says which, so that it is whatever is there that day. */
    readonly version?: string;
    /** `sha256:<hex>` or `sha512:<hex>` of what is downloaded: of the manifest for images. Unset: nobody has stated it. */
    readonly digest?: string;
    /** Where it is downloaded from: a repository's address, or the operating system of a host package. */
    readonly from?: string;
    /** What states it: a file of the catalogue, a path in the site, or a file of the project. */
    readonly source: string;
    /** What the source rests on: a public document and when it was read. */
    readonly evidence?: string;
    /** Licence as the catalogue has it. */
    readonly licence?: string;
    /** What needs it: names of models, hosts and charts, or `cluster`. */
    readonly usedBy: readonly string[];
}

/** Orders artefacts by kind, name, version and origin, joining those that are the same thing for several users. */
export function joined(artefacts: readonly Artefact[]): readonly Artefact[] {
    const byKey = new Map<string, Artefact>();
    for (const artefact of artefacts) {
        const key = keyOf(artefact);
        const other = byKey.get(key);
        byKey.set(
            key,
            other === undefined
                ? artefact
                : { ...other, ...artefact, usedBy: [...new Set([...other.usedBy, ...artefact.usedBy])] },
        );
    }
    return [...byKey]
        .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
        .map(([, artefact]) => ({ ...artefact, usedBy: artefact.usedBy.toSorted() }));
}

/** What makes an artefact another one: its kind first, so that sorted keys are sorted by kind. */
function keyOf({ kind, name, version = "", digest = "", from = "" }: Artefact): string {
    return [artefactKinds.indexOf(kind), name, version, kind === "image" ? digest : "", from].join("\0");
}

/** An artefact as people write it: `registry.k8s.io/pause:3.10.1`, `kueue 0.19.2`. */
export function artefactLabel({ kind, name, version, digest }: Artefact): string {
    if (kind === "image") {
        return version === undefined ? `${name}${digest === undefined ? "" : `@${digest}`}` : `${name}:${version}`;
    }
    return version === undefined ? name : `${name} ${version}`;
}
