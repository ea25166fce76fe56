import { setTimeout as sleep } from "node:timers/promises";
import { HostError, hostName, shortName } from "../errors";
import type { CheckSpec } from "../gates/check";
import type { HostConnection } from "../items";
import { changePrelude } from "../kinds/prelude";
import type { Observation } from "../script";
import type { Call, Session } from "../session";
import { assemble } from "../shell";
import type { Candidate, Slot } from "./coordinator";
import type { Fleet } from "./fleet";
import { gateFailure } from "./gates";
import { backInServiceFragment, holderFragment, maintenanceFragment, runner } from "./markers";
import type { NodeState } from "./nodes";

/** Milliseconds between two looks at a node that is to become ready. */
const LOOK_MS = 2000;

/** A host's node, as it was when its turn came. */
export interface ServingNode extends NodeState {
    readonly name: string;
}

/** Takes one host out of service, and brings it back. */
export class OutOfService {
    private readonly host: string;

    constructor(
        private readonly session: Session,
        private readonly fleet: Fleet,
        private readonly call: Call,
        private readonly connection: HostConnection,
    ) {
        this.host = hostName(call.urn, connection);
    }

    /** The host's node; undefined where it is none, or the cluster does not know it yet. */
    async node(name: string | undefined): Promise<ServingNode | undefined> {
        const state = name === undefined ? undefined : await this.fleet.nodes.look(name);
        return name === undefined || state === undefined ? undefined : { name, ...state };
    }

    /** Waits until the host may be disrupted. */
    async turn(candidate: Candidate): Promise<Slot> {
        const { coordinator } = this.fleet;
        if (coordinator.isFull(candidate)) {
            this.status(`waiting for its turn, after ${coordinator.busy.join(", ")}`);
        }
        return coordinator.enter(candidate);
    }

    /** Sees to it that nobody's work is on the host. Where that cannot be had, the host takes work again. */
    async begin(node: ServingNode | undefined, { maintenance }: Observation): Promise<void> {
        const { nodes, settings } = this.fleet;
        const who = `${runner()} at ${new Date().toISOString().replace(/\.\d+Z$/, "Z")}`;
        if (maintenance === undefined) {
            await this.run([maintenanceFragment(who)], "taking it out of service");
        }
        if (node === undefined) {
            return;
        }
        try {
            this.status(`draining node ${node.name}`);
            await nodes.cordon(node.name, who);
            await nodes.drain(node.name, settings.rollout.drainTimeoutSeconds, line => this.status(line));
        } catch (error) {
            if (maintenance !== undefined || !(error instanceof HostError)) {
                throw error;
            }
            await this.release(node);
            throw new HostError(`${this.host} was not changed, and takes work again: ${error.message}`);
        }
    }

    /** Reboots the host, and waits until it has come back. */
    async reboot({ bootId }: Observation): Promise<void> {
        const { rebootTimeoutSeconds } = this.fleet.settings.rollout;
        this.session.forget(this.call);
        await this.fleet.rebooter.reboot(this.call, this.connection, bootId, rebootTimeoutSeconds);
    }

    /**
     * Brings the host back: its node is ready, in the boot that the host is in; the gates pass; work may come again.
     * `before`, `now`: observations when its turn came, and at last.
     */
    async end(
        node: ServingNode | undefined,
        before: Observation,
        now: Observation,
        gates: Readonly<Record<string, CheckSpec>>,
    ): Promise<void> {
        if (node !== undefined) {
            // Some kubelets speak of no boot, or of one that only they know.
            const bootId = node.bootId === before.bootId ? now.bootId : undefined;
            await this.ready(node.name, bootId);
        }
        if (Object.keys(gates).length > 0) {
            this.status("running its gates");
            const failed = gateFailure(await this.fleet.gates(this.call, this.connection, gates));
            if (failed !== undefined) {
                throw new HostError(`${this.host} stays out of service, for it did not pass: ${failed}`);
            }
        }
        await this.release(node);
    }

    private async release(node: ServingNode | undefined): Promise<void> {
        if (node !== undefined && !(await this.fleet.nodes.uncordon(node.name))) {
            const name = shortName(this.call.urn, this.connection);
            const words = `${name}: node ${node.name} stays cordoned: it was cordoned by others before`;
            this.fleet.log.say("warning", this.call.urn, words);
        }
        await this.run([backInServiceFragment], "bringing it back into service");
    }

    /** Waits until the cluster says that the node is ready: after a reboot, ready in the new boot. */
    private async ready(node: string, bootId: string | undefined): Promise<void> {
        const limit = this.fleet.settings.rollout.rebootTimeoutSeconds;
        const deadline = Date.now() + limit * 1000;
        for (;;) {
            const state = await this.fleet.nodes.look(node);
            if (state?.ready === true && (bootId === undefined || state.bootId === bootId)) {
                return;
            }
            if (Date.now() > deadline) {
                const found = state === undefined ? "the cluster knows it no longer" : "it is not ready";
                throw new HostError(
                    `${this.host} stays out of service: its node ${node} did not become ready within ${limit} s: ${found}. Look at the log of its kubelet; \`pulumi up\` again goes on from there.`,
                );
            }
            this.status(`waiting until node ${node} is ready`);
            await sleep(LOOK_MS);
        }
    }

    private async run(fragments: readonly string[], what: string): Promise<void> {
        const script = assemble([holderFragment(), changePrelude, ...fragments]);
        await this.session.run(this.call, this.connection, script, {}, what);
    }

    private status(words: string): void {
        this.fleet.log.status(this.call.urn, `${shortName(this.call.urn, this.connection)}: ${words}`);
    }
}
