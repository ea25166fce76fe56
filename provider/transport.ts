import type { HostConnection } from "./items";
import type { Script } from "./shell";
import type { Trouble } from "./sshconfig";

/** What a finished script has left. */
export interface Result {
    readonly stdout: string;
    readonly stderr: string;
    /** Exit status of the script. */
    readonly status: number;
}

/** How a script runs. */
export interface RunOptions {
    /** Seconds until it is stopped. */
    readonly timeoutSeconds: number;
    /** Told each step that the script says it begins. */
    readonly onStep?: (words: string) => void;
    /** Not over the connection that sessions of one host share: the host may have been rebooted since. */
    readonly ownConnection?: boolean;
}

/** The way to a host. OpenSSH in the product; anything in tests. */
export interface Transport {
    /** Runs a script in one session. Throws a `ConnectionError` when the session cannot begin, or breaks. */
    run(connection: HostConnection, script: Script, options: RunOptions): Promise<Result>;
    /** Ends the connection that sessions of one host share, where there is one. The next session begins another. */
    hangUp?(connection: HostConnection): Promise<void>;
    /** Stops everything that is under way. */
    cancel(): void;
    /** Ends connections and removes what was written on this machine. */
    close(): void;
}

/** A session that could not begin, or broke. */
export class ConnectionError extends Error {
    constructor(
        readonly trouble: Trouble,
        /** The reason, a clause: `Connection refused`. */
        readonly reason: string,
        /** Fingerprint that the host showed instead of its own. */
        readonly shownFingerprint?: string,
        /** Whether it was the jump host, and not the host itself. */
        readonly atJumpHost = false,
    ) {
        super(reason);
        this.name = "ConnectionError";
    }
}
