import { at, Json, listAt, numberAt, textAt } from "../values";

/** Objects that tell why another one is not ready. */
export interface Related {
    /** Pods that a workload's selector finds. */
    readonly pods?: readonly Json[];
    /** EndpointSlices of a Service. */
    readonly endpointSlices?: readonly Json[];
    /** Volume binding mode of a claim's storage class. */
    readonly bindingMode?: string;
}

/** How far an object is. */
export interface Readiness {
    readonly isReady: boolean;
    /** Whether waiting longer is of no use. */
    readonly hasFailed?: boolean;
    /** What is missing, one sentence each; the first one is shown as progress. */
    readonly reasons: readonly string[];
}

const READY: Readiness = { isReady: true, reasons: [] };

function waiting(...reasons: readonly string[]): Readiness {
    return { isReady: false, reasons };
}

function failed(...reasons: readonly string[]): Readiness {
    return { isReady: false, hasFailed: true, reasons };
}

function condition(object: Json, type: string): Json | undefined {
    return listAt(object, "status", "conditions").find(item => textAt(item, "type") === type);
}

function isTrue(object: Json, type: string): boolean {
    return textAt(condition(object, type), "status") === "True";
}

/** What keeps a Pod from running, in the words of the scheduler and the kubelet. */
export function podReasons(pod: Json): readonly string[] {
    const who = `pod ${textAt(pod, "metadata", "name")}`;
    const scheduled = condition(pod, "PodScheduled");
    const unscheduled =
        textAt(scheduled, "status") === "False"
            ? [`${who}: ${textAt(scheduled, "reason")}: ${textAt(scheduled, "message")}`]
            : [];
    const statuses = ["initContainerStatuses", "containerStatuses"].flatMap(list => listAt(pod, "status", list));
    const containers = statuses.flatMap(status => {
        const container = `${who}: container ${textAt(status, "name")}`;
        const reason = textAt(status, "state", "waiting", "reason");
        if (reason !== "" && !["ContainerCreating", "PodInitializing"].includes(reason)) {
            return [`${container}: ${reason}: ${textAt(status, "state", "waiting", "message")}`];
        }
        const ended = at(status, "state", "terminated");
        return numberAt(ended, 0, "exitCode") === 0
            ? []
            : [`${container} ended with exit code ${numberAt(ended, 0, "exitCode")} (${textAt(ended, "reason")})`];
    });
    return [...unscheduled, ...containers];
}

function stillStarting(pods: readonly Json[] = []): readonly string[] {
    return pods.filter(pod => !isTrue(pod, "Ready")).flatMap(podReasons);
}

/** Whether the controller has seen the latest change. */
function isObserved(object: Json): boolean {
    return numberAt(object, 0, "status", "observedGeneration") >= numberAt(object, 1, "metadata", "generation");
}

function deployment(object: Json, { pods }: Related): Readiness {
    const wanted = numberAt(object, 1, "spec", "replicas");
    const [updated, available, all] = ["updatedReplicas", "availableReplicas", "replicas"].map(field =>
        numberAt(object, 0, "status", field),
    ) as [number, number, number];
    if (!isObserved(object)) {
        return waiting("waiting for the Deployment controller");
    }
    if (updated >= wanted && available >= wanted && all <= wanted) {
        return READY;
    }
    const refused = condition(object, "ReplicaFailure");
    const reasons = [
        `${Math.min(updated, available)} of ${wanted} pods are available`,
        ...(textAt(refused, "status") === "True" ? [textAt(refused, "message")] : []),
        ...stillStarting(pods),
    ];
    const progressing = condition(object, "Progressing");
    return textAt(progressing, "reason") === "ProgressDeadlineExceeded" ? failed(...reasons) : waiting(...reasons);
}

