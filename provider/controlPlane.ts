import * as pulumi from "@pulumi/pulumi";
import { type ConnectionArgs, withSecretKey } from "./connection";
import type { FileArgs } from "./index";
import { METAL_VERSION } from "./items";
import {
    CONTROL_PLANE_TYPE,
    type ControlPlaneHost,
    type ControlPlaneInputs,
    type ControlPlaneMember,
} from "./kubernetes/types";

export type { ControlPlaneMember } from "./kubernetes/types";

/** A host of the control plane whose private key may be an output. */
export interface ControlPlaneHostArgs extends Omit<ControlPlaneHost, "connection"> {
    readonly connection: ConnectionArgs;
}

/** Inputs of a control plane. Contents of files are always secrets: they may be keys. */
export type ControlPlaneArgs = {
    readonly hosts: readonly ControlPlaneHostArgs[];
    readonly files?: Readonly<Record<string, FileArgs>>;
} & {
    readonly [Key in keyof Omit<ControlPlaneInputs, "hosts" | "files">]: pulumi.Input<ControlPlaneInputs[Key]>;
};

/**
 * The control plane of a cluster: one resource for all of its hosts, for they are one thing. Every preview looks at all
 * of them; `up` changes one at a time, with a snapshot of etcd on this machine first. Deleting it resets the hosts.
 */
export class ControlPlane extends pulumi.CustomResource {
    /** Kubeconfig of the cluster's administrator; a secret. */
    declare public readonly kubeconfig: pulumi.Output<string>;
    /** Certificate of the cluster's authority, PEM. */
    declare public readonly caCertificate: pulumi.Output<string>;
    /** When the first of the certificates ends, ISO 8601 in UTC. */
    declare public readonly certificatesExpire: pulumi.Output<string>;
    /** Hosts of the control plane by node. */
    declare public readonly members: pulumi.Output<Readonly<Record<string, ControlPlaneMember>>>;
    /** Version of Kubernetes that all of them run. */
    declare public readonly version: pulumi.Output<string>;

    constructor(name: string, args: ControlPlaneArgs, opts?: pulumi.CustomResourceOptions) {
        const { hosts, files, ...rest } = args;
        const inputs = {
            ...rest,
            hosts: hosts.map(host => ({ ...host, connection: withSecretKey(host.connection) })),
            ...(files === undefined
                ? {}
                : {
                      files: Object.fromEntries(
                          Object.entries(files).map(([path, file]) => [
                              path,
                              { ...file, content: pulumi.secret(file.content) },
                          ]),
                      ),
                  }),
            kubeconfig: undefined,
            caCertificate: undefined,
            certificatesExpire: undefined,
            members: undefined,
        };
        super(CONTROL_PLANE_TYPE, name, inputs, {
            version: METAL_VERSION,
            ...opts,
            additionalSecretOutputs: ["kubeconfig", ...(opts?.additionalSecretOutputs ?? [])],
        });
    }
}
