import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Site } from "../site/site";
import { nodeLabels } from "./labels";

/** A label that somebody has changed by hand belongs to that hand until it is taken back. */
const TAKE_OVER = { "pulumi.com/patchForce": "true" };

/** Arguments of `FabricTopology`. */
export interface FabricTopologyArgs {
    readonly site: Pick<Site, "fabric" | "hosts">;
    /** Nodes that this program joins, by the name of their host. Unset: none, they are there. */
    readonly joined?: ReadonlyMap<string, pulumi.Resource>;
}

/**
 * What the nodes of the cluster are for, where they stand and what they are cabled to, as labels on them. The site file has the last word
 * on these labels, and no other label is touched: they are gone again when a host leaves the site.
 * A node must have joined before: Kubernetes takes labels of a node that is not there for a new one.
 * `opts.providers` must name the cluster's provider.
 */
export class FabricTopology extends pulumi.ComponentResource {
    /** Labels by node. */
    public readonly labels: Readonly<Record<string, Readonly<Record<string, string>>>>;

    public constructor(name: string, { site, joined }: FabricTopologyArgs, opts?: pulumi.ComponentResourceOptions) {
        const labels = nodeLabels(site);
        super("seamount:fabric:Topology", name, { nodes: Object.keys(labels).length }, opts);
        // Labels that go after their node would make it anew, empty.
        const joins = new Map(site.hosts.map(host => [host.node, joined?.get(host.name)]));
        for (const [node, own] of Object.entries(labels)) {
            const metadata = { name: node, labels: own, annotations: TAKE_OVER };
            const dependsOn = joins.get(node) ?? [];
            new k8s.core.v1.NodePatch(`${name}-${node}`, { metadata }, { parent: this, dependsOn });
        }
        this.labels = labels;
        this.registerOutputs({ labels });
    }
}
