import { few } from "../site/problem";
import { type Artefact, artefactKinds, artefactLabel } from "./artefact";

const HEADER = ["kind", "artefact", "version", "digest", "source", "for"];

/** Artefacts as a table with aligned columns; libraries only by their number, unless they are asked for. */
export function artefactTable(artefacts: readonly Artefact[], withLibraries: boolean): string {
    const shown = artefacts.filter(({ kind }) => withLibraries || kind !== "library");
    const rows = [
        HEADER,
        ...shown.map(artefact => [
            artefact.kind,
            artefact.name,
            artefact.version ?? (artefact.kind === "image" ? "-" : "any"),
            artefact.digest ?? "-",
            artefact.source,
            few(artefact.usedBy),
        ]),
    ];
    const widths = HEADER.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
    const table = rows.map(row =>
        row
            .map((text, column) => text.padEnd(widths[column] ?? 0))
            .join("  ")
            .trimEnd(),
    );
    return [...table, "", counts(artefacts)].join("\n");
}

/** How many there are of each kind. */
function counts(artefacts: readonly Artefact[]): string {
    return artefactKinds
        .map(kind => {
            const count = artefacts.filter(artefact => artefact.kind === kind).length;
            return `${count} ${kind === "library" ? (count === 1 ? "library of npm" : "libraries of npm") : `${kind}${count === 1 ? "" : "s"}`}`;
        })
        .join(", ");
}

/** What is not pinned, in sentences that say what would pin it; empty where all is. */
export function unpinned(artefacts: readonly Artefact[]): readonly string[] {
    const images = withoutDigest(artefacts);
    const packages = artefacts.filter(({ kind, version }) => kind === "package" && version === undefined);
    return [
        ...(images.length === 0 ? [] : ["Without a digest, so that nobody can say what will be downloaded:"]),
        ...images.map(artefact => `  ${artefactLabel(artefact)}: ${remedy(artefact)}`),
        ...(packages.length === 0
            ? []
            : [
                  `Without a version, so that hosts get what their repositories have that day: ` +
                      `${[...new Set(packages.map(({ name }) => name))].join(", ")}. ` +
                      "A repository of the site that holds one version of each pins them.",
              ]),
    ];
}

/** Images and charts without a digest. */
export function withoutDigest(artefacts: readonly Artefact[]): readonly Artefact[] {
    return artefacts.filter(({ kind, digest }) => (kind === "image" || kind === "chart") && digest === undefined);
}

function remedy(artefact: Artefact): string {
    const reference = artefactLabel(artefact);
    if (artefact.kind === "chart") {
        return `state its digest in ${artefact.source}`;
    }
    return artefact.source.startsWith("seamount:site")
        ? `write ${reference}@sha256:… at ${artefact.source}; skopeo inspect --format '{{.Digest}}' docker://${reference} prints it`
        : `set cluster.imageDigests: { "${reference}": "sha256:…" }`;
}
