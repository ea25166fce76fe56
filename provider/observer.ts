import type { Desired } from "./desired";
import { explain, HostError } from "./errors";
import { needsContent } from "./found";
import type { HostConnection } from "./items";
import type { SeenItems } from "./kinds/kind";
import type { UnseenHosts } from "./log";
import { keysOf, type Observation } from "./script";
import type { Call, Session } from "./session";
import { ConnectionError } from "./transport";

/** After so many hosts that cannot be reached, and none that can, each further one gets one second. */
const HOPELESS_HOSTS = 3;

/** Looks at hosts where nothing is to be changed: a host that cannot be seen then is a warning, and no error. */
export class Observer {
    constructor(
        private readonly session: Session,
        private readonly unseen: UnseenHosts,
    ) {}

    /** Looks at a host; undefined where that cannot be done now. A wrong host key is always an error. */
    async look(call: Call, desired: Desired, found: SeenItems): Promise<Observation | undefined> {
        const { connection, items } = desired;
        const [keys, content] = [keysOf(items), needsContent(items, found)];
        try {
            return (
                this.session.recent(call, connection, keys, content) ??
                (await this.session.observe(call, this.patient(connection), keys, content))
            );
        } catch (error) {
            if (!(error instanceof ConnectionError)) {
                throw error;
            }
            const message = explain(call.urn, connection, error);
            if (error.trouble === "wrong-host-key") {
                throw new HostError(message);
            }
            this.unseen.tell(error.trouble, call.urn, `${message} Until then its items are unknown.`);
            return undefined;
        }
    }

    /** A site that is out of reach as a whole should not cost a whole timeout for each of its hosts. */
    private patient(connection: HostConnection): HostConnection {
        const hopeless = this.unseen.count >= HOPELESS_HOSTS && !this.session.answered;
        return hopeless ? { ...connection, connectTimeoutSeconds: 1 } : connection;
    }
}
