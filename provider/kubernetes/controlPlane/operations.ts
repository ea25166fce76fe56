import type { PropertyChange } from "../../desired";
import { HostError, UnfinishedError } from "../../errors";
import type { ResourceDiff, ResourceHandler } from "../../handler";
import type { Log } from "../../log";
import type { Call } from "../../session";
import type { Transport } from "../../transport";
import type { WireRecord } from "../../values";
import { Remote } from "../remote";
import type { ControlPlaneHost, ControlPlaneInputs } from "../types";
import { changedInputs } from "./compare";
import { clusterOf, conditionOf, isSeen, type Observed } from "./condition";
import { Executor, type Wanted } from "./execute";
import { checkControlPlane, protectControlPlane, readControlPlane } from "./inputs";
import { hasOutputs, previewOutputs, readOutputs, writeOutputs } from "./outputs";
import { type Plan, planChanges } from "./plan";
import { authorityWarnings } from "./reasons";
import { ControlPlaneRun } from "./run";
import { observeAll } from "./watch";

/** Control planes: what each call of the engine means. */
export class ControlPlaneOperations implements ResourceHandler {
    private readonly remote: Remote;
    private readonly said = new Set<string>();

    constructor(
        transport: Transport,
        private readonly log: Log,
    ) {
        this.remote = new Remote(transport, log);
    }

    check(news: WireRecord): ReturnType<ResourceHandler["check"]> {
        return { inputs: protectControlPlane(news), problems: checkControlPlane(news) };
    }

    /** What would change. Looks at all hosts in every preview, whether the inputs changed or not. */
    async diff(call: Call, olds: WireRecord, oldInputs: WireRecord, news: WireRecord): Promise<ResourceDiff> {
        const { hasUnknowns } = readControlPlane(news);
        if (hasUnknowns) {
            return { changes: "unknown", details: new Map() };
        }
        const wanted = wantedOf(call, oldInputs, news);
        const details = new Map<string, PropertyChange>(changedInputs(oldInputs, news));
        const { steps, isKnown } = await this.preview(wanted);
        for (const { path } of steps.flatMap(step => step.reasons)) {
            details.set(path, details.get(path) ?? "add");
        }
        if (details.size === 0 && !hasOutputs(olds)) {
            details.set("kubeconfig", "add");
        }
        // A host that cannot be seen may be anything: `up` must not pass over it.
        return { changes: details.size > 0 || !isKnown ? "some" : "none", details };
    }

    async previewCreate(call: Call, inputs: WireRecord): Promise<void> {
        if (!readControlPlane(inputs).hasUnknowns) {
            await this.preview(wantedOf(call, {}, inputs));
        }
    }

    async create(call: Call, inputs: WireRecord): Promise<{ readonly id: string; readonly outputs: WireRecord }> {
        const id = call.urn.split("::").at(-1) ?? call.urn;
        const wanted = wantedOf(call, {}, inputs);
        try {
            return { id, outputs: await this.apply(wanted) };
        } catch (error) {
            throw error instanceof HostError ? new UnfinishedError(error.message, id, inputs, {}) : error;
        }
    }

    /** An update that fails leaves the state as it was: what leaves the inputs is remembered there until it is gone. */
    async update(
        call: Call,
        _id: string,
        _olds: WireRecord,
        oldInputs: WireRecord,
        news: WireRecord,
    ): Promise<WireRecord> {
        return this.apply(wantedOf(call, oldInputs, news));
    }

    previewUpdate(_call: Call, olds: WireRecord): Promise<WireRecord> {
        return Promise.resolve(previewOutputs(olds));
    }

    /** What `refresh` records: the outputs as they are. What differs from the inputs is said by the next preview. */
    async read(call: Call, olds: WireRecord, inputs: WireRecord): ReturnType<ResourceHandler["read"]> {
        if (inputs.hosts === undefined) {
            throw new HostError(
                "a control plane cannot be imported: describe it in the program, `up` takes it as it is",
            );
        }
        const { inputs: wanted, hasUnknowns } = readControlPlane(inputs);
        const observed = hasUnknowns ? {} : await observeAll(this.remote, call.urn, wanted);
        this.warnUnseen(call.urn, observed);
        const isWhole = wanted.hosts.every(({ node }) => isSeen(observed[node])) && clusterOf(observed) !== undefined;
        const outputs = isWhole ? writeOutputs(await readOutputs(this.remote, wanted, observed)) : olds;
        return { outputs, inputs };
    }

