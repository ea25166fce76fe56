import { checkInputs, itemPath, protectInputs } from "./check";
import { changeScript } from "./change";
import { compareInputs, describeFound, driftOf, readInputs, readOutputs, writeOutputs } from "./desired";
import type { Desired, Outputs } from "./desired";
import { explain, HostError, hostName, shortName, UnfinishedError } from "./errors";
import type { ResourceDiff, ResourceHandler } from "./handler";
import type { SeenItems } from "./kinds/kind";
import type { Log } from "./log";
import { Observer } from "./observer";
import { changedFound, foundFor, leavingItems, mergeFound, needsContent } from "./found";
import { differencesOf, type ItemDifference, itemsOf, keysOf } from "./script";
import type { Observation } from "./script";
import { type Call, Session } from "./session";
import { ConnectionError, type Transport } from "./transport";
import type { WireRecord } from "./values";
import { allWords, listed, summary, work } from "./words";

/** Host resources: what each call of the engine means. */
export class HostOperations implements ResourceHandler {
    private readonly session: Session;
    private readonly observer: Observer;
    private readonly said = new Set<string>();

    constructor(
        transport: Transport,
        private readonly log: Log,
    ) {
        this.session = new Session(transport, log);
        this.observer = new Observer(this.session, log);
    }

    check(news: WireRecord): ReturnType<ResourceHandler["check"]> {
        return { inputs: protectInputs(news), problems: checkInputs(news) };
    }

    /** What would change. Looks at the host in every preview, whether the inputs changed or not. */
    async diff(call: Call, olds: WireRecord, oldInputs: WireRecord, news: WireRecord): Promise<ResourceDiff> {
        const desired = readInputs(news);
        if (desired.hasUnknowns) {
            return { changes: "unknown", details: new Map() };
        }
        const inputs = compareInputs(oldInputs, news);
        const observation = await this.observer.look(call, desired, readOutputs(olds).found);
        if (observation === undefined) {
            return { changes: "some", details: inputs };
        }
        const details = new Map(inputs);
        const differing = differencesOf(desired.items, observation.seen, desired.isSecret);
        for (const difference of differing) {
            const { kind, key } = difference;
            if (!inputs.has(itemPath(kind, key))) {
                driftOf(itemsOf(desired.items, kind)[key], difference).forEach((change, path) =>
                    details.set(path, change),
                );
            }
        }
        this.sayDrift(call, desired, differing);
        return { changes: details.size > 0 ? "some" : "none", details };
    }

    /** What a preview of a new host shows: the host is looked at, and nothing is changed. */
    async previewCreate(call: Call, inputs: WireRecord): Promise<void> {
        const desired = readInputs(inputs);
        if (desired.hasUnknowns) {
            return;
        }
        const observation = await this.observer.look(call, desired, {});
        if (observation !== undefined) {
            const differing = differencesOf(desired.items, observation.seen, desired.isSecret);
            this.log.say("info", call.urn, summary(shortName(call.urn, desired.connection), desired.items, differing));
        }
    }

    /** Makes the host what it should be for the first time. */
    async create(call: Call, inputs: WireRecord): Promise<{ readonly id: string; readonly outputs: WireRecord }> {
        const id = call.urn.split("::").at(-1) ?? call.urn;
        return { id, outputs: await this.apply(call, id, inputs, {}, {}) };
    }

    /** Makes the host what it should be, and puts back what is ours no longer. */
    async update(
        call: Call,
        id: string,
        olds: WireRecord,
        oldInputs: WireRecord,
        news: WireRecord,
    ): Promise<WireRecord> {
        return this.apply(call, id, news, olds, oldInputs);
    }

