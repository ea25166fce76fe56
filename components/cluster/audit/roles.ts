import type { RoleItems } from "../../host/merge";
import { packageManagers, systemOf } from "../../site/repositories";
import type { Site, SiteHost } from "../../site/site";
import { auditCollector } from "./collector";
import { auditSender, type AuditTarget } from "./sender";

/**
 * What a host does for the audit log: those of the control plane send theirs, and the collector keeps them. Nothing
 * where the site ships it nowhere.
 */
export function auditRoles(site: Pick<Site, "cluster" | "hosts">, host: SiteHost): readonly RoleItems[] {
    const audit = site.cluster.kubeadm?.audit;
    const target = auditTarget(site);
    if (audit === undefined || target === undefined) {
        return [];
    }
    const senders = site.hosts.filter(({ role }) => role === "control-plane");
    const packages = packageManagers[systemOf(host)];
    return [
        ...(senders.includes(host) ? [{ role: "audit", items: auditSender({ target, packages }) }] : []),
        ...(host.name === audit.collector
            ? [{ role: "audit collector", items: auditCollector({ senders, retentionDays: audit.retentionDays }) }]
            : []),
    ];
}

/** Hosts that need a certificate for the audit log: senders and their collector. None where there is no collector. */
export function auditPeers(site: Pick<Site, "cluster" | "hosts">): readonly SiteHost[] {
    const collector = site.cluster.kubeadm?.audit.collector;
    return collector === undefined
        ? []
        : site.hosts.filter(({ name, role }) => role === "control-plane" || name === collector);
}

function auditTarget({ cluster, hosts }: Pick<Site, "cluster" | "hosts">): AuditTarget | undefined {
    const { collector, server } = cluster.kubeadm?.audit ?? {};
    const host = hosts.find(({ name }) => name === collector);
    if (host !== undefined) {
        return { kind: "collector", address: host.address, name: host.name };
    }
    return server === undefined ? undefined : { kind: "server", server };
}
