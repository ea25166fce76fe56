import { setTimeout as sleep } from "node:timers/promises";
import { Host } from "../provider";
import { asText, at, isObject, Json, listAt, Properties, textAt } from "../values";
import { Cluster } from "./cluster";
import { annotation } from "./objects";
import { groupKind, isAwaited, readiness, Related } from "./readiness";

const DEFAULT_TIMEOUT_SECONDS = 600;
const FIRST_POLL_MILLISECONDS = 200;
const LONGEST_POLL_MILLISECONDS = 1500;
const EVENTS_SHOWN = 5;
const REASONS_SHOWN = 2;

const POD = { apiVersion: "v1", kind: "Pod", plural: "pods", isNamespaced: true };
const EVENT = { apiVersion: "v1", kind: "Event", plural: "events", isNamespaced: true };
const SLICE = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    plural: "endpointslices",
    isNamespaced: true,
};

/** How long to wait for an object, in seconds: the resource's own `customTimeouts`, then its annotation, then 600. */
export function timeoutSeconds(object: Json, custom: number): number {
    const annotated = Number(annotation(object, "pulumi.com/timeoutSeconds"));
    return custom > 0 ? custom : annotated > 0 ? annotated : DEFAULT_TIMEOUT_SECONDS;
}

/** Whether the user asks not to wait. */
export function skipsWaiting(object: Json): boolean {
    return annotation(object, "pulumi.com/skipAwait") === "true";
}

/** A label selector as the API takes it in a query. */
export function selectorQuery(selector: Json | undefined): string {
    const labels = at(selector, "matchLabels");
    const equals = Object.entries(isObject(labels) ? labels : {}).map(([key, value]) => `${key}=${asText(value)}`);
    const expressions = listAt(selector, "matchExpressions").map(expression => {
        const [key, operator] = [textAt(expression, "key"), textAt(expression, "operator")];
        const values = `(${listAt(expression, "values").map(String).join(",")})`;
        return { In: `${key} in ${values}`, NotIn: `${key} notin ${values}`, Exists: key }[operator] ?? `!${key}`;
    });
    return [...equals, ...expressions].join(",");
}

/** The wait ended without the object being ready. */
export class GaveUp extends Error {
    constructor(
        readonly live: Properties,
        readonly reasons: readonly string[],
    ) {
        super(reasons.join("; "));
    }
}

/** Waits for objects of one cluster. */
export class Waiter {
    constructor(
        private readonly cluster: Cluster,
        private readonly host: Host,
    ) {}

    /** Waits until an object is ready, showing what is missing. @throws GaveUp */
    async untilReady(urn: string, applied: Properties, inputs: Json, customSeconds: number): Promise<Properties> {
        if (skipsWaiting(inputs) || !isAwaited(applied)) {
            return applied;
        }
        const limit = timeoutSeconds(inputs, customSeconds);
        const pause = new Pause(limit);
        let shown = "";
        for (let live = applied; ;) {
            const { isReady, hasFailed = false, reasons } = readiness(live, await this.related(live));
            if (isReady) {
                return live;
            }
            if (hasFailed || pause.isOver || this.host.cancelled.aborted) {
                const late = `not ready after ${limit} s (customTimeouts, or pulumi.com/timeoutSeconds)`;
                const why = hasFailed ? "failed" : pause.isOver ? late : "cancelled while waiting";
                throw new GaveUp(live, [why, ...reasons, ...(await this.warnings(live))]);
            }
            const progress = `waiting: ${reasons.slice(0, REASONS_SHOWN).join("; ")}`;
            if (progress !== shown) {
                shown = progress;
                await this.host.progress(urn, progress);
            }
            await pause.next();
            const found = await this.cluster.find(live);
            if (found === undefined) {
                throw new GaveUp(live, ["somebody deleted it meanwhile"]);
            }
            live = found;
        }
    }

    /** Waits until an object is gone, or another one has taken its name. @throws GaveUp */
    async untilGone(urn: string, before: Properties, customSeconds: number): Promise<void> {
        const limit = timeoutSeconds(before, customSeconds);
        const pause = new Pause(limit);
        for (let isShown = false; ; isShown = true) {
            const found = await this.cluster.find(before);
            if (found === undefined || textAt(found, "metadata", "uid") !== textAt(before, "metadata", "uid")) {
                return;
            }
            if (pause.isOver || this.host.cancelled.aborted) {
                const finalizers = listAt(found, "metadata", "finalizers").map(String);
                throw new GaveUp(found, [`not deleted; finalizers left: ${finalizers.join(", ") || "none"}`]);
            }
            if (!isShown) {
                await this.host.progress(urn, "waiting for it to be deleted");
            }
            await pause.next();
        }
    }

    private async related(live: Json): Promise<Related> {
        const namespace = textAt(live, "metadata", "namespace");
        switch (groupKind(live)) {
            case "apps/Deployment":
            case "apps/StatefulSet":
            case "apps/DaemonSet":
            case "batch/Job": {
                const labelSelector = selectorQuery(at(live, "spec", "selector"));
                return { pods: await this.cluster.list(POD, namespace, { labelSelector }) };
            }
            case "/Service": {
                const labelSelector = `kubernetes.io/service-name=${textAt(live, "metadata", "name")}`;
                return { endpointSlices: await this.cluster.list(SLICE, namespace, { labelSelector }) };
            }
            case "/PersistentVolumeClaim": {
                const name = textAt(live, "spec", "storageClassName");
                const path = `/apis/storage.k8s.io/v1/storageclasses/${encodeURIComponent(name)}`;
                const found = name === "" ? undefined : await this.cluster.client.find(path);
                return { bindingMode: textAt(found, "volumeBindingMode") };
            }
            default:
                return {};
        }
    }

    /** The newest warnings about an object and its pods, for the error message. */
    private async warnings(live: Json): Promise<readonly string[]> {
        const namespace = textAt(live, "metadata", "namespace");
        const { pods = [] } = await this.related(live);
        const names = new Set([live, ...pods].map(object => textAt(object, "metadata", "name")));
        const events =
            namespace === "" ? [] : await this.cluster.list(EVENT, namespace, { fieldSelector: "type=Warning" });
        const messages = events
            .filter(event => names.has(textAt(event, "involvedObject", "name")))
            .map(
                event =>
                    `${textAt(event, "involvedObject", "name")}: ${textAt(event, "reason")}: ${textAt(event, "message")}`,
            );
        return [...new Set(messages)].slice(-EVENTS_SHOWN);
    }
}

/** Growing pauses within a limit. */
class Pause {
    private readonly end: number;
    private length = FIRST_POLL_MILLISECONDS;

    constructor(limitSeconds: number) {
        this.end = Date.now() + limitSeconds * 1000;
    }

    get isOver(): boolean {
        return Date.now() >= this.end;
    }

    async next(): Promise<void> {
        await sleep(Math.min(this.length, Math.max(0, this.end - Date.now())));
        this.length = Math.min(this.length * 1.5, LONGEST_POLL_MILLISECONDS);
    }
}
