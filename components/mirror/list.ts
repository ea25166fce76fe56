import { basename } from "node:path";
import type { ChartPin, ImagePin } from "../../catalog/artifact-types";
import { repositoryOf } from "../cluster/operators/images";
import { pathOf } from "../site/problem";
import type { Site } from "../site/site";
import { type Artefact, joined } from "./artefact";
import { hostPackages } from "./packages";
import { imageReference } from "./reference";
import { libraries, plugins, type ProjectFiles } from "./software";

/** What the catalogue says that a site's cluster is made of. */
export interface ClusterArtefacts {
    /** All images of the cluster, with the site's own digests in the place of the catalogue's. */
    readonly images: readonly ImagePin[];
    /** Charts that the site installs. */
    readonly charts: readonly ChartPin[];
}

/**
 * Everything that a site downloads: images, charts, packages of its hosts, plugins of the engine, and the libraries of
 * the program. Weights are not part of it: they are copied to hosts by people, and checked by their own hashes.
 *
 * @throws Error where the roles of a host disagree
 */
export function siteArtefacts(site: Site, project: ProjectFiles, cluster: ClusterArtefacts): readonly Artefact[] {
    return joined([
        ...modelImages(site),
        ...clusterImages(cluster),
        ...cluster.charts.filter(isDownloaded).flatMap(chartArtefacts),
        ...hostPackages(site),
        ...plugins(project),
        ...libraries(project),
    ]);
}

/** Images of engines, of the proxy before them, of the router where one is needed, and of weights that are images. */
function modelImages({ models }: Pick<Site, "models">): readonly Artefact[] {
    return models.flatMap(({ name, engine, image, proxyImage, routerImage, parallelism, weights }) => [
        imageArtefact(image, { source: pathOf("images", engine), usedBy: [name] }),
        imageArtefact(proxyImage, { source: pathOf("images", "proxy"), usedBy: [name] }),
        ...(routerImage === undefined || parallelism?.prefillDecode !== "apart"
            ? []
            : [imageArtefact(routerImage, { source: pathOf("images", "router"), usedBy: [name] })]),
        ...(weights.image === undefined
            ? []
            : [imageArtefact(weights.image, { source: pathOf("models", name, "weights", "image"), usedBy: [name] })]),
    ]);
}

function clusterImages({ images, charts }: ClusterArtefacts): readonly Artefact[] {
    const users = (image: string): readonly string[] =>
        charts
            .filter(chart => chart.images.some(other => repositoryOf(other.image) === repositoryOf(image)))
            .map(chartLabel);
    return images.map(({ image, digest, licence, source }) => {
        const usedBy = users(image);
        return imageArtefact(image, {
            ...(digest !== undefined && { digest }),
            licence,
            source: usedBy.length === 0 ? "catalog/kubernetes-images.ts" : CHARTS,
            evidence: `${source.where}, ${source.date}`,
            usedBy: usedBy.length === 0 ? ["cluster"] : usedBy,
        });
    });
}

/** Where charts and their images stand in the catalogue. */
const CHARTS = "catalog/charts.ts";

/** Whether there is an archive of it: of some operators Seamount writes the objects itself. */
export const isDownloaded = ({ packaging }: ChartPin): boolean => packaging !== "objects";

const chartLabel = ({ chart, version }: ChartPin): string => `${chart} ${version}`;

/** A chart, or the files of definitions that a mirror packs as one. */
function chartArtefacts(chart: ChartPin): readonly Artefact[] {
    const { licence, source, version, digest = chart.manifestDigest } = chart;
    const common = {
        version,
        source: CHARTS,
        evidence: `${source.where}, ${source.date}`,
        licence,
        usedBy: ["cluster"],
    };
    if (chart.packaging === "definitions") {
        return (chart.definitions ?? []).map(file => ({
            ...common,
            kind: "definition",
            name: basename(file.url),
            digest: file.digest,
            from: file.url,
            usedBy: [chart.name],
        }));
    }
    const pin = digest === undefined ? {} : { digest };
    return [{ ...common, ...pin, kind: "chart", name: chart.chart, from: chart.repository }];
}

function imageArtefact(text: string, rest: Omit<Artefact, "kind" | "name" | "version">): Artefact {
    const { host, path, tag, digest } = imageReference(text);
    return {
        kind: "image",
        name: `${host}/${path}`,
        ...(tag !== undefined && { version: tag }),
        ...(digest !== undefined && { digest }),
        ...rest,
    };
}

/** Reference of an image artefact, with all that is known of it. */
export function artefactReference({ name, version, digest }: Artefact): string {
    return `${name}${version === undefined ? "" : `:${version}`}${digest === undefined ? "" : `@${digest}`}`;
}
