import type { Input } from "@pulumi/pulumi";
import type { CustomObject } from "../gateway/settings";
import { MANAGED } from "../gateway/names";
import { scaleTarget, selector } from "../labels";
import type { PlannedModel } from "./bounds";
import { triggers } from "./triggers";

/** What the objects of scaling depend on. */
export interface ScalingSettings extends PlannedModel {
    readonly namespace: string;
    /** ConfigMap with `ca.crt`, by which Prometheus knows the model. Unset: what its system trusts. */
    readonly ca?: Input<string>;
}

/**
 * Says to KEDA how a model grows and shrinks. Bounds are the site's, which `scalingProblems` has held against the pool.
 * Shrinking waits for `coolDownSeconds`, one replica at a time: a replica that goes takes its cached prefixes with it.
 * @throws Error where the model does not scale
 */
export function scaledObject({ model, plan, namespace }: ScalingSettings): CustomObject {
    const target = scaleTarget(plan);
    const { scaling } = model;
    if (target === undefined || scaling === undefined) {
        throw new Error(`model "${plan.name}" does not scale`);
    }
    const { apiVersion, kind, name } = target;
    const { coolDownSeconds, minReplicas, maxReplicas } = scaling;
    return {
        apiVersion: "keda.sh/v1alpha1",
        kind: "ScaledObject",
        metadata: { name: plan.name, namespace, labels: { ...selector(plan), ...MANAGED } },
        spec: {
            scaleTargetRef: { apiVersion, kind, name },
            minReplicaCount: minReplicas,
            maxReplicaCount: maxReplicas,
            pollingInterval: 15,
            cooldownPeriod: coolDownSeconds,
            // Where nothing can be measured, what runs stays.
            fallback: { failureThreshold: 3, replicas: minReplicas, behavior: "currentReplicasIfHigher" },
            advanced: {
                horizontalPodAutoscalerConfig: {
                    behavior: {
                        scaleDown: {
                            stabilizationWindowSeconds: coolDownSeconds,
                            policies: [{ type: "Pods", value: 1, periodSeconds: 60 }],
                        },
                        scaleUp: { stabilizationWindowSeconds: 0 },
                    },
                },
            },
            triggers: triggers({ model, plan }, namespace),
        },
    };
}

/** Lets Prometheus read the metrics that scaling goes by. */
export function podMonitor({ model, plan, namespace, ca }: ScalingSettings): CustomObject {
    return {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PodMonitor",
        metadata: { name: plan.name, namespace, labels: { ...selector(plan), ...MANAGED } },
        spec: {
            selector: { matchLabels: selector(plan) },
            podMetricsEndpoints: [
                {
                    port: "metrics",
                    path: "/metrics",
                    scheme: "https",
                    interval: "15s",
                    tlsConfig: {
                        serverName: model.endpoint.host,
                        ...(ca !== undefined && { ca: { configMap: { name: ca, key: "ca.crt" } } }),
                    },
                },
            ],
        },
    };
}
