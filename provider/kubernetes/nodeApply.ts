import { HostError, UnfinishedError } from "../errors";
import type { Call } from "../session";
import type { WireRecord } from "../values";
import { readClusterNode, readClusterNodeOutputs } from "./nodeInputs";
import type { SeenNode } from "./nodeObserve";
import { planNode, type NodePlan, type NodeStep } from "./nodePlan";
import { type NodeParts, NodeWork } from "./nodeWork";
import type { ClusterNodeInputs, ClusterNodeOutputs } from "./types";

/** Steps that take work from a node: each host waits for its turn with them. */
const DISRUPTIVE: readonly NodeStep[] = ["takeOut", "upgrade", "bringBack"];

/** A worker that is to become what its inputs say. */
export interface NodeRequest {
    readonly call: Call;
    readonly id: string;
    readonly inputs: WireRecord;
    /** Outputs of the state; empty for a new resource. */
    readonly olds: WireRecord;
}

/** Makes one worker what it should be: several join at the same time; upgrades go through the fleet in turns. */
export class NodeApplication {
    private readonly wanted: ClusterNodeInputs;
    private readonly work: NodeWork;
    private begun = false;

    constructor(
        private readonly parts: NodeParts,
        private readonly request: NodeRequest,
    ) {
        this.wanted = readClusterNode(request.inputs).wanted;
        this.work = new NodeWork(parts, request.call, this.wanted);
    }

    /** Answers with the outputs of the resource. */
    async run(): Promise<WireRecord> {
        try {
            const [host, plan] = await this.plan();
            const authority = DISRUPTIVE.some(step => plan.steps.includes(step))
                ? await this.inTurn()
                : await this.follow(host, plan);
            return write(outputsOf(plan.steps.length === 0 ? host : await this.work.look(), authority));
        } catch (error) {
            throw await this.unfinished(error);
        }
    }

    /** Waits for its turn, and looks again: what was seen before may be old by then. */
    private async inTurn(): Promise<string> {
        const { coordinator } = this.parts.fleet;
        const { node, rack } = this.wanted;
        const candidate = { name: node, ...(rack === undefined ? {} : { rack }) };
        if (coordinator.isFull(candidate)) {
            this.work.status(`waiting for its turn, after ${coordinator.busy.join(", ")}`);
        }
        const slot = await coordinator.enter(candidate);
        try {
            return await this.follow(...(await this.plan()));
        } catch (error) {
            const [words = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
            coordinator.halt(`${node} failed: ${words.replace(/\.$/, "")}`);
            throw error;
        } finally {
            slot.leave();
        }
    }

    /** Does what the plan says. Answers with the authority of the cluster that the host is of then. */
    private async follow(host: SeenNode, { steps }: NodePlan): Promise<string> {
        for (const step of steps) {
            this.begun = true;
            await this.work.step(step, host);
        }
        const cluster = await this.work.cluster();
        return cluster.state === "there" ? cluster.authority : "";
    }

    private async plan(): Promise<[SeenNode, NodePlan]> {
        const host = await this.work.look();
        const cluster = await this.work.cluster();
        const plan = planNode(this.wanted, host, cluster, new Date());
        if (plan.refusal !== undefined) {
            throw new HostError(`${this.work.name} ${plan.refusal}.`);
        }
        if (cluster.state !== "there") {
            throw new HostError(
                `${this.work.name} cannot join: there is no cluster yet. No host of the control plane has /etc/kubernetes/admin.conf`,
            );
        }
        return [host, plan];
    }

    /** An error that keeps the state once anything was begun, so that the next `up` goes on from there. */
    private async unfinished(error: unknown): Promise<unknown> {
        if (!this.begun || !(error instanceof HostError)) {
            return error;
        }
        const { id, inputs, olds } = this.request;
        const kept = readClusterNodeOutputs(olds);
        const outputs = await this.work.look().then(
            host => outputsOf(host, host.authority),
            () => kept,
        );
        return new UnfinishedError(error.message, id, inputs, write(outputs));
    }
}

/** Outputs of a host that was seen. `authority`: of the cluster that it is to be of. */
export function outputsOf(host: SeenNode, authority: string): ClusterNodeOutputs {
    const joined = host.hasKubelet && host.record.phase !== "leaving" && host.authority === authority;
    return { kubeletVersion: host.packages.kubelet ?? "", joined, authority: joined ? authority : "" };
}

const write = (outputs: ClusterNodeOutputs): WireRecord => ({ ...outputs });