    /** A last snapshot, then the hosts in reverse. Hosts that are not of this cluster are left alone. */
    async delete(call: Call, _olds: WireRecord, oldInputs: WireRecord): Promise<void> {
        const { inputs } = readControlPlane(oldInputs);
        const observed = await observeAll(this.remote, call.urn, inputs);
        const unseen = Object.values(observed).flatMap(seen => (isSeen(seen) ? [] : [seen.unseen]));
        if (unseen.length > 0) {
            throw new HostError(`${unseen.join("\n")}\nNothing was taken apart: every host must answer for that.`);
        }
        const cluster = clusterOf(observed);
        const executor = new Executor(this.remote, this.log, { urn: call.urn, inputs, leaving: [] });
        const source = inputs.hosts.find(({ node }) => {
            const seen = observed[node];
            return isSeen(seen) && seen.cluster !== undefined;
        });
        if (source !== undefined) {
            await executor.snapshot(source.node);
        } else if (cluster !== undefined) {
            this.log.say("warning", call.urn, "no etcd answers: there is no last snapshot");
        }
        for (const host of [...inputs.hosts].reverse()) {
            const seen = observed[host.node];
            const condition = conditionOf(host, seen, cluster);
            if (isSeen(seen) && (seen.record.phase !== undefined || condition === "member" || condition === "stale")) {
                await executor.reset(host.node, true);
            } else if (condition === "foreign" || condition === "worker") {
                this.log.say("warning", call.urn, `${host.node} is not of this control plane, and stays as it is`);
            }
        }
    }

    private async apply(wanted: Wanted): Promise<WireRecord> {
        const observed = await new ControlPlaneRun(this.remote, this.log, wanted).run();
        return writeOutputs(await readOutputs(this.remote, wanted.inputs, observed));
    }

    /** Looks at all hosts, says what would be done, and refuses what must not be. `isKnown`: every host was seen. */
    private async preview(wanted: Wanted): Promise<Plan & { readonly isKnown: boolean }> {
        const { urn, inputs, leaving, previous } = wanted;
        const observed = await observeAll(this.remote, urn, inputs, leaving);
        this.warnUnseen(urn, observed);
        const now = new Date();
        const situation = { inputs, leaving, observed, hasSnapshot: false, now };
        const plan = planChanges(previous === undefined ? situation : { ...situation, previous });
        const isKnown = inputs.hosts.every(({ node }) => isSeen(observed[node]));
        if (plan.refusals.length > 0 && isKnown) {
            throw new HostError(plan.refusals.join("\n"));
        }
        plan.refusals.forEach(words => this.say("warning", urn, words));
        for (const { node, reasons } of plan.steps) {
            reasons.forEach(({ words }) => this.say("info", urn, `${node}: ${words}`));
        }
        for (const { node } of inputs.hosts) {
            const seen = observed[node];
            const words = isSeen(seen) ? authorityWarnings(inputs, seen, now) : [];
            words.forEach(word => this.say("warning", urn, `${node}: ${word}`));
        }
        return { ...plan, isKnown };
    }

    private warnUnseen(urn: string, observed: Observed): void {
        for (const seen of Object.values(observed)) {
            if (!isSeen(seen)) {
                this.say("warning", urn, seen.unseen);
            }
        }
    }

    private say(severity: "info" | "warning", urn: string, message: string): void {
        if (!this.said.has(message)) {
            this.said.add(message);
            this.log.say(severity, urn, message);
        }
    }
}

function wantedOf({ urn }: Call, oldInputs: WireRecord, news: WireRecord): Wanted {
    const { inputs } = readControlPlane(news);
    const before: Partial<ControlPlaneInputs> = readControlPlane(oldInputs).inputs;
    if (before.endpoint !== undefined && before.endpoint !== inputs.endpoint) {
        throw new HostError(
            `the endpoint ${before.endpoint} cannot become ${inputs.endpoint}: it is in every certificate and kubeconfig of the cluster. Keep it, or make another cluster.`,
        );
    }
    const leaving: readonly ControlPlaneHost[] = (before.hosts ?? []).filter(
        host => !inputs.hosts.some(({ node }) => node === host.node),
    );
    const { version, packages, images } = before;
    return {
        urn,
        inputs,
        leaving,
        ...(version === undefined || packages === undefined
            ? {}
            : { previous: { version, packages, ...(images === undefined ? {} : { images }) } }),
    };
}
