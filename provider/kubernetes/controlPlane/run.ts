import { setTimeout as sleep } from "node:timers/promises";
import { HostError } from "../../errors";
import type { Log } from "../../log";
import type { Remote } from "../remote";
import { clusterOf, conditionOf, isSeen, memberOf, type Observed } from "./condition";
import { Executor, type Wanted } from "./execute";
import { type Plan, planChanges, type Step } from "./plan";
import { observeAll } from "./watch";

/** Times that one step may come up again on one host: a host that failed half way is reset, and then it joins. */
const TIMES = 2;
/** Steps after which no API server and no member of etcd has to come up. */
const PLAIN: readonly Step["kind"][] = ["snapshot", "removeMember", "reset"];
/** Milliseconds between two looks at a cluster that settles after a step, and how many there are. */
const SETTLE_MS = 3000;
const SETTLE_LOOKS = 10;

/** Makes hosts the control plane that the inputs describe, a step at a time. After each, all is looked at anew. */
export class ControlPlaneRun {
    private readonly executor: Executor;

    constructor(
        private readonly remote: Remote,
        log: Log,
        private readonly wanted: Wanted,
    ) {
        this.executor = new Executor(remote, log, wanted);
    }

    /** Answers with what was seen when nothing was left to do. */
    async run(): Promise<Observed> {
        const done = new Map<string, number>();
        let observed = await this.look();
        await this.executor.prepare(this.plan(observed).steps);
        for (;;) {
            const [step] = this.plan(observed).steps;
            if (step === undefined) {
                return observed;
            }
            const key = `${step.kind} ${step.node}`;
            const times = done.get(key) ?? 0;
            if (times === TIMES) {
                const words = step.reasons.map(reason => reason.words).join("; ");
                throw new HostError(`${step.node} was changed (${step.kind}), and yet it ${words}`);
            }
            done.set(key, times + 1);
            await this.executor.execute(step, observed);
            observed = PLAIN.includes(step.kind) ? await this.look() : await this.settled();
        }
    }

    private async look(): Promise<Observed> {
        const { urn, inputs, leaving } = this.wanted;
        const observed = await observeAll(this.remote, urn, inputs, leaving);
        const unseen = inputs.hosts.flatMap(({ node }) => {
            const seen = observed[node];
            return seen === undefined || isSeen(seen) ? [] : [seen.unseen];
        });
        if (unseen.length > 0) {
            throw new HostError(unseen.join("\n"));
        }
        return observed;
    }

    /** Members and API servers need a moment after a step: what was only just changed is no trouble yet. */
    private async settled(): Promise<Observed> {
        for (let looks = 1; ; looks += 1) {
            const observed = await this.look();
            const cluster = clusterOf(observed);
            const well = this.wanted.inputs.hosts.every(host => {
                const seen = observed[host.node];
                const member = cluster === undefined ? undefined : memberOf(host, cluster);
                return (
                    conditionOf(host, seen, cluster) !== "member" ||
                    (isSeen(seen) && seen.apiTrouble === "" && member?.healthy === true && !member.learner)
                );
            });
            if (well || looks === SETTLE_LOOKS) {
                return observed;
            }
            await sleep(SETTLE_MS);
        }
    }

    private plan(observed: Observed): Plan {
        const { inputs, leaving, previous } = this.wanted;
        const { hasSnapshot } = this.executor;
        const situation = { inputs, leaving, observed, hasSnapshot, now: new Date() };
        const plan = planChanges(previous === undefined ? situation : { ...situation, previous });
        if (plan.refusals.length > 0) {
            throw new HostError(plan.refusals.join("\n"));
        }
        return plan;
    }
}
