import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess, Tenant } from "../../site/cluster";
import { priorityClasses, type PriorityLevel } from "./priorities";
import { siteRoles } from "./roles";
import { tenantManifests, type TenantSettings } from "./tenant";

/** Arguments of `Tenancy`. */
export interface TenancyArgs {
    /** Namespace of the site's models. */
    readonly namespace: string;
    /** That namespace, once it exists. */
    readonly namespaceReady: pulumi.Input<string>;
    /** Who may do what. Unset: nobody beyond the cluster's own certificate, and no roles. */
    readonly access?: ClusterAccess;
    /** @default [] */
    readonly tenants?: readonly Tenant[];
    /** Extended resources that are GPUs. @default ["nvidia.com/gpu"] */
    readonly gpuResources?: readonly string[];
}

/** Who may do what in a cluster, who gets how much of it, and whose work goes first. `opts.providers` must name it. */
export class Tenancy extends pulumi.ComponentResource {
    /** Names of the priority classes, once they exist. */
    public readonly priorityClasses: Readonly<Record<PriorityLevel, pulumi.Output<string>>>;

    public constructor(name: string, args: TenancyArgs, opts?: pulumi.ComponentResourceOptions) {
        const { namespace, access, tenants = [], gpuResources = ["nvidia.com/gpu"] } = args;
        super("seamount:cluster:Tenancy", name, { namespace, tenants: tenants.map(tenant => tenant.name) }, opts);
        const child = { parent: this };
        const classes = priorityClasses(namespace);
        const made = (level: PriorityLevel): pulumi.Output<string> =>
            // All of a class but its description is immutable, and no two classes can have one name.
            new k8s.scheduling.v1.PriorityClass(`${name}-${level}`, classes[level], {
                parent: this,
                deleteBeforeReplace: true,
            }).metadata.name;
        this.priorityClasses = { serving: made("serving"), batch: made("batch"), preemptible: made("preemptible") };
        if (access !== undefined) {
            this.roles(name, namespace, access, args.namespaceReady);
        }
        tenants.forEach(tenant => {
            new TenantNamespace(
                `${name}-${tenant.name}`,
                { tenant, settings: { servingNamespace: namespace, gpuResources } },
                child,
            );
        });
        this.registerOutputs({ priorityClasses: this.priorityClasses });
    }

    private roles(name: string, namespace: string, access: ClusterAccess, ready: pulumi.Input<string>): void {
        const { clusterRoles, clusterBindings, modelOperator } = siteRoles(namespace, access, ready);
        const { ClusterRole, ClusterRoleBinding, Role, RoleBinding } = k8s.rbac.v1;
        const bound = (role: pulumi.Resource) => ({ parent: this, dependsOn: [role], deleteBeforeReplace: true });
        for (const key of ["platformOperator", "auditor"] as const) {
            const role = new ClusterRole(`${name}-${key}`, clusterRoles[key], { parent: this });
            new ClusterRoleBinding(`${name}-${key}`, clusterBindings[key], bound(role));
        }
        const role = new Role(`${name}-modelOperator`, modelOperator.role, { parent: this });
        new RoleBinding(`${name}-modelOperator`, modelOperator.binding, bound(role));
    }
}

/** Arguments of `TenantNamespace`. */
export interface TenantNamespaceArgs {
    readonly tenant: Tenant;
    readonly settings: TenantSettings;
}

/** One tenant: its namespace, closed and limited before its groups get in. */
export class TenantNamespace extends pulumi.ComponentResource {
    public constructor(name: string, args: TenantNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
        super("seamount:cluster:TenantNamespace", name, { namespace: args.tenant.name }, opts);
        const all = tenantManifests(args.tenant, args.settings);
        const namespace = new k8s.core.v1.Namespace(`${name}-namespace`, all.namespace, { parent: this });
        const inside = { parent: this, dependsOn: [namespace] };
        const fences = [
            ...Object.entries(all.networkPolicies).map(
                ([key, manifest]) => new k8s.networking.v1.NetworkPolicy(`${name}-${key}`, manifest, inside),
            ),
            ...Object.entries(all.quotas).map(
                ([key, manifest]) =>
                    new k8s.core.v1.ResourceQuota(`${name}-${key}`, manifest, {
                        ...inside,
                        // The scopes of a quota are immutable, and no two can have one name.
                        deleteBeforeReplace: true,
                    }),
            ),
            new k8s.core.v1.LimitRange(`${name}-limits`, all.limits, inside),
            // What runs without an account of its own is no client of the API.
            new k8s.core.v1.ServiceAccountPatch(
                `${name}-default-account`,
                {
                    metadata: { name: "default", namespace: namespace.metadata.name },
                    automountServiceAccountToken: false,
                },
                inside,
            ),
        ];
        const role = new k8s.rbac.v1.Role(`${name}-role`, all.role, inside);
        new k8s.rbac.v1.RoleBinding(`${name}-binding`, all.binding, {
            parent: this,
            dependsOn: [role, ...fences],
            deleteBeforeReplace: true,
        });
        this.registerOutputs({});
    }
}