function statefulSet(object: Json, { pods }: Related): Readiness {
    const wanted = numberAt(object, 1, "spec", "replicas");
    const [ready, updated] = ["readyReplicas", "updatedReplicas"].map(field =>
        numberAt(object, 0, "status", field),
    ) as [number, number];
    const waits = textAt(object, "spec", "updateStrategy", "type") !== "OnDelete";
    if (isObserved(object) && ready >= wanted && (!waits || updated >= wanted)) {
        return READY;
    }
    return waiting(`${Math.min(ready, updated)} of ${wanted} pods are ready`, ...stillStarting(pods));
}

function daemonSet(object: Json, { pods }: Related): Readiness {
    const wanted = numberAt(object, 0, "status", "desiredNumberScheduled");
    const [available, updated] = ["numberAvailable", "updatedNumberScheduled"].map(field =>
        numberAt(object, 0, "status", field),
    ) as [number, number];
    if (isObserved(object) && available >= wanted && updated >= wanted) {
        return READY;
    }
    return waiting(`${Math.min(available, updated)} of ${wanted} pods are available`, ...stillStarting(pods));
}

function service(object: Json, { endpointSlices = [] }: Related): Readiness {
    const type = textAt(object, "spec", "type");
    if (type === "LoadBalancer" && listAt(object, "status", "loadBalancer", "ingress").length === 0) {
        return waiting("the load balancer has no address yet");
    }
    const isRouted = at(object, "spec", "selector") !== undefined && textAt(object, "spec", "clusterIP") !== "None";
    if (type === "ExternalName" || !isRouted) {
        return READY;
    }
    const endpoints = endpointSlices.flatMap(slice => listAt(slice, "endpoints"));
    return endpoints.some(endpoint => at(endpoint, "conditions", "ready") !== false)
        ? READY
        : waiting("no pod that the Service selects is ready");
}

function job(object: Json, { pods }: Related): Readiness {
    if (isTrue(object, "Failed")) {
        return failed(`the Job failed: ${textAt(condition(object, "Failed"), "message")}`, ...stillStarting(pods));
    }
    const isSuspended = at(object, "spec", "suspend") === true;
    const isDone = isSuspended || isTrue(object, "Complete");
    return isDone ? READY : waiting("the Job has not finished", ...stillStarting(pods));
}

function pod(object: Json): Readiness {
    const phase = textAt(object, "status", "phase");
    if (phase === "Succeeded" || isTrue(object, "Ready")) {
        return READY;
    }
    const reasons = [`the Pod is ${phase || "not seen yet"}`, ...podReasons(object)];
    return phase === "Failed" ? failed(...reasons) : waiting(...reasons);
}

function claim(object: Json, { bindingMode }: Related): Readiness {
    const isBound = textAt(object, "status", "phase") === "Bound" || bindingMode === "WaitForFirstConsumer";
    return isBound ? READY : waiting("the claim is not bound to a volume");
}

/** Kinds that are waited for, by `group/Kind`. All others are ready when they exist. */
const JUDGES: Readonly<Record<string, (object: Json, related: Related) => Readiness>> = {
    "/Namespace": object =>
        textAt(object, "status", "phase") === "Active" ? READY : waiting("the Namespace is not active"),
    "/PersistentVolumeClaim": claim,
    "/Pod": pod,
    "/Service": service,
    "apiextensions.k8s.io/CustomResourceDefinition": object =>
        isTrue(object, "Established") ? READY : waiting("the definition is not served yet"),
    "apps/DaemonSet": daemonSet,
    "apps/Deployment": deployment,
    "apps/StatefulSet": statefulSet,
    "batch/Job": job,
};

/** `group/Kind` of an object. */
export function groupKind(object: Json): string {
    const apiVersion = textAt(object, "apiVersion");
    return `${apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : ""}/${textAt(object, "kind")}`;
}

/** Whether an object is waited for at all. */
export function isAwaited(object: Json): boolean {
    return groupKind(object) in JUDGES;
}

/** How far an object is. */
export function readiness(object: Json, related: Related): Readiness {
    return JUDGES[groupKind(object)]?.(object, related) ?? READY;
}
