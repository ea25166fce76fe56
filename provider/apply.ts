import { changeScript } from "./change";
import { type Desired, readInputs, readOutputs, writeOutputs } from "./desired";
import { explain, HostError, hostName, shortName, UnfinishedError } from "./errors";
import { changedFound, foundFor, leavingItems, mergeFound, needsContent } from "./found";
import type { SeenItems } from "./kinds/kind";
import { type Disruptive, disruptionOf, waitsForReboot } from "./rolling/disruption";
import type { Fleet } from "./rolling/fleet";
import { OutOfService, type ServingNode } from "./rolling/service";
import { differencesOf, type ItemDifference, keysOf, type Observation } from "./script";
import type { Call, Session } from "./session";
import { ConnectionError } from "./transport";
import type { WireRecord } from "./values";
import { allWords, work } from "./words";

/** What the engine says of a host that is to become what its inputs say. */
export interface Request {
    readonly call: Call;
    readonly id: string;
    readonly inputs: WireRecord;
    /** Outputs and inputs of the state; empty for a new resource. */
    readonly olds: WireRecord;
    readonly oldInputs: WireRecord;
}

/** A host after its change. */
interface Changed {
    readonly observation: Observation;
    /** What each item was before Seamount touched it. */
    readonly found: SeenItems;
    /** Differences that only a reboot can end. */
    readonly left: readonly ItemDifference[];
}

/** Makes one host what it should be, once; in its turn, and out of service, where that disrupts the work on it. */
export class Application {
    private readonly desired: Desired;
    private readonly name: string;
    private readonly before: SeenItems;
    private readonly leaving: SeenItems;

    constructor(
        private readonly session: Session,
        private readonly fleet: Fleet,
        private readonly request: Request,
    ) {
        this.desired = readInputs(request.inputs);
        this.name = shortName(request.call.urn, this.desired.connection);
        this.before = readOutputs(request.olds).found;
        this.leaving = leavingItems(this.desired.items, this.before);
    }

    /** Answers with the outputs of the resource. */
    async run(): Promise<WireRecord> {
        const observation = await this.observe();
        if (this.disruption(observation) === undefined) {
            const changed = await this.change(observation);
            this.sayRebootDue(changed);
            return outputsOf(changed.observation, changed.found);
        }
        const { call } = this.request;
        const { connection, rack, node: nodeName } = this.desired;
        const service = new OutOfService(this.session, this.fleet, call, connection);
        const node = await service.node(nodeName);
        if (nodeName !== undefined && node === undefined) {
            // A host that the cluster does not know yet has no work that could suffer: it needs no turn.
            return this.disrupt(service, undefined);
        }
        const slot = await service.turn({ name: this.name, ...(rack === undefined ? {} : { rack }) });
        try {
            return await this.disrupt(service, node);
        } catch (error) {
            const [words = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
            this.fleet.coordinator.halt(`${this.name} failed: ${words.replace(/\.$/, "")}`);
            throw error;
        } finally {
            slot.leave();
        }
    }

    /** Takes the host out of service, changes it, reboots it where that is due, and brings it back. */
    private async disrupt(service: OutOfService, node: ServingNode | undefined): Promise<WireRecord> {
        const { connection, gates } = this.desired;
        // What was seen before the turn came may be old by now.
        const before = await this.observe();
        await service.begin(node, before);
        const changed = await this.change(before);
        const { found } = changed;
        try {
            let now = changed.observation;
            const due = now.rebootDue === true || changed.left.length > 0;
            if (due && this.fleet.settings.rollout.reboot === "manual") {
                this.sayRebootDue(changed);
                if (node !== undefined) {
                    throw new HostError(
                        `${hostName(this.request.call.urn, connection)} stays out of service until it is rebooted: reboot it, and run \`pulumi up\` again`,
                    );
                }
            } else if (due) {
                await service.reboot(now);
                now = await this.observe();
                const left = this.differences(now);
                if (left.length > 0) {
                    throw new HostError(
                        `${hostName(this.request.call.urn, connection)} was rebooted, and yet ${allWords(left)}`,
                    );
                }
            }
            await service.end(node, before, now, gates ?? {});
            return outputsOf(now, found);
        } catch (error) {
            throw this.unfinished(error, changed.observation, found);
        }
    }

    /** Changes what differs, in one session. Differences that are left, and do not wait for a reboot, are an error. */
    private async change(observation: Observation): Promise<Changed> {
        const { connection, items, isSecret } = this.desired;
        const { call, oldInputs } = this.request;
        const { leaving, before } = this;
        let found = foundFor(items, before, observation);
        const kept = { ...leaving, ...mergeFound(leaving, found) };
        const differing = this.differences(observation);
        if (differing.length === 0 && Object.keys(leaving).length === 0) {
            return { observation, found, left: [] };
        }
        const formerServices = readInputs(oldInputs).items.services;
        // What has been put back is ours no longer: if the item ever returns, it may have become something else.
        const after = Object.keys(leaving).length > 0 ? { recordAfter: found } : {};
        const reboots = this.disruption(observation)?.disruption === "reboot" ? { reboots: true } : {};
        const plan = { urn: call.urn, items, observation, isSecret, leaving, record: kept, ...after, ...reboots };
        const script = changeScript({ ...plan, ...(formerServices ? { formerServices } : {}) });
        try {
            const keys = keysOf(items);
            const changed = await this.session.run(call, connection, script, keys, work(differing.length, leaving));
            found = changedFound(found, before, changed.packaged);
            const left = this.differences(changed.observation);
            const wrong = left.filter(difference => !waitsForReboot(difference));
            if (wrong.length > 0) {
                throw new HostError(`${hostName(call.urn, connection)} was changed, and yet ${allWords(wrong)}`);
            }
            return { observation: changed.observation, found, left };
        } catch (error) {
            throw this.unfinished(error, observation, kept);
        }
    }

    private differences({ seen }: Observation): readonly ItemDifference[] {
        return differencesOf(this.desired.items, seen, this.desired.isSecret);
    }

    private disruption(observation: Observation): Disruptive | undefined {
        const { reboot } = this.fleet.settings.rollout;
        return disruptionOf({
            differing: this.differences(observation),
            observation,
            reboot,
        });
    }

    /** Looks at the host, unless that was done a moment ago. */
    private async observe(): Promise<Observation> {
        const { connection, items } = this.desired;
        const { call } = this.request;
        const [keys, content] = [keysOf(items), needsContent(items, this.before)];
        try {
            return (
                this.session.recent(call, connection, keys, content) ??
                (await this.session.observe(call, connection, keys, content))
            );
        } catch (error) {
            throw error instanceof ConnectionError ? new HostError(explain(call.urn, connection, error)) : error;
        }
    }

    private sayRebootDue({ observation, left }: Changed): void {
        if (observation.rebootDue === true || left.length > 0) {
            const why = left.length === 0 ? "" : `: ${allWords(left)}`;
            this.fleet.log.say("warning", this.request.call.urn, `${this.name}: a reboot is due${why}`);
        }
    }

    /** An error that keeps the state, so that the next `up` goes on from there. */
    private unfinished(error: unknown, observation: Observation, found: SeenItems): unknown {
        const { call, id, inputs } = this.request;
        const message =
            error instanceof ConnectionError
                ? explain(call.urn, this.desired.connection, error)
                : error instanceof HostError
                  ? error.message
                  : undefined;
        return message === undefined ? error : new UnfinishedError(message, id, inputs, outputsOf(observation, found));
    }
}

function outputsOf({ hostname, bootId }: Observation, found: SeenItems): WireRecord {
    return writeOutputs({ hostname, bootId, found });
}
