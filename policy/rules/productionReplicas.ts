import type { ResourceValidationPolicy } from "@pulumi/policy";
import { eachObject } from "../objects";
import { isRecord, podOf } from "../pod";

interface Config {
    readonly minimumReplicas?: number;
}

const fields = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {});

/** Label of the pods of a model service. */
export const MODEL_SERVICE = { label: "app.kubernetes.io/component", value: "model-service" } as const;
/** Annotation with the written reason for a single replica. */
export const SINGLE_REPLICA_REASON = "seamount.dev/single-replica-reason";

/** A model that people rely on survives the loss of a host. Environments that need not, switch the rule off. */
export const productionReplicas: ResourceValidationPolicy = {
    name: "production-replicas",
    displayName: "Replicas in production",
    description: "Every model service has at least two replicas, or a written reason why not.",
    severity: "medium",
    framework: {
        name: "ISO/IEC 27001",
        version: "2022",
        reference: "A.8.14",
        specification: "Redundancy of information processing facilities",
    },
    remediationSteps: "Raise the model's replicas in seamount:site, or say why one is enough in singleReplicaReason.",
    configSchema: {
        properties: { minimumReplicas: { type: "integer", minimum: 1, default: 2 } },
    },
    validateResource: (args, report) => {
        const { minimumReplicas = 2 } = args.getConfig<Config>();
        eachObject(args.type, args.props, report, (type, props, report) => {
            const problem = replicaProblem(type, props, minimumReplicas);
            if (problem !== undefined) {
                report(problem);
            }
        });
    },
};

const REPLICATED =
    /^kubernetes:(apps\/[^:]+:(Deployment|StatefulSet)|leaderworkerset\.x-k8s\.io\/[^:]+:LeaderWorkerSet)$/;

/** What is wrong with the number of replicas, or undefined. Other workloads than model services are left alone. */
export function replicaProblem(type: string, props: unknown, minimumReplicas: number): string | undefined {
    if (!REPLICATED.test(type)) {
        return undefined;
    }
    const { metadata, spec } = fields(props);
    const labels = { ...fields(fields(metadata).labels), ...podOf(type, props)?.labels };
    if (labels[MODEL_SERVICE.label] !== MODEL_SERVICE.value) {
        return undefined;
    }
    const replicas = fields(spec).replicas ?? 1;
    const reason = fields(fields(metadata).annotations)[SINGLE_REPLICA_REASON];
    const excused = typeof reason === "string" && reason.trim() !== "" && replicas === 1;
    return (typeof replicas === "number" && replicas >= minimumReplicas) || excused
        ? undefined
        : `spec.replicas is ${JSON.stringify(replicas)}; a model service needs at least ${minimumReplicas}, or one with the annotation ${SINGLE_REPLICA_REASON}`;
}
