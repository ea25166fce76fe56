import { at, Properties, textAt } from "../values";
import { Unreachable } from "./client";
import { Cluster } from "./cluster";
import { UnknownKind } from "./kinds";
import { withMetadata } from "./objects";

/** Kinds outside namespaces, for when the cluster cannot be asked. */
const CLUSTER_WIDE = [
    "APIService",
    "ClusterIssuer",
    "ClusterQueue",
    "ClusterRole",
    "ClusterRoleBinding",
    "CSIDriver",
    "CustomResourceDefinition",
    "DeviceClass",
    "GatewayClass",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "ResourceFlavor",
    "ResourceSlice",
    "RuntimeClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttributesClass",
];

/** Whether objects of this kind live in namespaces. A kind that the cluster does not know yet is taken for one. */
export async function isNamespacedKind(object: Properties, cluster: Cluster | Unreachable): Promise<boolean> {
    if (cluster instanceof Unreachable) {
        return !CLUSTER_WIDE.includes(textAt(object, "kind"));
    }
    try {
        return (await cluster.kindOf(object)).isNamespaced;
    } catch (error) {
        if (error instanceof UnknownKind) {
            return !CLUSTER_WIDE.includes(textAt(object, "kind"));
        }
        throw error;
    }
}

/** The object in its namespace, or in `otherwise` when it names none. */
export function namespaced(object: Properties, otherwise: string): Properties {
    return at(object, "metadata", "namespace") === undefined ? withMetadata(object, { namespace: otherwise }) : object;
}
