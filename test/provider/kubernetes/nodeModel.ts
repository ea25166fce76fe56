import fc from "fast-check";
import type { SeenNode } from "../../../provider/kubernetes/nodeObserve";
import { type NodeStep, type SeenCluster, SERVICE } from "../../../provider/kubernetes/nodePlan";
import { DIGEST, IMAGE, OURS, seen, there } from "./nodeFakes";

/** All programs in one version. */
export const packagesOf = (version: string): Readonly<Record<string, string>> => ({
    kubeadm: version,
    kubelet: version,
    kubectl: version,
});

/** Hosts as they may be found: clean, half done, joined, outdated, broken, reset by hand; never another cluster's. */
export const hosts: fc.Arbitrary<SeenNode> = fc
    .record({
        phase: fc.constantFrom(undefined, "joining" as const, "member" as const, "leaving" as const),
        hasKubelet: fc.boolean(),
        kubeletActive: fc.boolean(),
        versions: fc.record({
            kubeadm: fc.constantFrom(undefined, "1.36.2-1.1", "1.36.3-1.1"),
            kubelet: fc.constantFrom("1.35.9-1.1", "1.36.2-1.1", "1.36.3-1.1"),
            kubectl: fc.constantFrom(undefined, "1.36.2-1.1", "1.36.3-1.1"),
        }),
        certificateEnds: fc.constantFrom(undefined, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        image: fc.boolean(),
        service: fc.constantFrom(undefined, "draining ops@desk at noon", "drained ops@desk at noon"),
    })
    .map(({ phase, hasKubelet, versions, certificateEnds, image, service, kubeletActive }) =>
        seen({
            hasKubelet,
            kubeletActive,
            authority: hasKubelet ? OURS : "",
            packages: Object.fromEntries(
                Object.entries<string | undefined>(versions).flatMap(([name, version]) =>
                    version === undefined ? [] : [[name, version]],
                ),
            ),
            images: image ? { [IMAGE]: DIGEST } : {},
            ...(certificateEnds === undefined ? {} : { certificateEnds }),
            record: {
                ...(phase === undefined ? {} : { phase }),
                brought: [],
                facts: service === undefined ? {} : { [SERVICE]: service },
            },
        }),
    );
/** Clusters that know the node, or do not. */
export const states: fc.Arbitrary<SeenCluster> = fc
    .option(fc.record({ ready: fc.boolean(), version: fc.constantFrom("v1.36.2", "v1.36.3") }), { nil: undefined })
    .map(node => (node === undefined ? there() : there({ ready: node.ready, kubeletVersion: node.version })));

/** A host and its cluster. */
export type World = { readonly host: SeenNode; readonly cluster: SeenCluster };

/** What a step makes of a host and its node. */
export function after({ host, cluster }: World, step: NodeStep): World {
    const packages = packagesOf("1.36.3-1.1");
    const node = {
        ready: true,
        cordoned: false,
        bootId: "",
        kubeletVersion: `v${host.packages.kubelet?.split("-")[0]}`,
    };
    const record = (more: object) => ({ ...host.record, ...more });
    switch (step) {
        case "reset":
            return {
                host: {
                    ...host,
                    hasKubelet: false,
                    kubeletActive: false,
                    authority: "",
                    record: { brought: [], facts: host.record.facts },
                },
                cluster,
            };
        case "install":
            return { host: { ...host, packages, images: { [IMAGE]: DIGEST } }, cluster };
        case "join":
            return {
                host: {
                    ...host,
                    hasKubelet: true,
                    kubeletActive: true,
                    authority: OURS,
                    certificateEnds: "2027-11-22T00:00:00Z",
                    record: record({ phase: "member" }),
                },
                cluster: there(node),
            };
        case "takeOut":
            return { host: { ...host, record: record({ facts: { [SERVICE]: "drained us at noon" } }) }, cluster };
        case "upgrade":
            return {
                host: { ...host, packages, images: { [IMAGE]: DIGEST }, kubeletActive: true },
                cluster: there({ ...node, kubeletVersion: "v1.36.3" }),
            };
        case "restart":
            return { host: { ...host, kubeletActive: true }, cluster: there(node) };
        case "bringBack":
            return { host: { ...host, record: record({ facts: {} }) }, cluster };
        default:
            return { host, cluster };
    }
}
