import { HostError, hostName, shortName } from "./errors";
import type { HostConnection } from "./items";
import type { SeenItems } from "./kinds/kind";
import type { Log } from "./log";
import { type Keys, type Observation, observeScript, readObservation, readPackaged } from "./script";
import { readAnswer, type Script } from "./shell";
import { ConnectionError, type Transport } from "./transport";
import { failuresOf, whyNot } from "./words";

/** Seconds that observing may take. */
const OBSERVE_SECONDS = 60;
/** Seconds that a change may take where the engine sets no limit: packages may have to be downloaded. */
const CHANGE_SECONDS = 1800;
/** An observation serves the change that follows it for this long, in milliseconds. */
const FRESH_MS = 60_000;

/** What every operation on one resource is told. */
export interface Call {
    readonly urn: string;
    /** Seconds that the engine allows; 0: as long as it takes. */
    readonly timeoutSeconds: number;
}

interface Remembered {
    readonly at: number;
    readonly connection: string;
    readonly keys: Keys;
    readonly withContent: Keys;
    readonly observation: Observation;
}

/** Runs scripts on hosts and reads their answers. Remembers the last observation of each resource for a short while. */
export class Session {
    /** Whether any host has answered yet. */
    answered = false;
    private readonly remembered = new Map<string, Remembered>();

    constructor(
        private readonly transport: Transport,
        private readonly log: Log,
    ) {}

    /** The last observation, where it is fresh and holds all that is asked for. */
    recent(call: Call, connection: HostConnection, keys: Keys, withContent: Keys): Observation | undefined {
        const last = this.remembered.get(call.urn);
        const fits =
            last !== undefined &&
            Date.now() - last.at < FRESH_MS &&
            last.connection === JSON.stringify(connection) &&
            holds(last.keys, keys) &&
            holds(last.withContent, withContent);
        return fits ? last.observation : undefined;
    }

    /** What was seen counts no longer. */
    forget(call: Call): void {
        this.remembered.delete(call.urn);
    }

    /** Observes a host: one session. */
    async observe(call: Call, connection: HostConnection, keys: Keys, withContent: Keys): Promise<Observation> {
        const script = observeScript(call.urn, keys, withContent);
        const result = await this.transport.run(connection, script, { timeoutSeconds: OBSERVE_SECONDS });
        const answer = readAnswer(result.stdout, script.mark);
        if (!answer.complete) {
            throw new HostError(
                `${hostName(call.urn, connection)} could not be observed: ${whyNot(answer, connection, result)}`,
            );
        }
        const observation = readObservation(answer, keys);
        this.answered = true;
        const at = Date.now();
        this.remembered.set(call.urn, { at, connection: JSON.stringify(connection), keys, withContent, observation });
        return observation;
    }

    /** Changes a host: one session. Answers with what was read back at its end. */
    async run(
        call: Call,
        connection: HostConnection,
        script: Script,
        keys: Keys,
        what: string,
    ): Promise<{ readonly observation: Observation; readonly packaged: SeenItems }> {
        const name = shortName(call.urn, connection);
        this.remembered.delete(call.urn);
        this.log.status(call.urn, `${name}: ${what}`);
        let lastStep = what;
        const onStep = (words: string) => {
            lastStep = words;
            this.log.status(call.urn, `${name}: ${words}`);
        };
        const timeoutSeconds = call.timeoutSeconds > 0 ? call.timeoutSeconds : CHANGE_SECONDS;
        try {
            const result = await this.transport.run(connection, script, { timeoutSeconds, onStep });
            const answer = readAnswer(result.stdout, script.mark);
            if (!answer.complete) {
                const host = hostName(call.urn, connection);
                const failures = failuresOf(answer) || `while ${lastStep}: ${whyNot(answer, connection, result)}`;
                throw new HostError(`${host} could not be changed, ${failures}`);
            }
            answer.sections.get("notes")?.forEach(line => this.log.say("warning", call.urn, `${name}: ${line}`));
            return { observation: readObservation(answer, keys), packaged: readPackaged(answer, keys) };
        } catch (error) {
            if (error instanceof ConnectionError && error.trouble === "lost") {
                throw new ConnectionError("lost", `${error.reason}, while ${lastStep}`);
            }
            throw error;
        }
    }
}

function holds(have: Keys, want: Keys): boolean {
    return Object.entries(want).every(([kind, keys]) => keys.every(key => have[kind]?.includes(key)));
}
