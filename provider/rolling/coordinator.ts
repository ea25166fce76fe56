import { HostError } from "../errors";
import type { RolloutSettings } from "./settings";

/** A host that is about to be disrupted. */
export interface Candidate {
    /** What messages call it. */
    readonly name: string;
    /** Unset: the host is a rack by itself. */
    readonly rack?: string;
}

/** The right to disrupt one host. */
export interface Slot {
    /** Gives the right back. Again: nothing. */
    leave(): void;
}

interface Waiting {
    readonly candidate: Candidate;
    readonly begin: (slot: Slot) => void;
    readonly refuse: (error: HostError) => void;
}

/**
 * Decides which hosts may be disrupted at the same time. It lives as long as one run: what it halts for is gone with
 * the next `up`. Hosts that need no disruption never meet it.
 */
export class Coordinator {
    private readonly waiting: Waiting[] = [];
    private readonly active = new Set<Candidate>();
    private failure: string | undefined;

    constructor(private readonly rule: Pick<RolloutSettings, "by" | "hostsAtOnce">) {}

    /**
     * Waits for its turn, first come, first served. Rejects with a `HostError` when a host has failed before the
     * turn came: then nothing may be done to this one.
     */
    enter(candidate: Candidate): Promise<Slot> {
        return new Promise((begin, refuse) => {
            this.waiting.push({ candidate, begin, refuse });
            this.admit();
        });
    }

    /** Whether `enter` would have to wait. */
    isFull(candidate: Candidate): boolean {
        return this.waiting.length > 0 || !this.fits(candidate);
    }

    /** Names of the hosts that are being disrupted. */
    get busy(): readonly string[] {
        return [...this.active].map(({ name }) => name);
    }

    /** Lets nobody in from now on, because a host has failed. The first reason stays. `reason`: a clause. */
    halt(reason: string): void {
        this.failure ??= reason;
        this.admit();
    }

    private admit(): void {
        if (this.failure !== undefined) {
            this.waiting.splice(0).forEach(({ refuse, candidate }) => refuse(this.notBegun(candidate)));
            return;
        }
        for (let next = this.next(); next !== undefined; next = this.next()) {
            const { candidate, begin } = next;
            this.active.add(candidate);
            begin({
                leave: () => {
                    this.active.delete(candidate);
                    this.admit();
                },
            });
        }
    }

    /** Takes the first of those that may begin now out of the queue. */
    private next(): Waiting | undefined {
        const index = this.waiting.findIndex(({ candidate }) => this.fits(candidate));
        return index < 0 ? undefined : this.waiting.splice(index, 1)[0];
    }

    private fits(candidate: Candidate): boolean {
        if (this.rule.by === "count") {
            return this.active.size < this.rule.hostsAtOnce;
        }
        return (
            this.active.size === 0 ||
            (candidate.rack !== undefined && [...this.active].every(({ rack }) => rack === candidate.rack))
        );
    }

    private notBegun({ name }: Candidate): HostError {
        return new HostError(`${name} was not begun, because ${this.failure ?? ""}; \`pulumi up\` again resumes`);
    }
}
