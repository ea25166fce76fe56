import type { Input } from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";

/** A pod with its labels, as a set makes it. */
export type PodTemplate = types.input.core.v1.PodTemplateSpec;

/** Groups of pods that start, fail and are replaced as one. */
export interface LeaderWorkerSetSpec {
    /** Groups. */
    readonly replicas: number;
    readonly startupPolicy: "LeaderCreated";
    readonly rolloutStrategy: {
        readonly type: "RollingUpdate";
        readonly rollingUpdateConfiguration: {
            readonly maxUnavailable: number | string;
            readonly maxSurge: number;
            readonly partition?: number;
        };
    };
    readonly networkConfig: { readonly subdomainPolicy: "UniquePerReplica" };
    readonly leaderWorkerTemplate: {
        /** Pods of one group, the leader among them. */
        readonly size: number;
        readonly restartPolicy: "RecreateGroupOnPodRestart";
        /** Unset: the leader is as its workers. */
        readonly leaderTemplate?: PodTemplate;
        readonly workerTemplate: PodTemplate;
    };
}

/** leaderworkerset.x-k8s.io/v1, as far as Seamount sets it. */
export interface LeaderWorkerSet {
    readonly apiVersion: "leaderworkerset.x-k8s.io/v1";
    readonly kind: "LeaderWorkerSet";
    readonly metadata: {
        readonly name: string;
        readonly namespace: Input<string>;
        readonly labels: Readonly<Record<string, string>>;
        readonly annotations: Readonly<Record<string, string>>;
    };
    readonly spec: LeaderWorkerSetSpec;
}

/** What a set of groups is made from. */
export interface Groups {
    /** Groups. */
    readonly count: number;
    /** Pods of one group. */
    readonly size: number;
    readonly leader: PodTemplate;
    /** Unset exactly where a group is one pod. */
    readonly worker?: PodTemplate;
    /** Groups that may be down at once while the set rolls; `100%`: all. */
    readonly maxUnavailable: number | string;
}

/** Annotation by which each group takes a whole domain of the topology for itself. */
export const EXCLUSIVE_ANNOTATION = "leaderworkerset.sigs.k8s.io/exclusive-topology";

/**
 * The spec of a set of groups. A rank that ends takes its group with it, because the others would wait for it until
 * their libraries' timeouts. Pods of a group are made at once: its leader waits for the workers, and they for it.
 */
export function setSpec({ count, size, leader, worker, maxUnavailable }: Groups): LeaderWorkerSetSpec {
    return {
        replicas: count,
        startupPolicy: "LeaderCreated",
        // No site keeps GPUs spare for a rollout: a group makes room for its successor.
        rolloutStrategy: {
            type: "RollingUpdate",
            rollingUpdateConfiguration: { maxUnavailable, maxSurge: 0 },
        },
        // Names of a group's pods are in a domain of its own: <set>-<group>.
        networkConfig: { subdomainPolicy: "UniquePerReplica" },
        leaderWorkerTemplate: {
            size,
            restartPolicy: "RecreateGroupOnPodRestart",
            ...(worker === undefined ? { workerTemplate: leader } : { leaderTemplate: leader, workerTemplate: worker }),
        },
    };
}

/** Longest name of a pod, which is a label's value too. */
export const LONGEST_NAME = 63;

/** Names of a set's last pods, the longest there are. */
export const longestPodName = (set: string, groups: number, size: number): string =>
    `${set}-${Math.max(0, groups - 1)}${size > 1 ? `-${size - 1}` : ""}`;

/** Address of the leader of a group, within the namespace. Its name is there before it is ready. */
export const leaderUrl = (set: string, group: number, port: number): string =>
    `http://${set}-${group}.${set}-${group}:${port}`;
