import { createHash } from "node:crypto";
import { type Artefact, artefactLabel } from "./artefact";
import { licenceFields } from "./licence";
import { packageUrl } from "./purl";

/** When and by what a bill of materials is made. */
export interface SpdxContext {
    /** Name of the site. */
    readonly site: string;
    /** Time of creation. */
    readonly created: Date;
    /** Version of Seamount. */
    readonly version: string;
}

/** A bill of materials in JSON of SPDX 2.3 (spdx.github.io/spdx-spec/v2.3). */
export type SpdxDocument = Readonly<Record<string, unknown>>;

/** What one thing of the document is to another. */
interface Relationship {
    readonly spdxElementId: string;
    readonly relationshipType: "DESCRIBES" | "DEPENDS_ON";
    readonly relatedSpdxElement: string;
}

const SITE_ID = "SPDXRef-Site";

/**
 * The bill of materials of a site: the document describes the site, the site depends on each artefact, and a chart on
 * its images. Equal artefacts give equal documents, but for the time of creation.
 */
export function spdxDocument(artefacts: readonly Artefact[], { site, created, version }: SpdxContext): SpdxDocument {
    const ids = spdxIds(artefacts);
    const packages = artefacts.map((artefact, index) => spdxPackage(artefact, ids[index] ?? ""));
    const relationships = relationshipsOf(artefacts, ids);
    const content = createHash("sha256")
        .update(JSON.stringify([site, version, packages, relationships]))
        .digest("hex");
    return {
        spdxVersion: "SPDX-2.3",
        dataLicense: "CC0-1.0",
        SPDXID: "SPDXRef-DOCUMENT",
        name: `seamount-${site}`,
        documentNamespace: `https://spdx.org/spdxdocs/seamount-${encodeURIComponent(site)}-${content}`,
        creationInfo: {
            created: created.toISOString().replace(/\.\d+Z$/, "Z"),
            creators: [`Tool: seamount-${version}`],
        },
        packages: [
            {
                SPDXID: SITE_ID,
                name: site,
                downloadLocation: "NOASSERTION",
                filesAnalyzed: false,
                copyrightText: "NOASSERTION",
                ...licenceFields(undefined),
            },
            ...packages,
        ],
        relationships,
    };
}

/** Identifiers of artefacts: readable, and unequal for unequal artefacts. */
function spdxIds(artefacts: readonly Artefact[]): readonly string[] {
    return artefacts.map(artefact => {
        const { kind, name, version = "", digest = "", from = "" } = artefact;
        const hash = createHash("sha256").update([kind, name, version, digest, from].join("\0")).digest("hex");
        const words = [kind, name, version].join("-").replace(/[^A-Za-z0-9.]+/g, "-");
        return `SPDXRef-${words.replace(/-+$/, "")}-${hash.slice(0, 12)}`;
    });
}

function spdxPackage(artefact: Artefact, id: string): SpdxDocument {
    const { kind, name, version, digest, from, licence, source, evidence } = artefact;
    const [algorithm, hex] = digest?.split(":") ?? [];
    const comment = `Stated by ${source}${evidence === undefined ? "" : ` (${evidence})`}; for ${artefact.usedBy.join(", ")}.`;
    return {
        SPDXID: id,
        name,
        ...(version !== undefined && { versionInfo: version }),
        downloadLocation: from?.startsWith("https://") === true ? from : "NOASSERTION",
        filesAnalyzed: false,
        ...(algorithm !== undefined &&
            hex !== undefined && { checksums: [{ algorithm: algorithm.toUpperCase(), checksumValue: hex }] }),
        ...licenceFields(licence),
        copyrightText: "NOASSERTION",
        comment,
        primaryPackagePurpose: PURPOSES[kind],
        externalRefs: [
            { referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: packageUrl(artefact) },
        ],
    };
}

const PURPOSES = {
    image: "CONTAINER",
    chart: "INSTALL",
    definition: "FILE",
    package: "INSTALL",
    plugin: "APPLICATION",
    library: "LIBRARY",
} as const;

function relationshipsOf(artefacts: readonly Artefact[], ids: readonly string[]): readonly Relationship[] {
    const charts = new Map(
        artefacts.flatMap((artefact, index) =>
            artefact.kind === "chart" ? [[artefactLabel(artefact), ids[index] ?? ""] as const] : [],
        ),
    );
    const dependsOn = (from: string, to: string): Relationship => ({
        spdxElementId: from,
        relationshipType: "DEPENDS_ON",
        relatedSpdxElement: to,
    });
    return [
        { spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES", relatedSpdxElement: SITE_ID },
        ...ids.map(id => dependsOn(SITE_ID, id)),
        ...artefacts.flatMap(({ usedBy }, index) =>
            usedBy.flatMap(user => {
                const chart = charts.get(user);
                return chart === undefined ? [] : [dependsOn(chart, ids[index] ?? "")];
            }),
        ),
    ];
}
