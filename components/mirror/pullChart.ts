import {
    copyFileSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    renameSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import type { ChartPin } from "../../catalog/artifact-types";
import { definitionsChart } from "../cluster/operators/definitions";
import { blobFile, fileDigest, type Manifest } from "./blobs";
import { blobsOf, pullImage } from "./pullImage";
import type { MirroredChart } from "./record";
import type { Run, Skopeo } from "./skopeo";

/** Media type of a chart's archive in a registry (helm.sh, "Helm OCI MediaTypes", 2026-11). */
export const CHART_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/** How charts are pulled. */
export interface ChartTools {
    readonly skopeo: Skopeo;
    /** Runs curl and tar. */
    readonly run: Run;
}

/** Name of a chart's archive, as Helm names it. */
export const archiveName = (chart: string, version: string): string => `${chart}-${version}.tgz`;

/**
 * Puts a chart's archive into a mirror's folder, from a registry, a repository over HTTPS, or files of definitions.
 *
 * @throws Error where the archive is not the one that the catalogue names by its digest
 */
export async function pullChart(tools: ChartTools, folder: string, chart: ChartPin): Promise<MirroredChart> {
    const file = join("charts", archiveName(chart.chart, chart.version));
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    if (chart.packaging === "definitions") {
        await packDefinitions(tools, chart, path);
    } else if (!existsSync(path) || (await fileDigest(path)) !== chart.digest) {
        await (chart.repository.startsWith("oci://") ? fromRegistry : fromRepository)(tools, folder, chart, path);
    }
    const digest = await fileDigest(path);
    if (chart.digest !== undefined && digest !== chart.digest) {
        rmSync(path, { force: true });
        throw new Error(
            `has the digest ${digest}, but the catalogue says ${chart.digest}: do not trust its repository`,
        );
    }
    return { name: chart.chart, version: chart.version, file, digest };
}

async function fromRegistry({ skopeo }: ChartTools, folder: string, chart: ChartPin, path: string): Promise<void> {
    const repository = `${chart.repository.slice("oci://".length)}/${chart.chart}`;
    const { manifestDigest } = chart;
    const reference = `${repository}:${tagOf(chart.version)}${manifestDigest === undefined ? "" : `@${manifestDigest}`}`;
    const { digest } = await pullImage(skopeo, folder, { reference });
    const manifest = JSON.parse(readFileSync(blobFile(blobsOf(folder), digest), "utf8")) as Manifest;
    const layer = manifest.layers?.find(({ mediaType }) => mediaType === CHART_LAYER);
    if (layer === undefined) {
        throw new Error(`${reference} is not a chart: none of its layers is of ${CHART_LAYER}`);
    }
    copyFileSync(blobFile(blobsOf(folder), layer.digest), `${path}.part`);
    renameSync(`${path}.part`, path);
}

/** A version as a tag: Helm writes `_` for the `+` that tags cannot have. */
export const tagOf = (version: string): string => version.replace("+", "_");

async function fromRepository({ run }: ChartTools, _folder: string, chart: ChartPin, path: string): Promise<void> {
    const repository = chart.repository.replace(/\/*$/, "/");
    const index = await run("curl", [...CURL, `${repository}index.yaml`]);
    await run("curl", [
        ...CURL,
        "--continue-at",
        "-",
        "--output",
        `${path}.part`,
        archiveUrl(index.toString(), repository, chart),
    ]);
    renameSync(`${path}.part`, path);
}

const CURL = ["--fail", "--silent", "--show-error", "--location", "--proto", "=https", "--retry", "2"];

/** Address of a chart's archive by the index of its repository. @throws Error where the index does not list it */
export function archiveUrl(index: string, repository: string, { chart, version }: ChartPin): string {
    const { entries } = parse(index) as { entries?: Record<string, { version: string; urls: string[] }[]> };
    const versions = entries?.[chart] ?? [];
    const url = versions.find(entry => entry.version === version)?.urls[0];
    if (url === undefined) {
        const there = versions.slice(0, 3).map(entry => entry.version);
        throw new Error(
            `${repository}index.yaml lists no ${chart} ${version}` +
                (there.length === 0 ? "" : `; its latest are ${there.join(", ")}`),
        );
    }
    return new URL(url, repository).href;
}

/** Packs files of definitions as a chart, so that the same files always give the same archive. */
async function packDefinitions({ run }: ChartTools, chart: ChartPin, path: string): Promise<void> {
    const texts: Record<string, string> = {};
    for (const { url } of chart.definitions ?? []) {
        texts[url] = (await run("curl", [...CURL, url])).toString();
    }
    const files = definitionsChart(chart, texts);
    const work = mkdtempSync(join(tmpdir(), "seamount-chart-"));
    try {
        for (const [name, content] of Object.entries(files)) {
            const file = join(work, chart.chart, name);
            mkdirSync(dirname(file), { recursive: true });
            writeFileSync(file, content);
        }
        const same = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=u=rwX,go=rX"];
        await run("tar", [...same, "-I", "gzip -n", "-cf", `${path}.part`, "-C", work, chart.chart]);
        renameSync(`${path}.part`, path);
    } finally {
        rmSync(work, { recursive: true, force: true });
    }
}
