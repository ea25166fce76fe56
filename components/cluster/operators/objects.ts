import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { OperatorObject } from "./resources";

type Maker = (name: string, object: OperatorObject, options: pulumi.CustomResourceOptions) => pulumi.CustomResource;

/** Kinds of Kubernetes' own that Seamount makes for operators. */
const own: Readonly<Record<string, Maker>> = {
    ServiceAccount: (name, object, options) =>
        new k8s.core.v1.ServiceAccount(name, object as k8s.types.input.core.v1.ServiceAccount, options),
    ClusterRole: (name, object, options) =>
        new k8s.rbac.v1.ClusterRole(name, object as k8s.types.input.rbac.v1.ClusterRole, options),
    ClusterRoleBinding: (name, object, options) =>
        new k8s.rbac.v1.ClusterRoleBinding(name, object as k8s.types.input.rbac.v1.ClusterRoleBinding, options),
    DaemonSet: (name, object, options) =>
        new k8s.apps.v1.DaemonSet(name, object as k8s.types.input.apps.v1.DaemonSet, options),
};

/** Makes one object of an operator, named after it, its kind and its own name. */
export function makeObject(
    prefix: string,
    object: OperatorObject,
    options: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
    const name = `${prefix}-${object.kind}-${object.metadata.name}`;
    const maker = own[object.kind];
    return maker === undefined
        ? new k8s.apiextensions.CustomResource(name, { ...object }, options)
        : maker(name, object, options);
}
