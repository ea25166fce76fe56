import { createHash } from "node:crypto";
import { basename } from "node:path";
import { stringify } from "yaml";
import type { ChartPin } from "../../../catalog/artifact-types";

/**
 * The chart that a mirror packs of a project's definitions, by path in the chart's folder.
 * @param texts the files' contents by their address, exactly as they were downloaded
 * @throws Error naming a file that is missing or is not what the catalogue says
 */
export function definitionsChart(
    chart: ChartPin,
    texts: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
    const files = (chart.definitions ?? []).map(({ url, digest }) => {
        const text = texts[url];
        if (text === undefined) {
            throw new Error(`${chart.name}: ${url} was not downloaded`);
        }
        const found = `sha256:${createHash("sha256").update(text).digest("hex")}`;
        if (found !== digest) {
            throw new Error(`${chart.name}: ${url} has the digest ${found}, and the catalogue has ${digest}`);
        }
        return [`crds/${basename(url)}`, text] as const;
    });
    const about = {
        apiVersion: "v2",
        name: chart.chart,
        version: chart.version,
        description: `Definitions of ${chart.definesGroups.join(", ")}, as ${chart.repository} has them`,
    };
    return { "Chart.yaml": stringify(about), ...Object.fromEntries(files) };
}
