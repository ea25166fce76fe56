/**
 * The fields of a container that rules look at. Written here, because the engine compiles the pack at every start and
 * the SDK's own types of Kubernetes would take it many seconds.
 */
export interface Container {
    readonly name?: string;
    readonly image?: string;
    readonly securityContext?: unknown;
    readonly ports?: unknown;
    readonly lifecycle?: unknown;
    readonly livenessProbe?: unknown;
    readonly readinessProbe?: unknown;
    readonly startupProbe?: unknown;
}

/** The fields of a pod's spec that rules look at. */
export interface PodSpec {
    readonly hostNetwork?: boolean;
    readonly hostPID?: boolean;
    readonly hostIPC?: boolean;
    readonly securityContext?: unknown;
    readonly volumes?: unknown;
    readonly initContainers?: readonly Container[];
    readonly containers?: readonly Container[];
    readonly ephemeralContainers?: readonly Container[];
}

/** A pod, wherever it was found. */
export interface PodView {
    /** Where in the resource the pod's spec is, e.g. `spec.template.spec`. */
    readonly path: string;
    readonly spec: PodSpec;
    readonly annotations: Readonly<Record<string, string>>;
    readonly labels: Readonly<Record<string, string>>;
}

/** Path from a resource to the object that has the pod's `metadata` and `spec`, by kind. */
const POD_PATHS: Readonly<Record<string, readonly string[]>> = {
    Pod: [],
    PodTemplate: ["template"],
    Deployment: ["spec", "template"],
    StatefulSet: ["spec", "template"],
    DaemonSet: ["spec", "template"],
    ReplicaSet: ["spec", "template"],
    ReplicationController: ["spec", "template"],
    Job: ["spec", "template"],
    CronJob: ["spec", "jobTemplate", "spec", "template"],
};

/**
 * The pod that a resource would run, or undefined where it runs none. One view for every kind that holds a pod, so that
 * no rule is written per kind. Kinds ending in `Patch` are seen too: they change pods of others.
 * @param type Pulumi's type, e.g. `kubernetes:apps/v1:Deployment`
 */
export function podOf(type: string, props: unknown): PodView | undefined {
    const [, kind = ""] = /^kubernetes:(?:core|apps|batch|extensions)\/[^:]+:([A-Za-z]+?)(?:Patch)?$/.exec(type) ?? [];
    const path = POD_PATHS[kind];
    if (path === undefined) {
        return undefined;
    }
    return view([...path, "spec"].join("."), at(props, path));
}

function view(path: string, pod: unknown): PodView {
    const record = isRecord(pod) ? pod : {};
    const metadata = isRecord(record.metadata) ? record.metadata : {};
    return {
        path,
        spec: isRecord(record.spec) ? record.spec : {},
        annotations: strings(metadata.annotations),
        labels: strings(metadata.labels),
    };
}

/** Paths to what sets of groups make pods from, in one set. */
const GROUP_PATHS = ["leaderTemplate", "workerTemplate"].map(template => ["leaderWorkerTemplate", template]);

/** Every pod that a resource would run: groups have leaders and workers, and sets of several roles have them by role. */
export function podsOf(type: string, props: unknown): readonly PodView[] {
    const [, kind] =
        /^kubernetes:(?:leaderworkerset|disaggregatedset)\.x-k8s\.io\/[^:]+:([A-Za-z]+?)(?:Patch)?$/.exec(type) ?? [];
    if (kind === undefined) {
        const pod = podOf(type, props);
        return pod === undefined ? [] : [pod];
    }
    const spec = at(props, ["spec"]);
    const roles = at(spec, ["roles"]);
    const sets: readonly (readonly [string, unknown])[] = Array.isArray(roles)
        ? roles.map((role: unknown, index) => [`spec.roles[${index}].spec`, at(role, ["spec"])] as const)
        : [["spec", spec]];
    return sets.flatMap(([path, set]) =>
        GROUP_PATHS.flatMap(keys => {
            const template = at(set, keys);
            return template === undefined ? [] : [view([path, ...keys, "spec"].join("."), template)];
        }),
    );
}

const at = (value: unknown, keys: readonly string[]): unknown =>
    keys.reduce<unknown>((object, key) => (isRecord(object) ? object[key] : undefined), value);

/** Reports a resource that makes pods which no rule can see. */
export function reportHidden(type: string, report: (message: string) => void): void {
    if (/^kubernetes:helm\.sh\/v3:Release$/.test(type)) {
        report("the pods of a Helm release cannot be seen before they are made: use kubernetes:helm.sh/v4:Chart");
    }
}

/** Containers of every sort, each with its path in the resource. */
export function containersOf({ path, spec }: PodView): { readonly path: string; readonly container: Container }[] {
    const lists = [
        ["initContainers", spec.initContainers],
        ["containers", spec.containers],
        ["ephemeralContainers", spec.ephemeralContainers],
    ] as const;
    return lists.flatMap(([list, containers]) =>
        [...(containers ?? [])].map(container => ({
            path: `${path}.${list}[${JSON.stringify(container.name)}]`,
            container: container,
        })),
    );
}

/** Whether a value is an object with fields. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

function strings(value: unknown): Readonly<Record<string, string>> {
    return isRecord(value) ? (value as Readonly<Record<string, string>>) : {};
}
