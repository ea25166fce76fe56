import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Site } from "../site/site";
import { nodeLabels } from "./labels";

/** Arguments of `FabricTopology`. */
export interface FabricTopologyArgs {
    readonly site: Pick<Site, "fabric" | "hosts">;
}

/**
 * Where the nodes of the cluster stand and what they are cabled to, as labels on them. Each is applied to its node and
 * owned apart from what others label: a value that somebody else keeps differently is an error and not overwritten.
 * A node must have joined before: Kubernetes takes labels of a node that is not there for a new one.
 * `opts.providers` must name the cluster's provider.
 */
export class FabricTopology extends pulumi.ComponentResource {
    /** Labels by node. */
    public readonly labels: Readonly<Record<string, Readonly<Record<string, string>>>>;

    public constructor(name: string, { site }: FabricTopologyArgs, opts?: pulumi.ComponentResourceOptions) {
        const labels = nodeLabels(site);
        super("seamount:fabric:Topology", name, { nodes: Object.keys(labels).length }, opts);
        for (const [node, own] of Object.entries(labels)) {
            new k8s.core.v1.NodePatch(`${name}-${node}`, { metadata: { name: node, labels: own } }, { parent: this });
        }
        this.labels = labels;
        this.registerOutputs({ labels });
    }
}
