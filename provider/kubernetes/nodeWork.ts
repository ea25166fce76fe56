import { explain, HostError } from "../errors";
import { gateFailure } from "../rolling/gates";
import { runner } from "../rolling/markers";
import type { Call } from "../session";
import { ConnectionError } from "../transport";
import { observeNode, readNodeAnswer, type SeenNode } from "./nodeObserve";
import type { NodeStep, SeenCluster } from "./nodePlan";
import {
    inServiceScript,
    installScript,
    joinScript,
    outOfServiceScript,
    restartScript,
    upgradeScript,
} from "./nodeScripts";
import { NodeWait, type WaitParts } from "./nodeWait";
import { nameOf, type Remote } from "./remote";
import { resetHost } from "./reset";
import type { Tickets } from "./tickets";
import type { ClusterNodeInputs } from "./types";
import { compareVersions } from "./versions";

/** Seconds that packages, images and a change of version may take. */
const CHANGE_SECONDS = 1800;

/** What all nodes of a run share. */
export interface NodeParts extends WaitParts {
    readonly remote: Remote;
    readonly tickets: Tickets;
}

/** What can be done to one worker and its node, each step by itself. Everything throws a `HostError`. */
export class NodeWork {
    /** What messages call the host: `gpu-1 (10.0.0.21)`. */
    readonly name: string;
    private readonly wait: NodeWait;

    constructor(
        private readonly parts: NodeParts,
        private readonly call: Call,
        private readonly inputs: ClusterNodeInputs,
    ) {
        this.name = nameOf(inputs);
        this.wait = new NodeWait(parts, inputs, words => this.status(words));
    }

    async look(): Promise<SeenNode> {
        try {
            return readNodeAnswer(await this.parts.remote.look(this.inputs, observeNode));
        } catch (error) {
            throw error instanceof ConnectionError
                ? new HostError(explain(this.inputs.node, this.inputs.connection, error))
                : error;
        }
    }

    cluster(): Promise<SeenCluster> {
        return this.parts.view.now(this.inputs.node);
    }

    /** Does one step. `host`: as it was when the steps began. */
    async step(step: NodeStep, host: SeenNode): Promise<void> {
        const { inputs } = this;
        switch (step) {
            case "reset":
                return this.run("resetting it", resetHost({ packages: false }));
            case "install":
                return this.run("preparing it", installScript(inputs));
            case "join":
                return this.join(host);
            case "takeOut":
                return this.takeOut(host);
            case "upgrade":
                await this.mayRun();
                return this.run(`upgrading it to ${inputs.version}`, upgradeScript(inputs));
            case "restart":
                return this.run("starting its kubelet", restartScript);
            case "ready":
                return this.wait.ready();
            case "prove":
                return this.prove();
            case "bringBack":
                return this.bringBack();
        }
    }

    /** Moves the node's work elsewhere. Where that cannot be done, the node takes work again. */
    async drain(): Promise<void> {
        const { fleet } = this.parts;
        const { node } = this.inputs;
        this.status(`draining node ${node}`);
        await fleet.nodes.cordon(node, this.who());
        await fleet.nodes.drain(node, fleet.settings.rollout.drainTimeoutSeconds, line => this.status(line));
    }

    async run(what: string, fragments: readonly string[]): Promise<void> {
        const { timeoutSeconds: limit } = this.call;
        const options = { what, timeoutSeconds: limit > 0 ? limit : CHANGE_SECONDS };
        await this.parts.remote.change(this.call.urn, this.inputs, options, fragments);
    }

    status(words: string): void {
        this.parts.fleet.log.status(this.call.urn, `${this.inputs.node}: ${words}`);
    }

    /** Lets the node take work again, where it was us who kept it away. */
    async uncordon(): Promise<void> {
        const { node } = this.inputs;
        if (!(await this.parts.fleet.nodes.uncordon(node))) {
            const words = `${node}: it stays cordoned: it was cordoned by others before`;
            this.parts.fleet.log.say("warning", this.call.urn, words);
        }
    }

    private async join(host: SeenNode): Promise<void> {
        const { tickets } = this.parts;
        await this.mayRun();
        await this.wait.gone(host);
        await tickets.use(this.call.urn, this.inputs.controlPlane, ticket =>
            this.run("joining the cluster", joinScript(ticket, this.inputs)),
        );
    }

    /** A kubelet must never be newer than the API server that it talks to. */
    private async mayRun(): Promise<void> {
        const { node, version } = this.inputs;
        const server = await this.parts.view.version(node);
        if (compareVersions(server, version) < 0) {
            throw new HostError(
                `${this.name} was not changed: it should run ${version}, and the control plane runs ${server.replace(/^v/, "")} still. Upgrade the control plane first`,
            );
        }
    }

    private async takeOut({ record }: SeenNode): Promise<void> {
        await this.run("taking it out of service", outOfServiceScript("draining", this.who()));
        try {
            await this.drain();
        } catch (error) {
            if (record.facts.service !== undefined || !(error instanceof HostError)) {
                throw error;
            }
            await this.bringBack();
            throw new HostError(`${this.name} was not changed, and takes work again: ${error.message}`);
        }
        await this.run("taking it out of service", outOfServiceScript("drained", this.who()));
    }

    private async prove(): Promise<void> {
        const { connection, gates = {} } = this.inputs;
        if (Object.keys(gates).length === 0) {
            return;
        }
        this.status("running its gates");
        const failed = gateFailure(await this.parts.fleet.gates(this.call, connection, gates));
        if (failed !== undefined) {
            throw new HostError(`${this.name} stays out of service, for it did not pass: ${failed}`);
        }
    }

    private async bringBack(): Promise<void> {
        await this.uncordon();
        await this.run("bringing it back into service", inServiceScript);
    }

    private who(): string {
        return `${runner()} at ${new Date().toISOString().replace(/\.\d+Z$/, "Z")}`;
    }
}
