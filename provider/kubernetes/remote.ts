import { explain, HostError, hostName } from "../errors";
import type { HostConnection } from "../items";
import { changePrelude } from "../kinds/prelude";
import type { Log } from "../log";
import { holderFragment } from "../rolling/markers";
import { type Answer, assemble, readAnswer } from "../shell";
import { ConnectionError, type Transport } from "../transport";
import { whyNot } from "../words";
import { advice } from "./advice";
import { kubernetesPrelude } from "./prelude";

/** Seconds that a look at a host may take: it waits for an API server and for members of etcd that do not answer. */
const LOOK_SECONDS = 60;

/** A host that is, or is to be, a node of the cluster. */
export interface Target {
    /** Name of the Kubernetes node. */
    readonly node: string;
    readonly connection: HostConnection;
}

/** How a script that changes a host runs. */
export interface ChangeOptions {
    /** The step, for people, as a clause: `joining`. It is shown while it runs, and named where it fails. */
    readonly what: string;
    /** Seconds until it is stopped. */
    readonly timeoutSeconds: number;
}

/** Runs scripts on hosts of a cluster. Messages name the host, the step, and what the programs there said at last. */
export class Remote {
    constructor(
        private readonly transport: Transport,
        private readonly log: Log,
    ) {}

    /** Runs a script that changes nothing and takes no lock. Throws a `ConnectionError` where the host cannot be seen. */
    async look(target: Target, fragments: readonly string[], timeoutSeconds = LOOK_SECONDS): Promise<Answer> {
        const connection = named(target);
        const script = assemble([kubernetesPrelude, ...fragments]);
        const result = await this.transport.run(connection, script, { timeoutSeconds });
        const answer = readAnswer(result.stdout, script.mark);
        if (!answer.complete) {
            throw new HostError(`${nameOf(target)} could not be observed: ${whyNot(answer, connection, result)}`);
        }
        return answer;
    }

    /** Runs a script under the host's lock. Throws a `HostError` where it does not reach its end. */
    async change(urn: string, target: Target, options: ChangeOptions, fragments: readonly string[]): Promise<Answer> {
        const connection = named(target);
        const { what, timeoutSeconds } = options;
        let last = what;
        const onStep = (words: string) => {
            last = words === what ? what : `${what}, ${words}`;
            this.log.status(urn, `${target.node}: ${last}`);
        };
        onStep(what);
        const script = assemble([holderFragment(), changePrelude, kubernetesPrelude, ...fragments]);
        try {
            const result = await this.transport.run(connection, script, { timeoutSeconds, onStep });
            const answer = readAnswer(result.stdout, script.mark);
            if (!answer.complete) {
                const why = whyNot(answer, connection, result);
                throw new HostError(`${nameOf(target)}, while ${last}: ${why}${advice(why)}`);
            }
            answer.sections.get("notes")?.forEach(line => this.log.say("warning", urn, `${target.node}: ${line}`));
            return answer;
        } catch (error) {
            if (error instanceof ConnectionError) {
                const lost = error.trouble === "lost";
                const known = lost ? new ConnectionError("lost", `${error.reason}, while ${last}`) : error;
                throw new HostError(explain(urn, connection, known));
            }
            throw error;
        }
    }
}

/** `cp-2 (10.0.0.12)` */
export function nameOf(target: Target): string {
    return hostName("", named(target));
}

/** The connection, with the node's name where it has none: messages speak of the host, and not of the resource. */
export function named({ node, connection }: Target): HostConnection {
    return connection.name === undefined ? { ...connection, name: node } : connection;
}
