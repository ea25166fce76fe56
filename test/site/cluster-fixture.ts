import { keyOf, publicKeyBlock } from "./fixture";

/** A part of a site as people write it. */
export type Json = Record<string, unknown>;

/** A site with a cluster of three hosts and two workers, changed at one place. */
export function clusterSite(
    cluster: Json = {},
    change: (site: Json & { hosts: Json[] }) => void = () => undefined,
): Json {
    const site = {
        name: "lab",
        environment: "staging",
        access: { user: "root" },
        hosts: [
            {
                name: "control-[1-3]",
                address: "10.20.0.[5-7]",
                role: "control-plane",
                managementInterface: "eno1",
                hostKeys: { "control-1": keyOf(1), "control-2": keyOf(2), "control-3": keyOf(3) },
            },
            {
                name: "edge-[1-2]",
                address: "10.20.0.[21-22]",
                role: "edge",
                hostKeys: { "edge-1": keyOf(4), "edge-2": keyOf(5) },
            },
        ] as Json[],
        repositories: {
            kubernetes: { url: "https://packages.example.internal/k", suite: "./", signingKey: publicKeyBlock },
        },
        cluster: { mode: "kubeadm", version: "1.36.3", controlPlane: { virtualAddress: "10.20.0.4" }, ...cluster },
    };
    change(site);
    return site;
}
