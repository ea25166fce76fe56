import { homedir } from "node:os";
import { join } from "node:path";
import type { RawSite } from "./stack";

/** The bed's state folder. */
export const bed = join(process.env.XDG_STATE_HOME ?? join(homedir(), ".local/state"), "seamount", "bed");

/** Where the test site answers. */
export const endpoint = { host: "10.88.1.11", port: 30543 };

/** Turns the local site into the test site: hosts, namespace and ports of its own; the key comes as a secret. */
export function asTestSite(site: RawSite): void {
    site.name = "e2e";
    site.cluster.namespace = "e2e";
    const rename: Record<string, { name: string; address: string }> = {
        "metal-1": { name: "metal-3", address: "10.88.0.13" },
        "metal-2": { name: "metal-4", address: "10.88.0.14" },
    };
    for (const host of site.hosts) Object.assign(host, rename[host.name as string] ?? {});
    site.models.forEach((model, index) => (model.endpoint.port = endpoint.port + index));
    delete (site.access as Record<string, unknown>).identityFile;
}
