/** Name of the gateway's own objects in the namespace of model services. */
export const GATEWAY_NAME = "gateway";
/** Labels of the gateway's pods. */
export const GATEWAY_LABELS = {
    "app.kubernetes.io/name": "gateway",
    "app.kubernetes.io/component": "gateway",
} as const;
/** Label of the pods that pick a replica for each request, where the gateway is Envoy. */
export const PICKER_COMPONENT = { "app.kubernetes.io/component": "endpoint-picker" } as const;
/** Labels of all objects that Seamount makes. */
export const MANAGED = { "app.kubernetes.io/managed-by": "seamount" } as const;
/** Annotation of the gateway by which policies see how long the record of requests is kept, in days. */
export const AUDIT_RETENTION_ANNOTATION = "seamount.dev/audit-retention-days";
/** Annotation that says why prompts and answers are recorded. Not there: they are not. */
export const AUDIT_TEXT_ANNOTATION = "seamount.dev/audit-text-reason";
/** Least days that the record of requests is kept: six months. */
export const LEAST_RETENTION_DAYS = 180;

/** Namespace in which Envoy Gateway runs its proxies. */
export const ENVOY_NAMESPACE = "envoy-gateway-system";
/** Namespace that metrics are read from. */
export const MONITORING_NAMESPACE = "monitoring";
/** Label that Kubernetes gives every namespace. */
export const NAMESPACE_LABEL = "kubernetes.io/metadata.name";

/** Path below which a model's OpenAI API is: clients give it as the base address, `https://host/deepseek-r1/v1`. */
export const modelPath = (name: string): string => `/${name}/v1`;
/** Name of the Service that resolves to every ready replica of a model. */
export const replicasService = (name: string): string => `${name}-replicas`;
/** Name of the endpoint picker of a model. */
export const pickerName = (name: string): string => `${name}-picker`;
