import type * as pulumi from "@pulumi/pulumi";
import { type ConnectionArgs, Metal, Rollout } from "../../provider";
import { AuditCertificates } from "../cluster/audit/certificates";
import { auditPeers, auditRoles } from "../cluster/audit/roles";
import { clusterRoles } from "../cluster/host/roles";
import { controlPlaneHosts } from "../cluster/kubeadm/inputs";
import type { Secrets } from "../site/load";
import type { Site, SiteHost } from "../site/site";
import { driftMetrics } from "./driftMetrics";
import { gateTools, hostGates } from "./gates/site";
import { connectionOf, ManagedHost } from "./host";

/** Arguments of `makeFleet`. */
export interface FleetArgs {
    readonly site: Site;
    readonly secrets: Pick<Secrets, "sshPrivateKey" | "kubeconfig">;
}

/** The managed hosts of a site. */
export interface Fleet {
    /** Their provider, and that of their gates and of the cluster on them. Undefined where no host is managed. */
    readonly provider?: Metal;
    /** By the name of the host. */
    readonly hosts: ReadonlyMap<string, ManagedHost>;
    /** How a host is reached. Throws where it has no host key. */
    readonly connection: (host: SiteHost) => ConnectionArgs;
    /** What stands after all of them. Undefined where no host is managed. */
    readonly rollout?: Rollout;
}

/** Makes the managed hosts of a site, behind one provider that lets changes go through them in turns. */
export function makeFleet({ site, secrets }: FleetArgs): Fleet {
    const access = { access: site.access, privateKey: secrets.sshPrivateKey };
    const connection = (host: SiteHost): ConnectionArgs => connectionOf({ host, ...access });
    const managed = site.hosts.filter(host => host.managed);
    if (managed.length === 0) {
        return { hosts: new Map(), connection };
    }
    const provider = new Metal(`${site.name}-metal`, {
        ...(site.rollout === undefined ? {} : { rollout: site.rollout }),
        ...wayToCluster({ site, secrets }, connection),
    });
    const wanted = hostGates(site);
    const metrics = site.driftMetrics === undefined ? [] : [driftMetrics(site.driftMetrics)];
    const peers = auditPeers(site).map(({ name }) => name);
    const audit =
        peers.length === 0 ? undefined : new AuditCertificates(`${site.name}-audit`, { site: site.name, hosts: peers });
    const hosts = managed.map(host => {
        const checks = wanted[host.name]?.checks;
        const roles = [
            { role: "gate", items: gateTools(host, wanted) },
            ...metrics.map(items => ({ role: "driftMetrics", items })),
            ...clusterRoles(site, host),
            ...auditRoles(site, host),
        ];
        const files = audit?.files(host.name);
        const args = { host, site, roles, ...access, ...(files && { files }), ...(checks && { gates: checks }) };
        return [host.name, new ManagedHost(host.name, args, { providers: [provider] })] as const;
    });
    const names = managed.map(({ name }) => name);
    const dependsOn = hosts.map(([, host]) => host);
    const rollout = new Rollout(`${site.name}-rollout`, { hosts: names }, { provider, dependsOn });
    return { provider, hosts: new Map(hosts), connection, rollout };
}

/** Where metal finds the cluster whose nodes hosts are: a cluster of Seamount's own on the hosts themselves. */
function wayToCluster(
    { site, secrets }: FleetArgs,
    connection: Fleet["connection"],
): { kubeconfig?: pulumi.Output<string>; kubeconfigFile?: string; controlPlane?: ConnectionArgs[] } {
    if (site.cluster.mode === "kubeadm") {
        return { controlPlane: controlPlaneHosts(site).map(connection) };
    }
    const { kubeconfigFile } = site.cluster;
    return {
        ...(secrets.kubeconfig === undefined ? {} : { kubeconfig: secrets.kubeconfig }),
        ...(kubeconfigFile === undefined ? {} : { kubeconfigFile }),
    };
}
