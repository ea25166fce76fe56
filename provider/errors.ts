import { parseJumpHost } from "./check";
import { parseHostKey } from "./hostkey";
import type { HostConnection } from "./items";
import { ConnectionError } from "./transport";
import type { WireRecord } from "./values";

/** An error for people: said as it is, never with a stack. */
export class HostError extends Error {
    constructor(message: string) {
        super(message);
        this.name = "HostError";
    }
}

/** A change that began and did not end well. The engine keeps the outputs, so that the next `up` goes on from there. */
export class UnfinishedError extends HostError {
    constructor(
        message: string,
        readonly id: string,
        readonly inputs: WireRecord,
        readonly outputs: WireRecord,
    ) {
        super(message);
        this.name = "UnfinishedError";
    }
}

/** What messages call a host: `metal-1`. */
export function shortName(urn: string, connection: HostConnection): string {
    return connection.name ?? urn.split("::").at(-1) ?? urn;
}

/** `metal-1 (10.88.0.11)` */
export function hostName(urn: string, connection: HostConnection): string {
    return `${shortName(urn, connection)} (${connection.address})`;
}

/** Why a host cannot be used, and what to do, in one paragraph. */
export function explain(urn: string, connection: HostConnection, error: ConnectionError): string {
    const own = hostName(urn, connection);
    const jumped = error.atJumpHost && connection.jumpHost !== undefined;
    const host = jumped ? `the jump host ${connection.jumpHost} of ${own}` : own;
    const user = jumped
        ? (parseJumpHost(connection.jumpHost ?? "")?.user ?? connection.user ?? "root")
        : (connection.user ?? "root");
    const port = connection.port === undefined || connection.port === 22 ? "" : ` -p ${connection.port}`;
    const jump = connection.jumpHost === undefined ? "" : ` -J ${connection.jumpHost}`;
    switch (error.trouble) {
        case "unreachable":
            return `${host} cannot be reached: ${error.reason}. Try \`ssh${jump}${port} ${connection.user ?? "root"}@${connection.address}\`; if it is gone for good, take it out of the site and run \`pulumi state delete\`.`;
        case "refused-login":
            return `${host} refuses the login of ${user} with ${keyName(connection)}: ${error.reason}. Put the public key into ~${user}/.ssh/authorized_keys there, or correct the user or the key.`;
        case "lost":
            return `the connection to ${host} was lost: ${error.reason}. What was done stays done; run \`pulumi up\` again.`;
        case "wrong-host-key": {
            const [field, key] = jumped
                ? ["jumpHostKey", connection.jumpHostKey ?? ""]
                : ["hostKey", connection.hostKey];
            const wanted = parseHostKey(key)?.fingerprint ?? "unreadable";
            const shown = error.shownFingerprint === undefined ? error.reason : `it shows ${error.shownFingerprint}`;
            return `${host} is not the host that the site file describes: its key should be ${wanted}, but ${shown}. Somebody may be in between, or the host was installed anew: read /etc/ssh/ssh_host_*_key.pub at its console, and correct ${field} if that is what you see.`;
        }
    }
}

function keyName({ privateKey, identityFile }: HostConnection): string {
    return privateKey !== undefined
        ? "the configured private key"
        : identityFile !== undefined
          ? `the key ${identityFile}`
          : "the keys of the SSH agent";
}
