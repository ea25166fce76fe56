import { pathOf, type Problem } from "../../site/problem";
import type { Scaling } from "../../site/serving";
import type { Site } from "../../site/site";
import { scaleTarget } from "../labels";
import { mostReplicas, type PlannedModel } from "./bounds";

/** What scaling needs in a cluster: who scales, and who keeps the metrics that it goes by. */
const OPERATORS = ["keda", "kube-prometheus-stack"];
/** Longest window of a HorizontalPodAutoscaler (autoscaling/v2, stabilizationWindowSeconds). */
const MOST_COOL_DOWN_SECONDS = 3600;

/** Every reason that a site's models cannot grow and shrink as it wants. Empty where none of them scales. */
export function scalingProblems(
    site: Pick<Site, "cluster" | "hosts" | "models">,
    models: readonly PlannedModel[],
): readonly Problem[] {
    return models.flatMap(planned => {
        const { scaling, name } = planned.model;
        const index = site.models.findIndex(model => model.name === name);
        const at = (message: string, ...field: readonly PropertyKey[]): Problem => ({
            path: pathOf("models", index, "scaling", ...field),
            message,
        });
        return scaling === undefined
            ? []
            : [
                  ...operatorProblems(site, at),
                  ...targetProblems(planned, at),
                  ...boundProblems(scaling, mostReplicas(site, models, planned), planned, at),
              ];
    });
}

type At = (message: string, ...field: readonly PropertyKey[]) => Problem;

function operatorProblems({ cluster }: Pick<Site, "cluster">, at: At): readonly Problem[] {
    const missing = OPERATORS.filter(name => !(cluster.operators?.install.includes(name) ?? false));
    return missing.length === 0
        ? []
        : [at(`needs ${missing.join(" and ")} in cluster.operators.install: put them there, or leave scaling out`)];
}

function targetProblems({ plan }: PlannedModel, at: At): readonly Problem[] {
    return scaleTarget(plan) === undefined
        ? [
              at(
                  "prefill and decode of this model are apart, in sets of their own that nothing scales as one: " +
                      "leave scaling out and say replicas, or plan them together",
              ),
          ]
        : [];
}

function boundProblems(scaling: Scaling, most: number, { plan }: PlannedModel, at: At): readonly Problem[] {
    const { minReplicas, maxReplicas, coolDownSeconds, schedule } = scaling;
    const within = (replicas: number): boolean => replicas >= minReplicas && replicas <= maxReplicas;
    return [
        ...(minReplicas < 1
            ? [at(`${minReplicas} is less than 1: with none, nothing would see a request`, "minReplicas")]
            : []),
        ...(minReplicas > maxReplicas
            ? [at(`${minReplicas} is more than maxReplicas, ${maxReplicas}`, "minReplicas")]
            : []),
        ...(maxReplicas > most
            ? [
                  at(
                      `${maxReplicas} is more than the pool ${plan.pool} holds beside its other models: ${most} ` +
                          `(a replica takes ${plan.hosts} × ${plan.gpusPerHost} GPUs)`,
                      "maxReplicas",
                  ),
              ]
            : []),
        ...(coolDownSeconds > MOST_COOL_DOWN_SECONDS
            ? [
                  at(
                      `${coolDownSeconds} is more than the ${MOST_COOL_DOWN_SECONDS} that Kubernetes takes`,
                      "coolDownSeconds",
                  ),
              ]
            : []),
        ...schedule.flatMap(({ replicas }, index) =>
            within(replicas)
                ? []
                : [at(`${replicas} is not from ${minReplicas} to ${maxReplicas}`, "schedule", index, "replicas")],
        ),
    ];
}
