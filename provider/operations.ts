import { checkInputs, itemPath, protectInputs } from "./check";
import { Application, type Request } from "./apply";
import { changeScript } from "./change";
import { compareInputs, describeFound, type Desired, driftOf, readInputs, readOutputs, writeOutputs } from "./desired";
import { explain, HostError, shortName } from "./errors";
import type { ResourceDiff, ResourceHandler } from "./handler";
import { type Log, UnseenHosts } from "./log";
import { Observer } from "./observer";
import { disruptionOf, disruptionWords } from "./rolling/disruption";
import { Fleet } from "./rolling/fleet";
import { differencesOf, type ItemDifference, itemsOf, type Observation } from "./script";
import { type Call, Session } from "./session";
import { ConnectionError, type Transport } from "./transport";
import type { WireRecord } from "./values";
import { listed, summary } from "./words";

/** Host resources: what each call of the engine means. */
export class HostOperations implements ResourceHandler {
    private readonly session: Session;
    private readonly observer: Observer;
    private readonly said = new Set<string>();

    constructor(
        transport: Transport,
        private readonly log: Log,
        private readonly fleet = new Fleet({ transport, log }),
        unseen = new UnseenHosts(log),
    ) {
        this.session = new Session(transport, log);
        this.observer = new Observer(this.session, unseen);
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
        // What an earlier run has left to do is no item: it shows under a name of its own.
        const { reboot } = this.fleet.settings.rollout;
        if (disruptionOf({ differing: [], observation, reboot }) !== undefined) {
            details.set(observation.maintenance === undefined ? "bootId" : "maintenance", "update");
        }
        this.sayDrift(call, desired, differing);
        this.sayDisruption(call, desired, observation);
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
            this.sayDisruption(call, desired, observation);
        }
    }

    /** Makes the host what it should be for the first time. */
    async create(call: Call, inputs: WireRecord): Promise<{ readonly id: string; readonly outputs: WireRecord }> {
        const id = call.urn.split("::").at(-1) ?? call.urn;
        return { id, outputs: await this.apply({ call, id, inputs, olds: {}, oldInputs: {} }) };
    }

    /** Makes the host what it should be, and puts back what is ours no longer. */
    async update(
        call: Call,
        id: string,
        olds: WireRecord,
        oldInputs: WireRecord,
        news: WireRecord,
    ): Promise<WireRecord> {
        return this.apply({ call, id, inputs: news, olds, oldInputs });
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

    private apply(request: Request): Promise<WireRecord> {
        this.fleet.planned.delete(request.call.urn);
        return new Application(this.session, this.fleet, request).run();
    }

    /** Says what a pending change does to the work on the host, and keeps it for the sum. */
    private sayDisruption({ urn }: Call, desired: Desired, observation: Observation): void {
        const { planned, settings } = this.fleet;
        const { connection, items, isSecret, node, rack } = desired;
        const { reboot } = settings.rollout;
        const differing = differencesOf(items, observation.seen, isSecret);
        const disruptive = disruptionOf({ differing, observation, reboot });
        const name = shortName(urn, connection);
        if (disruptive !== undefined) {
            const { disruption } = disruptive;
            planned.set(urn, { name, disruption, ...(rack === undefined ? {} : { rack }) });
            this.sayOnce(urn, disruptionWords(name, node, disruptive, reboot));
            return;
        }
        planned.delete(urn);
        if (observation.rebootDue === true) {
            this.sayOnce(urn, `${name}: a reboot is due`);
        }
    }

    /** Says each difference once, and only how many more there are where the list would be long. */
    private sayDrift({ urn }: Call, { connection }: Desired, differing: readonly ItemDifference[]): void {
        const name = shortName(urn, connection);
        for (const words of listed(differing)) {
            this.sayOnce(urn, `${name}: ${words}`);
        }
    }

    private sayOnce(urn: string, message: string): void {
        if (!this.said.has(message)) {
            this.said.add(message);
            this.log.say("info", urn, message);
        }
    }
}
