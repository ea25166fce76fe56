import type * as pulumi from "@pulumi/pulumi";
import { Gate } from "../../../provider/gate";
import type { Site } from "../../site/site";
import type { Fleet } from "../fleet";
import { hostGates } from "./site";

/** Arguments of `makeGates`. */
export interface GatesArgs {
    readonly site: Site;
    readonly fleet: Fleet;
    /** What stands between a host and its gate, by the name of the host: its node of the cluster. */
    readonly nodes?: ReadonlyMap<string, pulumi.Resource>;
    /** What is done to hosts of the control plane before they are measured: one change runs on a host at a time. */
    readonly controlPlane?: pulumi.Resource | undefined;
}

/** What the managed hosts of a site have to prove: models wait for all of it. */
export function makeGates({ site, fleet, nodes = new Map(), controlPlane }: GatesArgs): readonly Gate[] {
    const { provider, hosts, connection } = fleet;
    const wanted = hostGates(site);
    return site.hosts.flatMap(host => {
        const gate = wanted[host.name];
        if (gate === undefined || provider === undefined) {
            return [];
        }
        // Nothing that must have proved itself is ever placed on a host of the control plane.
        const isControlPlane = host.role === "control-plane" && site.cluster.mode === "kubeadm";
        const node = isControlPlane ? undefined : host.node;
        const args = {
            connection: connection(host),
            checks: gate.checks,
            ...(gate.peer === undefined ? {} : { peer: connection(gate.peer) }),
            ...(node === undefined ? {} : { node }),
        };
        const dependsOn = [
            hosts.get(host.name),
            hosts.get(gate.peer?.name ?? ""),
            nodes.get(host.name),
            isControlPlane ? controlPlane : undefined,
        ].filter(one => one !== undefined);
        const customTimeouts = { create: "2h", update: "2h", delete: "5m" };
        return [new Gate(`${host.name}-gate`, args, { provider, dependsOn, customTimeouts })];
    });
}
