import type { ChartPin } from "../../../catalog/artifact-types";
import type { Site } from "../../site/site";

/** Where a chart is taken from, in the words of `helm.v4.Chart`. */
export interface ChartSource {
    /** Name in a repository, `oci://…`, or a file. */
    readonly chart: string;
    /** Unset for a file, which has one version. */
    readonly version?: string;
    /** Repository with an index.yaml. */
    readonly repo?: string;
}

/**
 * Where a site takes a chart from: its own registry (`oci://HOST/PATH`) or folder of archives where it has one, as
 * `mirror:push` and `mirror:pull` fill them, otherwise the chart's repository.
 * @throws Error where definitions without a chart have no mirror that packs them
 */
export function chartSource(site: Pick<Site, "cluster">, chart: ChartPin): ChartSource {
    const charts = site.cluster.operators?.charts?.replace(/\/+$/, "");
    if (charts !== undefined) {
        return charts.startsWith("oci://")
            ? { chart: `${charts}/${chart.chart}`, version: chart.version }
            : { chart: `${charts}/${chart.chart}-${chart.version}.tgz` };
    }
    return chart.repository.startsWith("oci://")
        ? { chart: `${chart.repository}/${chart.chart}`, version: chart.version }
        : { chart: chart.chart, version: chart.version, repo: chart.repository };
}
