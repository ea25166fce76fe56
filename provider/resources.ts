import { NodeMarks } from "./gates/marks";
import { GateOperations } from "./gates/operations";
import { gateRunner, Gates } from "./gates/run";
import type { ResourceHandler } from "./handler";
import { GATE_TYPE, HOST_TYPE, ROLLOUT_TYPE } from "./items";
import { afterChange } from "./kubernetes/afterChange";
import { ControlPlaneOperations } from "./kubernetes/controlPlane/operations";
import { ClusterView } from "./kubernetes/nodeCluster";
import { ClusterNodeOperations } from "./kubernetes/nodeOperations";
import { Remote } from "./kubernetes/remote";
import { Tickets } from "./kubernetes/tickets";
import { CLUSTER_NODE_TYPE, CONTROL_PLANE_TYPE } from "./kubernetes/types";
import { type Log, UnseenHosts } from "./log";
import { HostOperations } from "./operations";
import { Fleet, type FleetParts } from "./rolling/fleet";
import { Kubectl } from "./rolling/kubectl";
import { RolloutOperations } from "./rolling/operations";
import type { Transport } from "./transport";

/** What a provider serves. */
export interface Served {
    /** By type of the resource. */
    readonly handlers: Readonly<Record<string, ResourceHandler>>;
    /** What all hosts of the run share. */
    readonly fleet: Fleet;
}

/**
 * Every type of resource that the provider serves. A new type is one handler and one line here. `parts`: what takes
 * the place of kubectl and of the real checks.
 */
export function served(transport: Transport, log: Log, parts: Partial<FleetParts> = {}): Served {
    const gates = new Gates(transport, log);
    const fleet = new Fleet({ transport, log, gates: gateRunner(gates), ...parts });
    const kubectl = new Kubectl(fleet.access);
    const marks = new NodeMarks(fleet.access, kubectl);
    const remote = new Remote(transport, log);
    const view = new ClusterView(fleet.access, kubectl);
    const workers = { remote, fleet, view, tickets: new Tickets(remote) };
    // A host and its gate are out of reach together: that is said once.
    const unseen = new UnseenHosts(log);
    const handlers = {
        [HOST_TYPE]: new HostOperations(transport, log, fleet, unseen),
        [GATE_TYPE]: new GateOperations(gates, log, marks, unseen),
        [CONTROL_PLANE_TYPE]: afterChange(new ControlPlaneOperations(transport, log), () => fleet.access.forget()),
        [CLUSTER_NODE_TYPE]: new ClusterNodeOperations(workers, unseen),
        [ROLLOUT_TYPE]: new RolloutOperations(fleet, log),
    };
    return { handlers, fleet };
}
