import { HostError } from "../errors";
import { type Remote } from "./remote";
import { type JoinTicket, makeTicket, revokeTicket } from "./ticket";
import type { ClusterNodeInputs } from "./types";

/** Milliseconds that a ticket is handed out for: a third of its life, so that whoever takes it last has time to join. */
const HANDED_OUT_MS = 300_000;

type Door = ClusterNodeInputs["controlPlane"][number];

interface Shared {
    readonly made: Promise<{ readonly ticket: JoinTicket; readonly host: Door }>;
    readonly at: number;
    users: number;
}

/** Tickets for joining. Hosts that join at the same time share one; it ends when the last of them has joined. */
export class Tickets {
    private current: Shared | undefined;

    constructor(private readonly remote: Remote) {}

    /** Does the work with a ticket of the first host of the control plane that makes one. */
    async use<Result>(
        urn: string,
        controlPlane: readonly Door[],
        work: (ticket: JoinTicket) => Promise<Result>,
    ): Promise<Result> {
        if (this.current === undefined || Date.now() - this.current.at > HANDED_OUT_MS) {
            this.current = { made: this.make(urn, controlPlane), at: Date.now(), users: 0 };
        }
        const shared = this.current;
        shared.users += 1;
        let failed = true;
        try {
            const { ticket } = await shared.made;
            const result = await work(ticket);
            failed = false;
            return result;
        } finally {
            shared.users -= 1;
            // Whoever comes after a failure may owe it to the ticket: it gets another.
            if ((failed || shared.users === 0) && this.current === shared) {
                this.current = undefined;
            }
            if (shared.users === 0) {
                await shared.made.then(
                    ({ ticket, host }) => revokeTicket(this.remote, urn, host, ticket),
                    () => undefined,
                );
            }
        }
    }

    private async make(urn: string, controlPlane: readonly Door[]): Promise<Awaited<Shared["made"]>> {
        const failures: string[] = [];
        for (const host of controlPlane) {
            try {
                return { ticket: await makeTicket(this.remote, urn, host, { certificates: false }), host };
            } catch (error) {
                if (!(error instanceof HostError)) {
                    throw error;
                }
                failures.push(error.message);
            }
        }
        throw new HostError(`no host of the control plane lets it in:\n${failures.join("\n")}`);
    }
}
