import * as pulumi from "@pulumi/pulumi";
import { Cluster } from "../../../components/cluster/cluster";
import { Tenancy } from "../../../components/cluster/tenancy/tenancy";
import type { ClusterAccess, Tenant } from "../../../components/site/cluster";

const config = new pulumi.Config();
const namespace = config.require("namespace");
const cluster = new Cluster("tenancy", {
    site: "tenancy",
    cluster: { mode: "existing", namespace, kubeconfigFile: config.require("kubeconfigFile") },
});
new Tenancy(
    "tenancy",
    {
        namespace,
        namespaceReady: cluster.namespace,
        access: config.requireObject<ClusterAccess>("access"),
        tenants: config.requireObject<readonly Tenant[]>("tenants"),
    },
    { providers: [cluster.provider] },
);
