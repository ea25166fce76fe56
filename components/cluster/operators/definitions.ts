import { createHash } from "node:crypto";
import { basename } from "node:path";
import { stringify } from "yaml";
import type { ChartPin, DefinitionFile } from "../../../catalog/artifact-types";

/** Seconds that a download may take. */
const DOWNLOAD_SECONDS = 60;

/**
 * Downloads a project's definitions, for sites without a mirror.
 * @throws Error naming a file that cannot be had or is not what the catalogue says
 */
export async function downloadDefinitions(chart: ChartPin): Promise<readonly string[]> {
    return Promise.all(
        (chart.definitions ?? []).map(async file => {
            const response = await fetch(file.url, { signal: AbortSignal.timeout(DOWNLOAD_SECONDS * 1000) }).catch(
                (error: unknown) => {
                    const why = error instanceof Error ? error.message : String(error);
                    throw new Error(
                        `${chart.name}: ${file.url} cannot be downloaded (${why}); ` +
                            "where there is no internet, name the site's mirror as cluster.operators.charts",
                    );
                },
            );
            if (!response.ok) {
                throw new Error(`${chart.name}: ${file.url} answers ${response.status}`);
            }
            return checked(chart, file, await response.text());
        }),
    );
}

/** A file's text, if it is what the catalogue says. */
function checked(chart: ChartPin, { url, digest }: DefinitionFile, text: string): string {
    const found = `sha256:${createHash("sha256").update(text).digest("hex")}`;
    if (found !== digest) {
        throw new Error(`${chart.name}: ${url} has the digest ${found}, and the catalogue has ${digest}`);
    }
    return text;
}

/**
 * The chart that a mirror packs of a project's definitions, by path in the chart's folder.
 * @param texts the files' contents by their address, exactly as they were downloaded
 * @throws Error naming a file that is missing or is not what the catalogue says
 */
export function definitionsChart(
    chart: ChartPin,
    texts: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
    const files = (chart.definitions ?? []).map(file => {
        const text = texts[file.url];
        if (text === undefined) {
            throw new Error(`${chart.name}: ${file.url} was not downloaded`);
        }
        return [`crds/${basename(file.url)}`, checked(chart, file, text)] as const;
    });
    const about = {
        apiVersion: "v2",
        name: chart.chart,
        version: chart.version,
        description: `Definitions of ${chart.definesGroups.join(", ")}, as ${chart.repository} has them`,
    };
    return { "Chart.yaml": stringify(about), ...Object.fromEntries(files) };
}
