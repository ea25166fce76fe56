import { precisions, type Precision } from "../../catalog";
import { groupsOf } from "./groups";
import type { Layout } from "./memory";
import { replicaWords } from "./placement";
import type { ModelPlan, ServingPlan } from "./plan";
import { count, gigabytes, plural } from "./words";

/**
 * A plan in a few sentences, for the outputs of a stack and the command line: the layout and what it leaves, why it was
 * chosen, the next best. Warnings come last, one each.
 */
export function describePlan(plan: ServingPlan | ModelPlan): readonly string[] {
    const onCpu = plan.gpusPerHost === 0;
    const label = Object.hasOwn(precisions, plan.precision)
        ? precisions[plan.precision as Precision].label
        : plan.precision;
    const name = "name" in plan ? (plan.name === plan.model ? plan.name : `${plan.name} (${plan.model})`) : plan.model;
    const replicas = "replicas" in plan ? `, ${plural(plan.replicas, "replica")} in the pool ${plan.pool}` : "";
    const place = onCpu ? `the CPU of ${plural(plan.hosts, "host")}` : placeOf(plan.gpu, plan);
    const layout =
        plan.apart === undefined
            ? layoutWords(place, plan)
            : groupsOf(plan)
                  .map(({ role, groups, layout }) =>
                      layoutWords(`${plural(groups, `${role} group`)} of ${placeOf(plan.gpu, layout)}`, layout),
                  )
                  .join(" and ");
    const weights = onCpu
        ? `${gigabytes(plan.weightsGB)} of weights`
        : `${gigabytes(plan.weightsPerGpuGB)} of weights a GPU`;
    return [
        `${name}: ${label} by ${plan.engine} on ${layout}${replicas}.`,
        `${weights}, ${count(plan.kvCacheTokens)} tokens of KV cache at ${count(plan.kvCacheBytesPerToken)} bytes: ` +
            `${plural(Math.floor(plan.kvCacheTokens / plan.contextTokens), "sequence")} of ${count(plan.contextTokens)} tokens at once.`,
        `A replica asks for ${plan.hostMemoryGiB} GiB of main memory and ${plan.cpuCores} CPU cores on each host.`,
        ...("chosen" in plan && plan.chosen !== undefined ? [plan.chosen.because] : []),
        ...("runnersUp" in plan ? (plan.runnersUp ?? []) : []).map(
            ({ plan: other, because }) =>
                `Next best, ${replicaWords(other)}, ${degreesOf(other).join(", ")}: ${because}`,
        ),
        ...plan.warnings,
    ];
}

const placeOf = (gpu: string, { hosts, gpusPerHost }: Layout): string =>
    `${plural(hosts, "host")} of ${gpusPerHost} × ${gpu}`;

const layoutWords = (place: string, layout: Layout): string => [place, ...degreesOf(layout)].join(", ");

function degreesOf(layout: Layout): readonly string[] {
    const degrees = [
        ["tensor", layout.tensorParallel] as const,
        ["pipeline", layout.pipelineParallel] as const,
        ["attention data", layout.dataParallel] as const,
    ].flatMap(([kind, degree]) => (degree > 1 ? [`${kind} parallel ${degree}`] : []));
    return [...degrees, ...(layout.expertParallel ? ["expert parallel"] : [])];
}
