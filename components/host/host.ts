import * as pulumi from "@pulumi/pulumi";
import { type ConnectionArgs, type FileArgs, Host, type HostItems } from "../../provider";
import type { CheckSpec } from "../../provider/gates/check";
import { fabricItems } from "../fabric/host";
import type { Access, SiteHost } from "../site/site";
import { mergeItems, type RoleItems } from "./merge";
import { type RoleSite, rolesOf } from "./roles";

/** Arguments of `ManagedHost`. */
export interface ManagedHostArgs {
    /** The host, `managed`. */
    readonly host: SiteHost;
    readonly access: Access;
    readonly site: RoleSite;
    /** Items of further roles. */
    readonly roles?: readonly RoleItems[];
    /** Files by path beyond those of roles, whose content is a secret or is not known yet. */
    readonly files?: Readonly<Record<string, FileArgs>>;
    /** Checks by name that the host must pass before it takes work again, when it was disrupted. */
    readonly gates?: Readonly<Record<string, CheckSpec>>;
    /** Private key in PEM form. Unset: the access's identity file, or the agent. */
    readonly privateKey?: pulumi.Input<string>;
}

/** One host of the site, kept as its role wants it. */
export class ManagedHost extends pulumi.ComponentResource {
    /** What the host calls itself. */
    public readonly hostname: pulumi.Output<string>;

    constructor(name: string, args: ManagedHostArgs, opts?: pulumi.ComponentResourceOptions) {
        const { connection, items } = resolve(args);
        const { role, pool, address, rack, node } = args.host;
        super("seamount:host:Host", name, { role, pool, address, hostKey: connection.hostKey }, opts);
        const { gates } = args;
        const host = new Host(
            `${name}-host`,
            {
                connection,
                ...items,
                files: { ...items.files, ...args.files },
                ...(rack === undefined ? {} : { rack }),
                ...(node === undefined ? {} : { node }),
                ...(gates === undefined ? {} : { gates }),
            },
            { parent: this, customTimeouts: { create: "30m", update: "30m", delete: "10m" } },
        );
        this.hostname = host.hostname;
        this.registerOutputs({ hostname: this.hostname });
    }
}

/** What a host is to be, and how it is reached. Throws where roles disagree, or a managed host has no host key. */
export function resolve(args: ManagedHostArgs): {
    readonly connection: ConnectionArgs;
    readonly items: HostItems;
} {
    const { host, site, roles = [] } = args;
    const connection = connectionOf(args);
    const fabric = { role: "fabric", items: fabricItems({ fabric: site.fabric, hosts: site.hosts ?? [host] }, host) };
    return { connection, items: mergeItems([...rolesOf(host, site), fabric, ...roles]) };
}

/** How a host is reached. Throws where it has no host key. */
export function connectionOf({
    host,
    access,
    privateKey,
}: Pick<ManagedHostArgs, "host" | "access" | "privateKey">): ConnectionArgs {
    if (host.hostKey === undefined) {
        throw new Error(`${host.name} is managed but has no hostKey: nothing would prove that it is that host`);
    }
    const { identityFile, jumpHost, jumpHostKey } = access;
    return {
        name: host.name,
        address: host.address,
        hostKey: host.hostKey,
        user: access.user,
        port: access.port,
        connectTimeoutSeconds: access.connectTimeoutSeconds,
        ...(identityFile === undefined || privateKey !== undefined ? {} : { identityFile }),
        ...(jumpHost === undefined ? {} : { jumpHost, jumpHostKey }),
        ...(privateKey === undefined ? {} : { privateKey }),
    };
}
