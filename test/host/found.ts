import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { gpuNames } from "../../catalog";
import { type Discovered, readDiscovery } from "../../components/host/discover";
import { expandInventory } from "../../components/site/inventory";
import { groupSchema } from "../../components/site/schema-hosts";
import type { SiteHost } from "../../components/site/site";

/** The text of a fixture. */
export const fixture = (name: string): string => readFileSync(join(__dirname, "fixtures", name), "utf8");

/** Reads an answer that must be whole, marked with @mark. */
export function read(stdout: string): Discovered {
    return readDiscovery(stdout, "@mark") ?? assert.fail("the answer has no end");
}

/** The hosts that an inventory stands for; it must pass all that a site file must. */
export function hostsOf(yaml: string): readonly SiteHost[] {
    const { hosts } = parse(yaml) as { readonly hosts: readonly unknown[] };
    const groups = hosts.map(host => groupSchema.parse(host));
    const expanded = expandInventory(groups, { gpuNames, port: 22, knownHosts: [] });
    assert.deepEqual(expanded.problems, []);
    return expanded.hosts.map(({ host }) => host);
}

/** A public key of the right form, another one for each number below 256. */
export function hostKey(number: number): string {
    const field = (bytes: Buffer) => {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(bytes.length);
        return Buffer.concat([length, bytes]);
    };
    const blob = Buffer.concat([field(Buffer.from("ssh-ed25519")), field(Buffer.alloc(32, number))]);
    return `ssh-ed25519 ${blob.toString("base64")}`;
}
