import { Path } from "../diff";
import { at, Properties, textAt } from "../values";

/** Fields that the API server lets nobody change after creation, by `group/Kind`. */
const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
    "/PersistentVolume": [
        "spec.hostPath",
        "spec.local",
        "spec.nfs",
        "spec.csi",
        "spec.iscsi",
        "spec.rbd",
        "spec.cephfs",
    ],
    "/PersistentVolumeClaim": ["spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"],
    "/ResourceQuota": ["spec.scopes"],
    "/Secret": ["type"],
    "/Service": ["spec.clusterIP"],
    "apps/DaemonSet": ["spec.selector"],
    "apps/Deployment": ["spec.selector"],
    "apps/ReplicaSet": ["spec.selector"],
    "apps/StatefulSet": [
        "spec.podManagementPolicy",
        "spec.revisionHistoryLimit",
        "spec.selector",
        "spec.serviceName",
        "spec.volumeClaimTemplates",
    ],
    "batch/Job": ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
    "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
    "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
    "storage.k8s.io/StorageClass": ["parameters", "provisioner"],
};

/** Of a Pod, only these change in place, as with the released provider. */
const MUTABLE_IN_PODS = ["spec.activeDeadlineSeconds", "spec.tolerations"];

/** Whether ConfigMaps and Secrets change in place. */
export interface Mutability {
    readonly configMapsAreMutable: boolean;
    readonly secretsAreMutable: boolean;
}

/** Whether a changed place in an object needs a new object. */
export function needsNewObject(object: Properties, path: Path, mutability: Mutability): boolean {
    const place = path.join(".");
    const isWithin = (field: string): boolean => place === field || place.startsWith(`${field}.`);
    if (["metadata.name", "metadata.namespace"].includes(place)) {
        return true;
    }
    const apiVersion = textAt(object, "apiVersion");
    const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
    const kind = `${group}/${textAt(object, "kind")}`;
    const isFrozen = at(object, "immutable") === true;
    if (kind === "/ConfigMap" && (isFrozen || !mutability.configMapsAreMutable)) {
        return isWithin("data") || isWithin("binaryData");
    }
    if (kind === "/Secret" && (isFrozen || !mutability.secretsAreMutable)) {
        return isWithin("data") || isWithin("stringData") || isWithin("type");
    }
    if (kind === "/Pod") {
        return isWithin("spec") && !MUTABLE_IN_PODS.some(isWithin);
    }
    return (IMMUTABLE[kind] ?? []).some(isWithin);
}
