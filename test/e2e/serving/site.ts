import type { RawSite } from "../stack";
import type { Issuer } from "./tokens";

/** Namespace of the models and of the gateway. */
export const namespace = "e2e-serving";
/** Where the gateway answers. */
export const door = { host: "10.88.1.11", port: 30643 } as const;
/** Model that is really served, by as many replicas. */
export const served = { name: "tiny-deepseek", replicas: 2 } as const;
/** Model on simulated nodes: somebody else's. */
export const foreign = "deepseek-r1";
/** Nodes with real kubelets. */
export const nodes = ["node-1", "node-2"] as const;
/** Largest request body in KiB. */
export const maxRequestKiB = 64;
/** Copies of the gateway. */
export const gateways = 2;
/** StorageClass of the volumes of the audit record. Nothing makes such volumes: the test does. */
export const auditClass = "e2e-serving-audit";

/**
 * Tenants by what is special about them. Limits of `few` and `thrifty` hold for the gateway as a whole, each copy of
 * which keeps its part.
 */
export const tenants = {
    plain: { models: [served.name], requestsPerMinute: 60_000, tokensPerMinute: 60_000_000 },
    elsewhere: { models: [foreign], requestsPerMinute: 60_000, tokensPerMinute: 60_000_000 },
    few: { models: [served.name], requestsPerMinute: 4, tokensPerMinute: 60_000_000 },
    thrifty: { models: [served.name], requestsPerMinute: 60_000, tokensPerMinute: 40 },
} as const;

const realNodes = nodes.map((name, index) => ({
    ...{ name, address: `10.88.1.${11 + index}`, role: "edge", pool: "cpu", managed: false },
}));

/** What both test sites have of the local one: its cluster, and its real nodes, of which there are two. */
function onRealNodes(site: RawSite): void {
    site.name = "e2e-serving";
    site.cluster.namespace = namespace;
    // No host is Seamount's to log in to.
    site.access = { user: "root" };
    delete site.acceptance;
    delete site.driftMetrics;
    site.hosts = [...realNodes, ...site.hosts.filter(({ pool }) => pool === "h200")];
}

/** Turns the local site into one whose models are behind a gateway, the tiny one twice. */
export const behindGateway =
    (issuer: Issuer) =>
    (site: RawSite): void => {
        onRealNodes(site);
        for (const model of site.models) model.replicas = model.name === served.name ? served.replicas : 1;
        site.gateway = {
            kind: "caddy",
            image: "seamount.local/gateway:local",
            ...door,
            serviceType: "NodePort",
            replicas: gateways,
            routing: "session",
            maxRequestKiB,
            jwt: { issuer: issuer.name, audience: issuer.audience, jwks: issuer.jwks },
            audit: { retentionDays: 180, storageClass: auditClass },
            tenants: Object.entries(tenants).map(([name, limits]) => ({ name, claim: name, ...limits })),
        };
    };

/** Turns the local site into one whose tiny model spans two hosts. */
export function overTwoHosts(site: RawSite): void {
    onRealNodes(site);
    site.fabric = { kind: "ethernet", linkGbps: 10, rails: 1 };
    site.models = site.models.filter(({ name }) => name === served.name);
    for (const model of site.models) {
        Object.assign(model, { replicas: 1, parallelism: { hostsPerReplica: 2, pipeline: 2 } });
        model.endpoint = { ...door, serviceType: "NodePort" };
    }
}
