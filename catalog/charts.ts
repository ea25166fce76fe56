import type { ChartPin } from "./artifact-types";
import { acceleratorCharts } from "./charts-accelerators";
import { gatewayCharts, networkCharts } from "./charts-network";
import { platformCharts } from "./charts-platform";
import { workloadCharts } from "./charts-workloads";

const all = [...networkCharts, ...platformCharts, ...gatewayCharts, ...acceleratorCharts, ...workloadCharts];

/** Charts of operators by name. What a chart comes after stands before it. */
export const charts: Readonly<Record<string, ChartPin>> = Object.freeze(
    Object.fromEntries(all.map(chart => [chart.name, chart])),
);

/** Names of all charts, in the order that they are installed in. */
export const chartNames: readonly string[] = all.map(({ name }) => name);

/** The chart of that name, or undefined. */
export const findChart = (name: string): ChartPin | undefined =>
    Object.hasOwn(charts, name) ? charts[name] : undefined;
