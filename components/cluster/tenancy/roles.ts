import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import type { ClusterAccess } from "../../site/cluster";
import { auditorRules, modelOperatorRules, platformOperatorRules } from "./rules";

type ClusterRole = types.input.rbac.v1.ClusterRole;
type ClusterRoleBinding = types.input.rbac.v1.ClusterRoleBinding;
type Role = types.input.rbac.v1.Role;
type RoleBinding = types.input.rbac.v1.RoleBinding;

const LABELS = { "app.kubernetes.io/managed-by": "seamount" };
const RBAC = "rbac.authorization.k8s.io";

/** Groups as subjects of a binding. */
export function groupSubjects(groups: readonly string[]): types.input.rbac.v1.Subject[] {
    return groups.map(name => ({ apiGroup: RBAC, kind: "Group", name }));
}

/** A role of one namespace. */
export function namespacedRole(namespace: Input<string>, name: string, rules: Role["rules"]): Role {
    return { metadata: { name, namespace, labels: LABELS }, rules };
}

/** The binding of groups to a role of one namespace. */
export function namespacedBinding(namespace: Input<string>, role: string, groups: readonly string[]): RoleBinding {
    return {
        metadata: { name: role, namespace, labels: LABELS },
        roleRef: { apiGroup: RBAC, kind: "Role", name: role },
        subjects: groupSubjects(groups),
    };
}

/** Roles and bindings of those who run a site. A role is there without anybody in it. */
export interface SiteRoles {
    readonly clusterRoles: Readonly<Record<"platformOperator" | "auditor", ClusterRole>>;
    readonly clusterBindings: Readonly<Record<"platformOperator" | "auditor", ClusterRoleBinding>>;
    readonly modelOperator: { readonly role: Role; readonly binding: RoleBinding };
}

/**
 * The roles of a site.
 * @param namespace of the site's models; cluster-wide names carry it
 * @param inside that namespace, once it exists
 */
export function siteRoles(namespace: string, access: ClusterAccess, inside: Input<string> = namespace): SiteRoles {
    const clusterRole = (role: string, rules: ClusterRole["rules"]): ClusterRole => ({
        metadata: { name: `${namespace}:${role}`, labels: LABELS },
        rules,
    });
    const binding = (role: string, groups: readonly string[]): ClusterRoleBinding => ({
        metadata: { name: `${namespace}:${role}`, labels: LABELS },
        roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: `${namespace}:${role}` },
        subjects: groupSubjects(groups),
    });
    return {
        clusterRoles: {
            platformOperator: clusterRole("platform-operator", [...platformOperatorRules]),
            auditor: clusterRole("auditor", [...auditorRules]),
        },
        clusterBindings: {
            platformOperator: binding("platform-operator", access.platformOperators),
            auditor: binding("auditor", access.auditors),
        },
        modelOperator: {
            role: namespacedRole(inside, "model-operator", [...modelOperatorRules]),
            binding: namespacedBinding(inside, "model-operator", access.modelOperators),
        },
    };
}
