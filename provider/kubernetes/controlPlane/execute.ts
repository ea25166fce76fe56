import { HostError } from "../../errors";
import type { Log } from "../../log";
import { recordPhase } from "../record";
import type { Remote } from "../remote";
import { resetHost } from "../reset";
import { makeTicket, revokeTicket } from "../ticket";
import type { ControlPlaneHost, ControlPlaneInputs, KubernetesRelease } from "../types";
import { clusterOf, conditionOf, isSeen, type Observed } from "./condition";
import type { Step } from "./plan";
import { differingFiles, FACTS, runningVersion } from "./reasons";
import { takeSnapshot } from "./snapshot";
import { beginCluster, joinCluster } from "./steps/begin";
import { configureHost } from "./steps/configure";
import { prepareHost } from "./steps/fragments";
import { removeMember } from "./steps/remove";
import { renewCertificates } from "./steps/renew";
import { upgradeHost } from "./steps/upgrade";

/** Seconds that a step may take. Each of its commands has a limit of its own, which comes before. */
const STEP_SECONDS = 2400;

/** What a run is to do. */
export interface Wanted {
    readonly urn: string;
    readonly inputs: ControlPlaneInputs;
    /** Hosts of the last inputs that are in these no longer. */
    readonly leaving: readonly ControlPlaneHost[];
    readonly previous?: KubernetesRelease;
}

/** Does single steps on hosts. */
export class Executor {
    /** Whether there is a snapshot of what there was before, or nothing to take one of. */
    hasSnapshot = false;

    constructor(
        private readonly remote: Remote,
        private readonly log: Log,
        private readonly wanted: Wanted,
    ) {}

    /** What hosts need before they join takes long, and disturbs nobody: all of them at once. */
    async prepare(steps: readonly Step[]): Promise<void> {
        const { inputs } = this.wanted;
        const resets = new Set(steps.filter(({ kind }) => kind === "reset").map(({ node }) => node));
        const fresh = steps.filter(step => (step.kind === "begin" || step.kind === "join") && !resets.has(step.node));
        await together(
            fresh.map(step =>
                this.change(step.node, "preparing it", [
                    recordPhase("prepared"),
                    ...prepareHost(inputs, step.kind === "join" ? step.release : inputs),
                ]),
            ),
        );
    }

    /** Does one step. Throws a `HostError` that names host and step. */
    async execute(step: Step, observed: Observed): Promise<void> {
        const { inputs } = this.wanted;
        const host = this.host(step.node);
        const seen = host === undefined ? undefined : observed[host.node];
        switch (step.kind) {
            case "snapshot":
                await this.snapshot(step.node);
                return;
            case "removeMember": {
                const through = this.through(observed, step.node);
                const what = `removing ${step.node} from the cluster`;
                await this.change(through.node, what, removeMember(step.node, step.member));
                return;
            }
            case "reset":
                await this.reset(step.node, step.leaves);
                return;
            case "begin":
                await this.change(
                    step.node,
                    this.counted("beginning the cluster", step),
                    beginCluster(inputs, this.known(step.node)),
                );
                // There is nothing in it yet that anybody would want back.
                this.hasSnapshot = true;
                return;
            case "join":
                return this.join(step, observed);
            case "upgrade": {
                const from = clusterOf(observed)?.configuredVersion ?? "";
                const running = isSeen(seen) ? runningVersion(seen) : undefined;
                const upgrade = { from: from === "" ? (running ?? inputs.version) : from, first: step.first };
                const what = this.counted(`upgrading to ${inputs.version}`, step);
                await this.change(step.node, what, upgradeHost(inputs, this.known(step.node), upgrade));
                return;
            }
            case "configure": {
                const files = isSeen(seen) ? differingFiles(inputs, seen) : [];
                const tells = inputs.hosts[0]?.node === step.node || inputs.hosts.length === 1;
                const fragments = configureHost(inputs, this.known(step.node), { files, tells });
                await this.change(step.node, this.counted("configuring", step), fragments);
                return;
            }
            case "renewCertificates":
                await this.change(
                    step.node,
                    this.counted("renewing certificates", step),
                    renewCertificates(inputs, this.known(step.node)),
                );
        }
    }

