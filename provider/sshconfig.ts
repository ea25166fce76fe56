import { parseJumpHost } from "./check";
import { type HostKey, parseHostKey } from "./hostkey";
import type { HostConnection } from "./items";

/** Seconds without any answer on an open connection until it counts as lost: 3 questions, 5 s apart. */
const ALIVE_SECONDS = 5;
const ALIVE_COUNT = 3;

/** Name by which the files below know the host. It never leaves this machine. */
export const TARGET = "seamount-target";
/** Name by which they know the jump host. */
export const JUMP = "seamount-jump";

/** Where the files of one connection lie. */
export interface SshFiles {
    readonly knownHosts: string;
    readonly controlPath: string;
    /** Socket of the agent that holds the private key, where the key is not a file. */
    readonly agentSocket?: string;
}

/** The known_hosts file: the host's own key and the jump host's, and no other. */
export function knownHostsText(connection: HostConnection): string {
    const line = (name: string, text: string | undefined) => {
        const key = parseHostKey(text ?? "");
        return key === undefined ? "" : `${name} ${key.type} ${key.blob}\n`;
    };
    return line(TARGET, connection.hostKey) + line(JUMP, connection.jumpHostKey);
}

/** A whole OpenSSH client configuration for one host, so that nobody's own ~/.ssh/config has a say. */
export function sshConfigText(connection: HostConnection, files: SshFiles): string {
    const jump = connection.jumpHost === undefined ? undefined : parseJumpHost(connection.jumpHost);
    const block = (name: string, lines: readonly string[]) =>
        [`Host ${name}`, ...lines.map(line => `    ${line}`)].join("\n");
    const user = connection.user ?? "root";
    return [
        ...(jump === undefined
            ? []
            : [
                  block(JUMP, [
                      ...endpoint(
                          jump.address,
                          jump.port,
                          jump.user ?? user,
                          JUMP,
                          parseHostKey(connection.jumpHostKey ?? ""),
                      ),
                      "ControlMaster no",
                  ]),
              ]),
        block(TARGET, [
            ...endpoint(connection.address, connection.port ?? 22, user, TARGET, parseHostKey(connection.hostKey)),
            ...(jump === undefined ? [] : [`ProxyJump ${JUMP}`]),
            "ControlMaster auto",
            "ControlPersist 60",
            `ControlPath ${files.controlPath}`,
        ]),
        block("*", [
            "BatchMode yes",
            "RequestTTY no",
            // ERROR would hide why no host key could be agreed upon.
            "LogLevel INFO",
            "StrictHostKeyChecking yes",
            `UserKnownHostsFile ${files.knownHosts}`,
            "GlobalKnownHostsFile /dev/null",
            "UpdateHostKeys no",
            "VerifyHostKeyDNS no",
            "CheckHostIP no",
            "ForwardAgent no",
            "PermitLocalCommand no",
            `ConnectTimeout ${connection.connectTimeoutSeconds ?? 5}`,
            "ConnectionAttempts 1",
            `ServerAliveInterval ${ALIVE_SECONDS}`,
            `ServerAliveCountMax ${ALIVE_COUNT}`,
            ...identity(connection, files),
        ]),
        "",
    ].join("\n");
}

function endpoint(address: string, port: number, user: string, alias: string, key: HostKey | undefined): string[] {
    return [
        `HostName ${literal(address)}`,
        `Port ${port}`,
        `User ${user}`,
        `HostKeyAlias ${alias}`,
        `HostKeyAlgorithms ${key?.algorithms.join(",") ?? "none"}`,
    ];
}

/** Text in which ssh expands nothing but a leading ~. */
const literal = (text: string) => text.replaceAll("%", "%%");

function identity(connection: HostConnection, files: SshFiles): string[] {
    if (files.agentSocket !== undefined) {
        return [`IdentityAgent ${files.agentSocket}`, "IdentityFile none"];
    }
    return connection.identityFile === undefined
        ? []
        : [`IdentityFile "${literal(connection.identityFile)}"`, "IdentitiesOnly yes"];
}

/** Why a session did not do its work. */
export type Trouble = "unreachable" | "refused-login" | "wrong-host-key" | "lost";

/** What ssh said, understood. */
export interface Verdict {
    readonly trouble: Trouble;
    /** The reason in ssh's own words, without what only ssh cares about. */
    readonly words: string;
    /** Fingerprint that the host showed, where it showed a wrong key. */
    readonly shownFingerprint?: string;
}

/** What ssh says of a private key file that it cannot use. */
const UNUSABLE_KEY = /^(no such identity|Load key |Permissions \d+ for )/;

/** Understands the standard error of an ssh that ended with status 255. `began`: whether the script had begun. */
export function understand(stderr: string, began: boolean): Verdict {
    const lines = stderr
        .split(/\r?\n/)
        .map(line => line.replace(/^ssh: /, "").trim())
        .filter(line => line !== "" && !line.startsWith("Warning: Permanently added"));
    const noType = lines.find(line => line.includes("no matching host key type found"));
    if (noType !== undefined || /Host key verification failed|IDENTIFICATION HAS CHANGED/.test(stderr)) {
        const shownFingerprint = /SHA256:[A-Za-z0-9+/]+/.exec(stderr)?.[0];
        const offer = /Their offer: (.*)$/.exec(noType ?? "")?.[1];
        const words = offer === undefined ? "it shows another key" : `it has keys of other types only (${offer})`;
        return { trouble: "wrong-host-key", words, ...(shownFingerprint ? { shownFingerprint } : {}) };
    }
    const denied = lines.find(line => /Permission denied \(|Too many authentication failures/.test(line));
    if (denied !== undefined && !began) {
        const words = denied.replace(/^\S+@\S+: /, "").replaceAll(/\.$/g, "");
        const aboutKey = lines.find(line => UNUSABLE_KEY.test(line));
        return { trouble: "refused-login", words: aboutKey === undefined ? words : `${words} (${aboutKey})` };
    }
    // Once the script runs, its own standard error is among the lines: only what ssh itself says counts.
    const own =
        /^(client_loop|Connection |Shared connection|Timeout, server|mux_client|Read from|Write failed|Broken pipe)/;
    const words = began
        ? (lines.findLast(line => own.test(line)) ?? "it broke off")
        : (lines.find(line => /^(connect to host|Could not resolve)/.test(line)) ?? lines.at(-1) ?? "no answer");
    const cleaned = words
        .replace(/^connect to host \S+ port \d+: /, "")
        .replace(/^Connection (?:to|closed by|reset by) UNKNOWN port \d+/, "the way through the jump host")
        .replace(/\.$/, "");
    return { trouble: began ? "lost" : "unreachable", words: cleaned };
}
