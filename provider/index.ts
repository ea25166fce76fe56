import * as pulumi from "@pulumi/pulumi";
import { type ConnectionArgs, withSecretKey } from "./connection";
import { type FileItem, HOST_TYPE, type HostInputs, type HostItems } from "./items";
import { METAL_VERSION, ROLLOUT_TYPE } from "./items";
import type { RolloutSettings } from "./rolling/settings";

export type { ConnectionArgs } from "./connection";
export * from "./clusterNode";
export * from "./controlPlane";
export * from "./gate";
export * from "./items";

/** A file whose content may be an output, and a secret. */
export interface FileArgs extends Omit<FileItem, "content"> {
    readonly content: pulumi.Input<string>;
}

type Items<Record> = pulumi.Input<{ readonly [Key in keyof Record]: pulumi.Input<Record[Key]> }>;

/** Inputs of a host: items of every kind, each of which may be an output. */
export type HostArgs = {
    readonly connection: ConnectionArgs;
    readonly files?: Items<Readonly<Record<string, FileArgs>>>;
} & Pick<HostInputs, "rack" | "node" | "gates"> & {
        readonly [Kind in Exclude<keyof HostItems, "files">]?: Items<NonNullable<HostItems[Kind]>>;
    };

/**
 * The items of one host, kept over SSH. Every preview looks at the host; `up` changes what differs and nothing else;
 * taking the resource away puts back what was found, where that is known.
 */
export class Host extends pulumi.CustomResource {
    /** What the host calls itself. */
    declare public readonly hostname: pulumi.Output<string>;
    /** The kernel's name for the boot in which the host was last changed or read. */
    declare public readonly bootId: pulumi.Output<string>;

    constructor(name: string, args: HostArgs, opts?: pulumi.CustomResourceOptions) {
        const { connection } = args;
        const inputs = { ...args, connection: withSecretKey(connection), hostname: undefined, bootId: undefined };
        super(HOST_TYPE, name, inputs, { version: METAL_VERSION, ...opts });
    }
}

/** Configuration of the provider. */
export interface MetalArgs {
    /** How changes that disrupt hosts go through the fleet. Unset: one host at a time. */
    readonly rollout?: Partial<RolloutSettings>;
    /** Kubeconfig of the cluster whose nodes hosts are; always a secret. It goes before `kubeconfigFile`. */
    readonly kubeconfig?: pulumi.Input<string>;
    /** Kubeconfig file, absolute. */
    readonly kubeconfigFile?: pulumi.Input<string>;
    /**
     * Hosts of the control plane of a cluster that is built on hosts. Where no kubeconfig is given, the first of them
     * that answers and has /etc/kubernetes/admin.conf is asked for it. Where none has one, there is no cluster yet.
     */
    readonly controlPlane?: readonly ConnectionArgs[];
}

/** The provider, configured. All hosts of a site have the same one: it is the one that counts who is out of service. */
export class Metal extends pulumi.ProviderResource {
    constructor(name: string, args: MetalArgs, opts?: pulumi.ResourceOptions) {
        const { rollout, kubeconfig, kubeconfigFile, controlPlane } = args;
        const inputs = {
            ...(rollout === undefined ? {} : { rollout: pulumi.output(rollout) }),
            ...(kubeconfig === undefined ? {} : { kubeconfig: pulumi.secret(kubeconfig) }),
            ...(kubeconfigFile === undefined ? {} : { kubeconfigFile }),
            ...(controlPlane === undefined ? {} : { controlPlane: controlPlane.map(withSecretKey) }),
        };
        super("metal", name, inputs, { version: METAL_VERSION, ...opts });
    }
}

/** Inputs of a rollout. */
export interface RolloutArgs {
    /** Names of the hosts that it speaks of. */
    readonly hosts: readonly string[];
}

/** Says in a preview what a change does to all hosts in sum. It must depend on all of them. */
export class Rollout extends pulumi.CustomResource {
    constructor(name: string, args: RolloutArgs, opts?: pulumi.CustomResourceOptions) {
        super(ROLLOUT_TYPE, name, { ...args }, { version: METAL_VERSION, ...opts });
    }
}
