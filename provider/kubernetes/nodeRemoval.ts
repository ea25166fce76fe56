import { explain, HostError } from "../errors";
import type { Call } from "../session";
import { ConnectionError } from "../transport";
import { observeNode, readNodeAnswer, type SeenNode } from "./nodeObserve";
import type { SeenCluster } from "./nodePlan";
import { resetHost } from "./reset";
import { type NodeParts, NodeWork } from "./nodeWork";
import type { ClusterNodeInputs } from "./types";

/** Takes one worker out of the cluster, and leaves the host as clean as it was. Interrupted, it may be run again. */
export class NodeRemoval {
    private readonly work: NodeWork;

    constructor(
        private readonly parts: NodeParts,
        private readonly call: Call,
        private readonly inputs: ClusterNodeInputs,
    ) {
        this.work = new NodeWork(parts, call, inputs);
    }

    async run(): Promise<void> {
        const cluster = await this.work.cluster();
        const host = await this.look();
        const node = cluster.state === "there" ? cluster.node : undefined;
        if (host instanceof ConnectionError) {
            return this.withoutHost(cluster, host);
        }
        if (node !== undefined) {
            await this.drain(node.ready);
            this.work.status("taking its node out of the cluster");
            await this.parts.view.remove(this.inputs.node);
        }
        if (isOurs(host, cluster)) {
            await this.work.run("leaving the cluster", resetHost({ packages: true }));
        } else if (host.hasKubelet) {
            this.warn(
                `it is of another cluster (authority ${host.authority || "unknown"}), and is left as it is: \`kubeadm reset --force\` there takes it apart`,
            );
        }
    }

    /** The host, or why it cannot be reached. */
    private async look(): Promise<SeenNode | ConnectionError> {
        const { node, connection } = this.inputs;
        try {
            return readNodeAnswer(await this.parts.remote.look(this.inputs, observeNode));
        } catch (error) {
            if (!(error instanceof ConnectionError)) {
                throw error;
            }
            if (error.trouble !== "unreachable") {
                throw new HostError(explain(node, connection, error));
            }
            return error;
        }
    }

    /** Its work moves elsewhere first, in its turn: a node less is a disruption like any other. */
    private async drain(ready: boolean): Promise<void> {
        const { coordinator } = this.parts.fleet;
        const { node, rack } = this.inputs;
        const slot = await coordinator.enter({ name: node, ...(rack === undefined ? {} : { rack }) });
        try {
            if (ready) {
                await this.work.drain();
            } else {
                this.warn(
                    "its node is not ready, and cannot be drained: its work starts elsewhere when the node is gone",
                );
            }
        } catch (error) {
            if (!(error instanceof HostError)) {
                throw error;
            }
            await this.work.uncordon();
            throw new HostError(`${this.work.name} was not taken out, and takes work again: ${error.message}`);
        } finally {
            slot.leave();
        }
    }

    /** A host that is gone leaves no more than its node. One whose kubelet still works is not gone. */
    private async withoutHost(cluster: SeenCluster, error: ConnectionError): Promise<void> {
        const { node } = this.inputs;
        const state = cluster.state === "there" ? cluster.node : undefined;
        if (state?.ready === true) {
            throw new HostError(
                `${this.work.name} cannot be reached: ${error.reason}. Its kubelet still answers the cluster: as long as it does, the host is not gone, and node ${node} is not taken out. Mend the way to it, or switch it off.`,
            );
        }
        this.warn(
            `${this.work.name} cannot be reached (${error.reason}), and was not drained: ${state === undefined ? "the cluster has no such node" : "its node is taken out of the cluster"}. See to it that the host is off, for its work starts elsewhere; what it has of Kubernetes is left there`,
        );
        if (cluster.state === "there") {
            await this.parts.view.remove(node);
        }
    }

    private warn(words: string): void {
        this.parts.fleet.log.say("warning", this.call.urn, `${this.inputs.node}: ${words}`);
    }
}

/** Whether what a host has of Kubernetes is ours to take away: it says so itself, or is of this cluster. */
function isOurs({ record, authority }: SeenNode, cluster: SeenCluster): boolean {
    const ours = cluster.state === "there" ? cluster.authority : undefined;
    const half = record.phase !== undefined && record.phase !== "member";
    const foreign = ours !== undefined && authority !== "" && authority !== ours;
    return (
        half ||
        (!foreign &&
            (record.phase === "member" || record.brought.length > 0 || (authority !== "" && authority === ours)))
    );
}
