import * as pulumi from "@pulumi/pulumi";
import { Host, type HostConnection, type HostItems } from "../../../provider";

const config = new pulumi.Config();
const { files = {}, sysctls = {}, ...items } = config.requireObject<HostItems>("items");

/** `secret:NAME` stands for the secret of that name in the configuration. */
const open = (value: string) =>
    value.startsWith("secret:") ? config.requireSecret(value.slice("secret:".length)) : value;

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
    return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

new Host("host", {
    connection: config.requireObject<HostConnection>("connection"),
    ...items,
    files: mapValues(files, file => ({ ...file, content: open(file.content) })),
    sysctls: mapValues(sysctls, open),
});