    /** What `refresh` records: the items as they are. A host that cannot be seen stays as it was. */
    async read(
        call: Call,
        olds: WireRecord,
        inputs: WireRecord,
    ): Promise<{ readonly outputs: WireRecord; readonly inputs: WireRecord }> {
        if (inputs.connection === undefined) {
            throw new HostError("a host cannot be imported: describe it in the program, `up` takes it as it is");
        }
        const desired = readInputs(inputs);
        const outputs = readOutputs(olds);
        const observation = await this.observer.look(call, desired, outputs.found);
        if (observation === undefined) {
            return { outputs: olds, inputs };
        }
        const { hostname, bootId, seen } = observation;
        return {
            outputs: writeOutputs({ ...outputs, hostname, bootId }),
            inputs: describeFound(inputs, desired, seen),
        };
    }

    /** Puts back what was found before the first change. Packages stay. */
    async delete(call: Call, olds: WireRecord, oldInputs: WireRecord): Promise<void> {
        const { connection } = readInputs(oldInputs);
        const { found } = readOutputs(olds);
        const observation = { hostname: "", bootId: "", seen: {}, recorded: {} };
        const script = changeScript({ urn: call.urn, items: {}, observation, isSecret: () => true, leaving: found });
        try {
            await this.session.run(call, connection, script, {}, "putting back what was found");
        } catch (error) {
            throw error instanceof ConnectionError ? new HostError(explain(call.urn, connection, error)) : error;
        }
    }

    private async apply(
        call: Call,
        id: string,
        inputs: WireRecord,
        olds: WireRecord,
        oldInputs: WireRecord,
    ): Promise<WireRecord> {
        const desired = readInputs(inputs);
        const { connection, items, isSecret } = desired;
        const before = readOutputs(olds).found;
        const keys = keysOf(items);
        let observation: Observation;
        try {
            observation =
                this.session.recent(call, connection, keys, needsContent(items, before)) ??
                (await this.session.observe(call, connection, keys, needsContent(items, before)));
        } catch (error) {
            throw error instanceof ConnectionError ? new HostError(explain(call.urn, connection, error)) : error;
        }
        const leaving = leavingItems(items, before);
        let found = foundFor(items, before, observation);
        const kept = { ...leaving, ...mergeFound(leaving, found) };
        const { hostname, bootId } = observation;
        const outputs = (now: SeenItems): Outputs => ({ hostname, bootId, found: now });
        const differing = differencesOf(items, observation.seen, isSecret);
        if (differing.length === 0 && Object.keys(leaving).length === 0) {
            return writeOutputs(outputs(found));
        }
        const unfinished = (message: string) => new UnfinishedError(message, id, inputs, writeOutputs(outputs(kept)));
        const formerServices = readInputs(oldInputs).items.services;
        // What has been put back is ours no longer: if the item ever returns, it may have become something else.
        const after = Object.keys(leaving).length > 0 ? { recordAfter: found } : {};
        const plan = { urn: call.urn, items, observation, isSecret, leaving, record: kept, ...after };
        const script = changeScript({ ...plan, ...(formerServices ? { formerServices } : {}) });
        try {
            const changed = await this.session.run(call, connection, script, keys, work(differing.length, leaving));
            found = changedFound(found, before, changed.packaged);
            const left = differencesOf(items, changed.observation.seen, isSecret);
            if (left.length > 0) {
                throw unfinished(`${hostName(call.urn, connection)} was changed, and yet ${allWords(left)}`);
            }
            return writeOutputs({ ...changed.observation, found });
        } catch (error) {
            if (error instanceof ConnectionError) {
                throw unfinished(explain(call.urn, connection, error));
            }
            throw error instanceof UnfinishedError || !(error instanceof HostError) ? error : unfinished(error.message);
        }
    }

    /** Says each difference once, and only how many more there are where the list would be long. */
    private sayDrift({ urn }: Call, { connection }: Desired, differing: readonly ItemDifference[]): void {
        const name = shortName(urn, connection);
        for (const words of listed(differing)) {
            const message = `${name}: ${words}`;
            if (!this.said.has(message)) {
                this.said.add(message);
                this.log.say("info", urn, message);
            }
        }
    }
}
