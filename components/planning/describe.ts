import { precisions, type Precision } from "../../catalog";
import type { ModelPlan, ServingPlan } from "./plan";
import { count, gigabytes, plural } from "./words";

/** A plan in a few sentences, for the outputs of a stack and the command line. Warnings come last, one each. */
export function describePlan(plan: ServingPlan | ModelPlan): readonly string[] {
    const onCpu = plan.gpusPerHost === 0;
    const label = Object.hasOwn(precisions, plan.precision)
        ? precisions[plan.precision as Precision].label
        : plan.precision;
    const name = "name" in plan ? (plan.name === plan.model ? plan.name : `${plan.name} (${plan.model})`) : plan.model;
    const replicas = "replicas" in plan ? `, ${plural(plan.replicas, "replica")} in the pool ${plan.pool}` : "";
    const place = onCpu
        ? `the CPU of ${plural(plan.hosts, "host")}`
        : `${plural(plan.hosts, "host")} of ${plan.gpusPerHost} × ${plan.gpu}`;
    const degrees = [
        ["tensor", plan.tensorParallel] as const,
        ["pipeline", plan.pipelineParallel] as const,
        ["attention data", plan.dataParallel] as const,
    ].flatMap(([kind, degree]) => (degree > 1 ? [`${kind} parallel ${degree}`] : []));
    const layout = [place, ...degrees, ...(plan.expertParallel ? ["expert parallel"] : [])].join(", ");
    const weights = onCpu
        ? `${gigabytes(plan.weightsGB)} of weights`
        : `${gigabytes(plan.weightsPerGpuGB)} of weights a GPU`;
    return [
        `${name}: ${label} by ${plan.engine} on ${layout}${replicas}.`,
        `${weights}, ${count(plan.kvCacheTokens)} tokens of KV cache at ${count(plan.kvCacheBytesPerToken)} bytes: ` +
            `${plural(Math.floor(plan.kvCacheTokens / plan.contextTokens), "sequence")} of ${count(plan.contextTokens)} tokens at once.`,
        `A replica asks for ${plan.hostMemoryGiB} GiB of main memory and ${plan.cpuCores} CPU cores on each host.`,
        ...plan.warnings,
    ];
}
