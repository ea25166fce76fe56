/** A Kubernetes object as plain data. */
export interface PlainObject<Spec = unknown> {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: {
        readonly name: string;
        readonly namespace?: string;
        readonly labels?: Readonly<Record<string, string>>;
    };
    readonly spec: Spec;
}

/** A toleration of a pod. */
export interface Toleration {
    readonly key?: string;
    readonly operator: "Exists" | "Equal";
    readonly effect?: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

/** A container image as NVIDIA's operators want it. A version that begins with `sha256:` is a digest. */
export interface OperandImage {
    readonly repository: string;
    readonly image: string;
    readonly version: string;
}
