import * as pulumi from "@pulumi/pulumi";
import type { HostConnection } from "./items";

/** A connection whose private key may be an output. It is always made a secret. */
export interface ConnectionArgs extends Omit<HostConnection, "privateKey"> {
    readonly privateKey?: pulumi.Input<string>;
}

/** The connection with its private key, where it has one, marked as a secret. */
export function withSecretKey({ privateKey, ...connection }: ConnectionArgs): ConnectionArgs {
    return privateKey === undefined ? connection : { ...connection, privateKey: pulumi.secret(privateKey) };
}
