import type { PropertyChange } from "../desired";
import { HostError, shortName, UnfinishedError } from "../errors";
import type { ResourceDiff, ResourceHandler } from "../handler";
import { type Log, UnseenHosts } from "../log";
import type { Call } from "../session";
import { UNKNOWN, type WireRecord } from "../values";
import { type Fingerprint, fingerprintChanges } from "./fingerprint";
import {
    checkGate,
    compareGates,
    type GateInputs,
    protectGate,
    readGate,
    readGateOutputs,
    writeGateOutputs,
} from "./inputs";
import { Marking } from "./marking";
import type { NodeMarks } from "./marks";
import { type GateOutcome, judgeKept } from "./outcome";
import { EndError, type Gates } from "./run";
import { failureWords, passedWords } from "./words";

/** After so many hosts that cannot be reached, and none that can, each further one gets one second. */
const HOPELESS_HOSTS = 3;

/** Gate resources: what each call of the engine means. */
export class GateOperations implements ResourceHandler {
    private readonly said = new Set<string>();
    private readonly marking: Marking;
    private answered = false;

    constructor(
        private readonly gates: Gates,
        private readonly log: Log,
        marks: NodeMarks,
        private readonly unseen = new UnseenHosts(log),
    ) {
        this.marking = new Marking(marks, log);
    }

    check(news: WireRecord): ReturnType<ResourceHandler["check"]> {
        return { inputs: protectGate(news), problems: checkGate(news) };
    }

    /** What would change. Reads the fingerprint in every preview: what has changed on the host asks for a new proof. */
    async diff(call: Call, olds: WireRecord, oldInputs: WireRecord, news: WireRecord): Promise<ResourceDiff> {
        const { gate, hasUnknowns } = readGate(news);
        if (hasUnknowns) {
            return { changes: "unknown", details: new Map() };
        }
        const { details, measureAgain } = compareGates(readGate(oldInputs).gate, gate);
        const kept = readGateOutputs(olds);
        const changes = new Map<string, PropertyChange>(details);
        if (kept === undefined || !kept.passed) {
            this.say(call, gate, "has not passed, and runs again", changes.size === 0);
            return { changes: "some", details: changes.size === 0 ? new Map([["passed", "update"]]) : changes };
        }
        const now = await this.look(call, gate);
        if (now === undefined) {
            return { changes: "some", details: changes };
        }
        const changed = fingerprintChanges(kept.fingerprint, now);
        if (changed.length > 0 && !measureAgain) {
            changes.set("fingerprint", "update");
            this.say(call, gate, `runs again: ${changed.join("; ")}`);
        } else if (measureAgain) {
            this.say(call, gate, "runs again: what it measures has changed");
        }
        if (changes.size === 0 && (await this.marking.due(gate, kept.servingNode))) {
            changes.set("node", "update");
        }
        return { changes: changes.size > 0 ? "some" : "none", details: changes };
    }

    /** Says which checks would run. The host is looked at, so that one that cannot be reached is known now. */
    async previewCreate(call: Call, inputs: WireRecord): Promise<void> {
        const { gate, hasUnknowns } = readGate(inputs);
        if (!hasUnknowns && (await this.look(call, gate)) !== undefined) {
            this.say(call, gate, `would run ${Object.keys(gate.checks).join(", ")}`);
        }
    }

    async create(call: Call, inputs: WireRecord): Promise<{ readonly id: string; readonly outputs: WireRecord }> {
        const id = call.urn.split("::").at(-1) ?? call.urn;
        const { gate } = readGate(inputs);
        await this.marking.unproven(gate);
        return { id, outputs: await this.settle(call, id, inputs, gate, await this.gates.run(call, gate)) };
    }

