import type { PropertyChange } from "../desired";
import { explain, HostError } from "../errors";
import type { ResourceDiff, ResourceHandler } from "../handler";
import { UnseenHosts } from "../log";
import type { Call } from "../session";
import { ConnectionError } from "../transport";
import { UNKNOWN, type WireRecord } from "../values";
import { NodeApplication, outputsOf } from "./nodeApply";
import {
    checkClusterNode,
    compareClusterNodes,
    protectClusterNode,
    readClusterNode,
    readClusterNodeOutputs,
} from "./nodeInputs";
import { observeNode, readNodeAnswer, type SeenNode } from "./nodeObserve";
import { type NodePlan, planNode, type SeenCluster } from "./nodePlan";
import { NodeRemoval } from "./nodeRemoval";
import type { NodeParts } from "./nodeWork";
import { named, nameOf } from "./remote";
import type { ClusterNodeInputs } from "./types";

/** Reasons that are named one by one. */
const NAMED = 3;

/** Workers of a cluster: what each call of the engine means. */
export class ClusterNodeOperations implements ResourceHandler {
    private readonly said = new Set<string>();

    constructor(
        private readonly parts: NodeParts,
        private readonly unseen = new UnseenHosts(parts.fleet.log),
    ) {}

    check(news: WireRecord): ReturnType<ResourceHandler["check"]> {
        return { inputs: protectClusterNode(news), problems: checkClusterNode(news) };
    }

    /** What would change. Every preview looks at the host, and asks the cluster once for all nodes. */
    async diff(call: Call, _olds: WireRecord, oldInputs: WireRecord, news: WireRecord): Promise<ResourceDiff> {
        const { wanted, hasUnknowns } = readClusterNode(news);
        if (hasUnknowns) {
            return { changes: "unknown", details: new Map() };
        }
        const details = new Map<string, PropertyChange>(compareClusterNodes(oldInputs, news));
        const replaces = details.has("node") ? ["node"] : [];
        const host = await this.look(call, wanted);
        if (host !== undefined && replaces.length === 0) {
            const plan = this.plan(wanted, host, await this.cluster(call, wanted));
            plan.differences.forEach(({ path }) => details.set(path, details.get(path) ?? "update"));
            this.sayPlan(call, wanted, plan);
        }
        return { changes: details.size > 0 ? "some" : "none", details, replaces };
    }

    /** What a preview of a new worker shows: the host is looked at, and nothing is changed. */
    async previewCreate(call: Call, inputs: WireRecord): Promise<void> {
        const { wanted, hasUnknowns } = readClusterNode(inputs);
        const host = hasUnknowns ? undefined : await this.look(call, wanted);
        if (host === undefined) {
            return;
        }
        const plan = this.plan(wanted, host, await this.cluster(call, wanted));
        this.sayPlan(call, wanted, plan);
        if (plan.steps.length === 0) {
            this.sayOnce(call, `${wanted.node}: is of the cluster already`);
        }
    }

    async create(call: Call, inputs: WireRecord): Promise<{ readonly id: string; readonly outputs: WireRecord }> {
        const id = call.urn.split("::").at(-1) ?? call.urn;
        return { id, outputs: await new NodeApplication(this.parts, { call, id, inputs, olds: {} }).run() };
    }

    async update(
        call: Call,
        id: string,
        olds: WireRecord,
        _oldInputs: WireRecord,
        news: WireRecord,
    ): Promise<WireRecord> {
        return new NodeApplication(this.parts, { call, id, inputs: news, olds }).run();
    }

    /** What a preview of an update shows: the version is known only when it runs. */
    previewUpdate(_call: Call, olds: WireRecord): Promise<WireRecord> {
        return Promise.resolve({ ...olds, kubeletVersion: UNKNOWN, joined: UNKNOWN, authority: UNKNOWN });
    }

    /** What `refresh` records: what the host is of the cluster. One that cannot be seen stays as it was. */
    async read(
        call: Call,
        olds: WireRecord,
        inputs: WireRecord,
    ): Promise<{ readonly outputs: WireRecord; readonly inputs: WireRecord }> {
        if (inputs.connection === undefined) {
            throw new HostError("a node cannot be imported: describe it in the program, `up` takes it as it is");
        }
        const { wanted } = readClusterNode(inputs);
        const host = await this.look(call, wanted);
        if (host === undefined) {
            return { outputs: olds, inputs };
        }
        const cluster = await this.cluster(call, wanted);
        const authority = cluster.state === "there" ? cluster.authority : readClusterNodeOutputs(olds).authority;
        return { outputs: { ...outputsOf(host, authority) }, inputs };
    }

    async delete(call: Call, _olds: WireRecord, oldInputs: WireRecord): Promise<void> {
        await new NodeRemoval(this.parts, call, readClusterNode(oldInputs).wanted).run();
    }

    /** A plan. What it refuses is known before anything runs. */
    private plan(wanted: ClusterNodeInputs, host: SeenNode, cluster: SeenCluster): NodePlan {
        const plan = planNode(wanted, host, cluster, new Date());
        if (plan.refusal !== undefined) {
            throw new HostError(`${nameOf(wanted)} ${plan.refusal}.`);
        }
        return plan;
    }

    /** The host; undefined where it cannot be seen now, which is a warning. A wrong host key is always an error. */
    private async look({ urn }: Call, wanted: ClusterNodeInputs): Promise<SeenNode | undefined> {
        try {
            return readNodeAnswer(await this.parts.remote.look(wanted, observeNode));
        } catch (error) {
            if (!(error instanceof ConnectionError)) {
                throw error;
            }
            const message = explain(urn, named(wanted), error);
            if (error.trouble === "wrong-host-key") {
                throw new HostError(message);
            }
            this.unseen.tell(error.trouble, urn, `${message} Until then nobody knows what it is of the cluster.`);
            return undefined;
        }
    }

    /** The cluster; that it cannot be asked now is a warning, said once. */
    private async cluster(call: Call, { node }: ClusterNodeInputs): Promise<SeenCluster> {
        try {
            return await this.parts.view.seen(node);
        } catch (error) {
            if (!(error instanceof HostError)) {
                throw error;
            }
            const known = "the cluster cannot be asked for its nodes now";
            if (!this.said.has(known)) {
                this.said.add(known);
                this.parts.fleet.log.say("warning", call.urn, `${known}: ${error.message}`);
            }
            return { state: "unknown" };
        }
    }

    /** What is done to the host, and why, in one line. */
    private sayPlan(
        call: Call,
        { node, version, endpoint }: ClusterNodeInputs,
        { differences, steps }: NodePlan,
    ): void {
        if (differences.length === 0) {
            return;
        }
        const what = steps.includes("join")
            ? `joins ${endpoint}: `
            : steps.includes("upgrade")
              ? `goes to ${version} after its node was drained: `
              : "";
        const reasons = differences.slice(0, NAMED).map(({ words }) => words);
        const more = differences.length > NAMED ? `; and ${differences.length - NAMED} more` : "";
        this.sayOnce(call, `${node}: ${what}${reasons.join("; ")}${more}`);
    }

    private sayOnce({ urn }: Call, message: string): void {
        if (!this.said.has(message)) {
            this.said.add(message);
            this.parts.fleet.log.say("info", urn, message);
        }
    }
}
