import { setTimeout as sleep } from "node:timers/promises";
import { HostError } from "../errors";
import type { Fleet } from "../rolling/fleet";
import type { NodeState } from "../rolling/nodes";
import type { ClusterView } from "./nodeCluster";
import type { SeenNode } from "./nodeObserve";
import { nameOf } from "./remote";
import type { ClusterNodeInputs } from "./types";

/** Milliseconds between two looks at a node that is awaited. */
const LOOK_MS = 1000;
/** Seconds until a node whose kubelet has ended counts as not ready: 40 to 50, and some more. */
const GHOST_SECONDS = 90;

/** What waiting for a node needs. */
export interface WaitParts {
    readonly fleet: Fleet;
    readonly view: ClusterView;
    /** Milliseconds between two looks at a node that is awaited. @default 1000 */
    readonly lookMs?: number;
}

/** Waits for what the cluster says of a node. Everything throws a `HostError` where it does not come about. */
export class NodeWait {
    private readonly name: string;

    constructor(
        private readonly parts: WaitParts,
        private readonly inputs: ClusterNodeInputs,
        private readonly status: (words: string) => void,
    ) {
        this.name = nameOf(inputs);
    }

    /** Waits until the cluster says that the node is ready, and runs the version that it should. */
    async ready(): Promise<void> {
        const { node, version } = this.inputs;
        const limit = this.parts.fleet.settings.rollout.rebootTimeoutSeconds;
        const deadline = Date.now() + limit * 1000;
        for (;;) {
            const state = await this.node();
            const runs = state?.kubeletVersion ?? `v${version}`;
            if (state?.ready === true && runs === `v${version}`) {
                return;
            }
            if (Date.now() > deadline) {
                const found =
                    state === undefined
                        ? "the cluster does not know it"
                        : state.ready
                          ? `it runs ${runs} still`
                          : "it is not ready";
                throw new HostError(
                    `${this.name}: its node ${node} did not become ready within ${limit} s: ${found}. Look at \`kubectl describe node ${node}\` and at \`journalctl -u kubelet\` there; \`pulumi up\` again goes on from there.`,
                );
            }
            this.status(`waiting until node ${node} is ready`);
            await this.pause();
        }
    }

    /**
     * Takes the node out of the cluster that the host was before it was reset: kubeadm joins under no name that is
     * taken. Another host's node it must not be.
     */
    async gone({ bootId }: SeenNode): Promise<void> {
        const { node } = this.inputs;
        const deadline = Date.now() + GHOST_SECONDS * 1000;
        for (;;) {
            const ghost = await this.node();
            if (ghost === undefined) {
                return;
            }
            if (!ghost.ready || ghost.bootId === bootId) {
                return this.parts.view.remove(node);
            }
            if (Date.now() > deadline) {
                throw new HostError(
                    `${this.name} cannot join: the cluster has a node ${node} that is ready, and is another host (its boot is ${ghost.bootId}, that of this one ${bootId}). Give one of them another name`,
                );
            }
            this.status(`waiting until the cluster notices that node ${node} was reset`);
            await this.pause();
        }
    }

    private async node(): Promise<NodeState | undefined> {
        const cluster = await this.parts.view.now(this.inputs.node);
        return cluster.state === "there" ? cluster.node : undefined;
    }

    private pause(): Promise<void> {
        return sleep(this.parts.lookMs ?? LOOK_MS);
    }
}
