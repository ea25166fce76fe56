import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** How much a message matters. */
export type Severity = "debug" | "info" | "warning" | "error";

/** Where messages for people go. `status` is a line that the next one replaces. */
export interface Log {
    say(severity: Severity, urn: string, message: string): void;
    status(urn: string, message: string): void;
    /** Resolves when everything said so far has been handed over. */
    settled(): Promise<void>;
}

const SEVERITIES: Readonly<Record<Severity, LogSeverity>> = {
    debug: LogSeverity.DEBUG,
    info: LogSeverity.INFO,
    warning: LogSeverity.WARNING,
    error: LogSeverity.ERROR,
};

/** The engine's own log: messages appear beside the resource. Without an engine they are dropped. */
export class EngineLog implements Log {
    private client: EngineClient | undefined;
    private sent: Promise<void> = Promise.resolve();

    connect(engineAddress: string): void {
        this.client ??=
            engineAddress === "" ? undefined : new EngineClient(engineAddress, grpc.credentials.createInsecure());
    }

    say(severity: Severity, urn: string, message: string): void {
        this.send(severity, urn, message, false);
    }

    status(urn: string, message: string): void {
        this.send("info", urn, message, true);
    }

    settled(): Promise<void> {
        return this.sent;
    }

    private send(severity: Severity, urn: string, message: string, ephemeral: boolean): void {
        const { client } = this;
        if (client === undefined) {
            return;
        }
        const request = new LogRequest()
            .setSeverity(SEVERITIES[severity])
            .setUrn(urn)
            .setMessage(message)
            .setEphemeral(ephemeral);
        // One after the other, so that they appear in order. A message that cannot be delivered is no reason to fail:
        // the answer itself says what went wrong.
        this.sent = this.sent.then(() => new Promise(resolve => client.log(request, () => resolve())));
    }
}

/**
 * Says that hosts cannot be seen: the first one plainly, further ones only to those who ask for details. A preview
 * of a site that is out of reach is then one warning, not a page.
 */
export class UnseenHosts {
    private readonly told = new Set<string>();

    constructor(private readonly log: Log) {}

    /** Hosts that could not be seen so far. */
    count = 0;

    tell(trouble: string, urn: string, message: string): void {
        this.count += 1;
        if (this.told.has(trouble)) {
            this.log.say("debug", urn, message);
            return;
        }
        this.told.add(trouble);
        this.log.say("warning", urn, `${message} Further hosts like this are not named (\`--debug\` names them).`);
    }
}
