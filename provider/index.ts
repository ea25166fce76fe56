import * as pulumi from "@pulumi/pulumi";
import { type FileItem, HOST_TYPE, type HostConnection, type HostItems, METAL_VERSION } from "./items";

export * from "./items";

/** A file whose content may be an output, and a secret. */
export interface FileArgs extends Omit<FileItem, "content"> {
    readonly content: pulumi.Input<string>;
}

/** A connection whose private key may be an output. It is always made a secret. */
export interface ConnectionArgs extends Omit<HostConnection, "privateKey"> {
    readonly privateKey?: pulumi.Input<string>;
}

type Items<Record> = pulumi.Input<{ readonly [Key in keyof Record]: pulumi.Input<Record[Key]> }>;

/** Inputs of a host: items of every kind, each of which may be an output. */
export type HostArgs = {
    readonly connection: ConnectionArgs;
    readonly files?: Items<Readonly<Record<string, FileArgs>>>;
} & {
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
        const { privateKey, ...connection } = args.connection;
        const inputs = {
            ...args,
            connection: {
                ...connection,
                ...(privateKey === undefined ? {} : { privateKey: pulumi.secret(privateKey) }),
            },
            hostname: undefined,
            bootId: undefined,
        };
        super(HOST_TYPE, name, inputs, { version: METAL_VERSION, ...opts });
    }
}