    /** Brings a snapshot from a host to this machine. */
    async snapshot(node: string): Promise<void> {
        const { urn, inputs } = this.wanted;
        const name = urn.split("::").at(-1) ?? "etcd";
        const options = { directory: inputs.snapshotDirectory, name, now: new Date() };
        const { path, bytes } = await takeSnapshot(this.remote, urn, this.known(node), options);
        this.log.say("info", urn, `snapshot of etcd: ${path} (${Math.ceil(bytes / 1024 / 1024)} MiB)`);
        this.hasSnapshot = true;
    }

    /** Takes Kubernetes off a host, for good or for it to join again. */
    async reset(node: string, leaves: boolean): Promise<void> {
        const { virtualAddress, files = {} } = this.wanted.inputs;
        const options = { packages: leaves, files: Object.keys(files) };
        const all = virtualAddress === undefined ? options : { ...options, virtualAddress };
        await this.change(node, leaves ? "taking Kubernetes off it" : "resetting it", resetHost(all));
    }

    private async join(step: Step & { readonly kind: "join" }, observed: Observed): Promise<void> {
        const { inputs, urn } = this.wanted;
        const through = this.through(observed, step.node);
        const seen = observed[through.node];
        const applied = isSeen(seen) ? seen.record.facts[FACTS.configuration] : undefined;
        const ticket = await makeTicket(this.remote, urn, through, { certificates: true });
        try {
            const admission = { ticket, ...(applied === undefined ? {} : { applied }) };
            const fragments = joinCluster(inputs, this.known(step.node), step.release, admission);
            await this.change(step.node, this.counted("joining", step), fragments);
        } finally {
            await revokeTicket(this.remote, urn, through, ticket);
        }
    }

    /** A host of the cluster whose API server is ready, other than the one that is spoken of. */
    private through(observed: Observed, other: string): ControlPlaneHost {
        const { inputs, leaving } = this.wanted;
        const cluster = clusterOf(observed);
        const found = [...inputs.hosts, ...leaving].find(host => {
            const seen = observed[host.node];
            const member = host.node !== other && conditionOf(host, seen, cluster) === "member";
            return member && isSeen(seen) && seen.apiTrouble === "";
        });
        if (found === undefined) {
            throw new HostError(`no host of the control plane but ${other} has an API server that is ready`);
        }
        return found;
    }

    private async change(node: string, what: string, fragments: readonly string[]): Promise<void> {
        const options = { what, timeoutSeconds: STEP_SECONDS };
        await this.remote.change(this.wanted.urn, this.known(node), options, fragments);
    }

    private host(node: string): ControlPlaneHost | undefined {
        return [...this.wanted.inputs.hosts, ...this.wanted.leaving].find(host => host.node === node);
    }

    private known(node: string): ControlPlaneHost {
        const host = this.host(node);
        if (host === undefined) {
            throw new HostError(`${node} is no host of the control plane`);
        }
        return host;
    }

    /** `joining (2 of 3)` */
    private counted(words: string, { node }: Step): string {
        const { hosts } = this.wanted.inputs;
        return hosts.length === 1
            ? words
            : `${words} (${hosts.findIndex(host => host.node === node) + 1} of ${hosts.length})`;
    }
}

/** Waits for all of them, also where one fails: none goes on unseen. Throws all errors as one. */
async function together(all: readonly Promise<void>[]): Promise<void> {
    const settled = await Promise.allSettled(all);
    const reasons = settled.flatMap(one => (one.status === "rejected" ? [one.reason as unknown] : []));
    const foreseen = reasons.filter(reason => reason instanceof HostError);
    if (reasons.length > foreseen.length) {
        throw reasons.find(reason => !(reason instanceof HostError));
    }
    if (foreseen.length > 0) {
        throw new HostError(foreseen.map(({ message }) => message).join("\n"));
    }
}