    /** Judges again what is kept, where only thresholds changed; else runs. */
    async update(
        call: Call,
        id: string,
        olds: WireRecord,
        oldInputs: WireRecord,
        news: WireRecord,
    ): Promise<WireRecord> {
        const { gate } = readGate(news);
        const before = readGate(oldInputs).gate;
        const kept = readGateOutputs(olds);
        const { measureAgain } = compareGates(before, gate);
        if (before.node !== gate.node) {
            await this.marking.remove(before.node);
        }
        if (kept !== undefined && !measureAgain) {
            const now = await this.gates.fingerprintNow(call, gate);
            const judged = judgeKept(gate, kept);
            // A gate that failed, and fails by the thresholds of now as well, must be measured again.
            if ((judged.passed || kept.passed) && fingerprintChanges(kept.fingerprint, now).length === 0) {
                return this.settle(call, id, news, gate, judged);
            }
        }
        if (kept?.passed !== true) {
            await this.marking.unproven(gate);
        }
        return this.settle(call, id, news, gate, await this.gates.run(call, gate));
    }

    /** What `refresh` records: as it was. What has changed on the host since is said by the next preview. */
    read(
        _call: Call,
        olds: WireRecord,
        inputs: WireRecord,
    ): Promise<{ readonly outputs: WireRecord; readonly inputs: WireRecord }> {
        if (inputs.connection === undefined) {
            throw new HostError("a gate cannot be imported: describe it in the program, `up` runs it");
        }
        return Promise.resolve({ outputs: olds, inputs });
    }

    /** What a preview of an update shows: figures that only `up` can tell are unknown. */
    previewUpdate(_call: Call, olds: WireRecord): Promise<WireRecord> {
        const names = ["passed", "results", "fingerprint", "ranAt", "servingNode"];
        return Promise.resolve({ ...olds, ...Object.fromEntries(names.map(name => [name, UNKNOWN])) });
    }

    /** Takes label and taint from the node. On the host there is nothing to take back. */
    async delete(_call: Call, _olds: WireRecord, oldInputs: WireRecord): Promise<void> {
        await this.marking.remove(readGate(oldInputs).gate.node);
    }

    /** Marks the node by the outcome, and answers with the outputs. A gate that failed fails the update, with its state. */
    private async settle(
        call: Call,
        id: string,
        inputs: WireRecord,
        gate: GateInputs,
        outcome: GateOutcome,
    ): Promise<WireRecord> {
        const outputs = (servingNode: string) => writeGateOutputs({ ...outcome, servingNode });
        let failure = outcome.passed ? undefined : failureWords(call.urn, gate.connection, outcome);
        let serving = "";
        try {
            if (outcome.passed) {
                serving = await this.marking.serving(call, gate);
            } else {
                await this.marking.unproven(gate);
            }
        } catch (error) {
            if (!(error instanceof HostError)) {
                throw error;
            }
            failure = failure === undefined ? error.message : `${failure}\n${error.message}`;
        }
        if (failure !== undefined) {
            throw new UnfinishedError(failure, id, inputs, outputs(serving));
        }
        this.log.say("info", call.urn, `${shortName(call.urn, gate.connection)}: ${passedWords(outcome)}`);
        return outputs(serving);
    }

    /** The fingerprint; undefined where the host cannot be seen now, which is a warning. */
    private async look(call: Call, gate: GateInputs): Promise<Fingerprint | undefined> {
        const hopeless = this.unseen.count >= HOPELESS_HOSTS && !this.answered;
        const patient = <End extends GateInputs["connection"]>(end: End): End =>
            hopeless ? { ...end, connectTimeoutSeconds: 1 } : end;
        const { connection, peer } = gate;
        try {
            const ends = { connection: patient(connection), ...(peer === undefined ? {} : { peer: patient(peer) }) };
            const fingerprint = await this.gates.fingerprint(call, ends);
            this.answered = true;
            return fingerprint;
        } catch (error) {
            if (!(error instanceof EndError) || error.trouble === "wrong-host-key") {
                throw error;
            }
            this.unseen.tell(
                error.trouble,
                call.urn,
                `${error.message} Until then nobody knows whether its gate still holds.`,
            );
            return undefined;
        }
    }

    private say({ urn }: Call, { connection }: GateInputs, words: string, wanted = true): void {
        const message = `${shortName(urn, connection)}: the gate ${words}`;
        if (wanted && !this.said.has(message)) {
            this.said.add(message);
            this.log.say("info", urn, message);
        }
    }
}
