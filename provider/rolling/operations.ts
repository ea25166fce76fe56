import type { ResourceDiff, ResourceHandler } from "../handler";
import type { Log } from "../log";
import type { Call } from "../session";
import { sameValue, unwrap, type WireRecord } from "../values";
import { rolloutWords } from "./disruption";
import type { Fleet } from "./fleet";

/**
 * The rollout of a site: a resource without a life of its own. It comes after all hosts, so that a preview can say in
 * sum what a change does to them.
 */
export class RolloutOperations implements ResourceHandler {
    constructor(
        private readonly fleet: Fleet,
        private readonly log: Log,
    ) {}

    check(news: WireRecord): ReturnType<ResourceHandler["check"]> {
        const problems = Object.keys(news)
            .filter(name => name !== "hosts")
            .map(property => ({ property, reason: `a rollout has no "${property}"; it has hosts` }));
        return { inputs: news, problems };
    }

    diff(call: Call, _olds: WireRecord, oldInputs: WireRecord, news: WireRecord): Promise<ResourceDiff> {
        this.say(call);
        const same = sameValue(unwrap(oldInputs).value, unwrap(news).value);
        return Promise.resolve({
            changes: same ? "none" : "some",
            details: same ? new Map() : new Map([["hosts", "update"]]),
        });
    }

    previewCreate(call: Call): Promise<void> {
        this.say(call);
        return Promise.resolve();
    }

    create(call: Call): Promise<{ readonly id: string; readonly outputs: WireRecord }> {
        return Promise.resolve({ id: call.urn.split("::").at(-1) ?? call.urn, outputs: {} });
    }

    read(_call: Call, olds: WireRecord, inputs: WireRecord): ReturnType<ResourceHandler["read"]> {
        return Promise.resolve({ outputs: olds, inputs });
    }

    update(): Promise<WireRecord> {
        return Promise.resolve({});
    }

    delete(): Promise<void> {
        return Promise.resolve();
    }

    private say({ urn }: Call): void {
        const { planned, settings } = this.fleet;
        rolloutWords([...planned.values()], settings.rollout).forEach(words => this.log.say("info", urn, words));
    }
}
