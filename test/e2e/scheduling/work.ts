import { POOL_LABEL, RACK_LABEL } from "../../../components/fabric/labels";
import { kubectl } from "../shell";
import { pool, size } from "./site";

/** What is asked of some pods that are alike. */
export interface Work {
    readonly namespace: string;
    readonly name: string;
    readonly pods: number;
    /** GPUs of each pod. @default those of a host */
    readonly gpus?: number;
    readonly priorityClassName?: string;
    /** Whether racks get equal numbers of them. */
    readonly spread?: boolean;
    /** Whether all of them must be in one rack. */
    readonly oneRack?: boolean;
}

function template({ name, gpus = size.gpus, priorityClassName, spread, oneRack }: Work): object {
    const labels = { app: name };
    const constraint = { maxSkew: 1, topologyKey: RACK_LABEL, whenUnsatisfiable: "DoNotSchedule" };
    const resources = { cpu: "1", memory: "1Gi", "nvidia.com/gpu": String(gpus) };
    return {
        metadata: {
            labels,
            ...(oneRack === true && { annotations: { "kueue.x-k8s.io/podset-required-topology": RACK_LABEL } }),
        },
        spec: {
            terminationGracePeriodSeconds: 1,
            automountServiceAccountToken: false,
            nodeSelector: { [POOL_LABEL]: pool },
            tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
            ...(priorityClassName !== undefined && { priorityClassName }),
            ...(spread === true && {
                topologySpreadConstraints: [{ ...constraint, labelSelector: { matchLabels: labels } }],
            }),
            securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
                {
                    name: "a",
                    image: "none",
                    resources: { requests: resources, limits: resources },
                    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                },
            ],
        },
    };
}

/** A Deployment: pods straight to the scheduler. */
export const deployment = (work: Work): object => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: work.name, namespace: work.namespace },
    spec: { replicas: work.pods, selector: { matchLabels: { app: work.name } }, template: template(work) },
});

/** A Job, in a queue of Kueue's or straight to the scheduler. */
export function job(work: Work, queue?: string): object {
    return {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: {
            name: work.name,
            namespace: work.namespace,
            ...(queue !== undefined && { labels: { "kueue.x-k8s.io/queue-name": queue } }),
        },
        spec: {
            parallelism: work.pods,
            completions: work.pods,
            completionMode: "Indexed",
            suspend: queue !== undefined,
            template: {
                ...template(work),
                spec: { ...(template(work) as { spec: object }).spec, restartPolicy: "Never" },
            },
        },
    };
}

interface Pod {
    readonly metadata: { readonly deletionTimestamp?: string };
    readonly spec: { readonly nodeName?: string };
    readonly status: { readonly phase: string };
}

/** Nodes of the running pods of some work, one a pod. */
export async function placed({ namespace, name }: Pick<Work, "namespace" | "name">): Promise<readonly string[]> {
    const text = await kubectl("get", "pods", "-n", namespace, "-l", `app=${name}`, "-o", "json");
    return (JSON.parse(text) as { items: readonly Pod[] }).items.flatMap(({ metadata, spec, status }) =>
        status.phase === "Running" && metadata.deletionTimestamp === undefined && spec.nodeName !== undefined
            ? [spec.nodeName]
            : [],
    );
}

/** Waits until something is so, at most five minutes, and prints the time that it took. */
export async function timed(what: string, is: () => Promise<boolean>): Promise<void> {
    const began = performance.now();
    while (!(await is())) {
        if (performance.now() - began > 300_000) {
            throw new Error(`${what}: not after five minutes`);
        }
        await new Promise(resolve => setTimeout(resolve, 500));
    }
    console.log(`      ${what}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
}
