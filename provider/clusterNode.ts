import * as pulumi from "@pulumi/pulumi";
import { type ConnectionArgs, withSecretKey } from "./connection";
import { METAL_VERSION } from "./items";
import { CLUSTER_NODE_TYPE, type ClusterNodeInputs } from "./kubernetes/types";

/** Inputs of a worker. Private keys may be outputs, and are always secrets. */
export interface ClusterNodeArgs extends Omit<ClusterNodeInputs, "connection" | "controlPlane" | "endpoint"> {
    readonly connection: ConnectionArgs;
    readonly controlPlane: readonly { readonly node: string; readonly connection: ConnectionArgs }[];
    readonly endpoint: pulumi.Input<string>;
}

/**
 * A worker of a cluster, which must depend on the cluster's `ControlPlane`. Every preview looks at the host and at its
 * node; `up` lets it join, several at a time, and upgrades it in its turn: drained first, proved after. Deleting it
 * moves its work elsewhere, and leaves a clean host. The provider must know a way to the cluster (`controlPlane`).
 */
export class ClusterNode extends pulumi.CustomResource {
    /** Version of the kubelet's package on the host; empty where there is none. */
    declare public readonly kubeletVersion: pulumi.Output<string>;
    /** Whether the host is of the cluster. */
    declare public readonly joined: pulumi.Output<boolean>;
    /** SHA-256 of the public key of the cluster's authority, `sha256:…`. */
    declare public readonly authority: pulumi.Output<string>;

    constructor(name: string, args: ClusterNodeArgs, opts?: pulumi.CustomResourceOptions) {
        const inputs = {
            ...args,
            connection: withSecretKey(args.connection),
            controlPlane: args.controlPlane.map(({ node, connection }) => ({
                node,
                connection: withSecretKey(connection),
            })),
            kubeletVersion: undefined,
            joined: undefined,
            authority: undefined,
        };
        // A host is one node at a time: it leaves under its old name before it joins under another.
        super(CLUSTER_NODE_TYPE, name, inputs, { version: METAL_VERSION, deleteBeforeReplace: true, ...opts });
    }
}
