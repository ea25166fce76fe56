import type { EngineMetrics } from "../engines/engine";
import { engines } from "../engines/registry";
import type { PlannedModel } from "./bounds";

/** A trigger of a ScaledObject (keda.sh/v1alpha1). */
export interface Trigger {
    readonly type: "prometheus" | "cron";
    readonly name: string;
    readonly metricType?: "AverageValue" | "Value";
    readonly metadata: Readonly<Record<string, string>>;
}

/** Where the chart kube-prometheus-stack serves queries, as its release is called. */
const PROMETHEUS = "http://kube-prometheus-stack-prometheus.monitoring.svc:9090";
/** Quantile of latencies that objectives are held against. */
const QUANTILE = 0.95;

/**
 * What makes a model grow: requests, latencies beyond the objectives where the engine tells them, and hours.
 * @param namespace of the model services
 */
export function triggers({ model, plan }: PlannedModel, namespace: string): readonly Trigger[] {
    const { scaling, objectives } = model;
    if (scaling === undefined) {
        return [];
    }
    const { metrics } = engines[plan.engine];
    const series = `{namespace="${namespace}",pod=~"${plan.name}-.*"}`;
    const { ttftSeconds, tpotMilliseconds } = objectives ?? {};
    return [
        // Those that are worked on count too: without them, a model that is just fast enough would shrink, and queue.
        prometheus("requests", "AverageValue", plan.concurrency + scaling.queueLength, requests(metrics, series)),
        ...(ttftSeconds === undefined || metrics.ttftSeconds === undefined
            ? []
            : [prometheus("ttft", "Value", ttftSeconds, quantile(metrics.ttftSeconds, series))]),
        ...(tpotMilliseconds === undefined || metrics.tpotSeconds === undefined
            ? []
            : [prometheus("tpot", "Value", tpotMilliseconds / 1000, quantile(metrics.tpotSeconds, series))]),
        ...scaling.schedule.map(({ start, end, timeZone, replicas }, index): Trigger => ({
            type: "cron",
            name: `schedule-${index}`,
            metadata: { timezone: timeZone, start, end, desiredReplicas: String(replicas) },
        })),
    ];
}

function prometheus(name: string, metricType: "AverageValue" | "Value", threshold: number, query: string): Trigger {
    return {
        type: "prometheus",
        name,
        metricType,
        metadata: { serverAddress: PROMETHEUS, query, threshold: String(threshold), ignoreNullValues: "true" },
    };
}

/** Series that has one more matcher where the metric's own name has some, as Triton's have. */
function select(metric: string, series: string): string {
    const [, name = metric, own] = /^([^{]+)\{(.*)\}$/.exec(metric) ?? [];
    return own === undefined ? `${name}${series}` : `${name}${series.slice(0, -1)},${own}}`;
}

const requests = ({ waiting, running }: EngineMetrics, series: string): string =>
    `sum(${select(waiting, series)}) + sum(${select(running, series)})`;

/** 0 where nothing was asked: a quantile of nothing is not a number. */
const quantile = (histogram: string, series: string): string =>
    `(histogram_quantile(${QUANTILE}, sum by (le) (rate(${select(`${histogram}_bucket`, series)}[2m]))) > 0) or vector(0)`;
