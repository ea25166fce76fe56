import { at, Json, numberAt, textAt } from "../values";

/** A file that an SSH connection needs, to be written with mode 0600. */
export interface SecretFile {
    readonly name: string;
    readonly content: string;
}

/** Everything that OpenSSH needs for one connection. */
export interface SshFiles {
    readonly files: readonly SecretFile[];
    /** Dial attempts before giving up; negative: no limit. */
    readonly attempts: number;
}

/** Name of the target in the generated configuration. */
export const TARGET = "target";

/** The key of a connection exactly as OpenSSH reads it: ending in one newline. */
function keyText(key: string): string {
    return `${key.replace(/\r/g, "").trimEnd()}\n`;
}

interface Hop {
    readonly alias: string;
    readonly connection: Json;
}

function refuse(field: string, why: string): never {
    throw new Error(`connection.${field}: ${why}`);
}

/** A value that goes into a configuration file: a line break in it would add options of its own. */
function word(field: string, text: string): string {
    return /^[^\s"#]+$/.test(text) ? text : refuse(field, `"${text}" holds a space, a quote or a line break`);
}

function hopFiles({ alias, connection }: Hop, folder: string, jump: string | undefined): readonly SecretFile[] {
    for (const field of ["password", "privateKeyPassword"]) {
        if (textAt(connection, field) !== "") {
            refuse(field, "not part of this stand-in; use a key without a passphrase, or an agent");
        }
    }
    const host = textAt(connection, "host");
    const hostKey = textAt(connection, "hostKey").trim();
    const port = numberAt(connection, 22, "port");
    if (host === "") {
        refuse("host", "missing");
    }
    if (!/^\S+ \S+/.test(hostKey)) {
        refuse("hostKey", `missing for ${host}; without it nobody knows who answers. Example: ssh-ed25519 AAAAC3…`);
    }
    const [type = "", key = ""] = hostKey.split(/\s+/);
    const privateKey = textAt(connection, "privateKey");
    const agent = textAt(connection, "agentSocketPath");
    const lines = [
        `Host ${alias}`,
        `HostName ${word("host", host)}`,
        `Port ${port}`,
        `User ${word("user", textAt(connection, "user") || "root")}`,
        `HostKeyAlias ${alias}`,
        `HostKeyAlgorithms ${type === "ssh-rsa" ? "rsa-sha2-512,rsa-sha2-256,ssh-rsa" : word("hostKey", type)}`,
        `UserKnownHostsFile ${folder}/${alias}.known`,
        "GlobalKnownHostsFile none",
        "StrictHostKeyChecking yes",
        "BatchMode yes",
        "LogLevel ERROR",
        "ForwardAgent no",
        `ConnectTimeout ${Math.max(1, numberAt(connection, 15, "perDialTimeout"))}`,
        ...(privateKey === ""
            ? []
            : [`IdentityFile ${folder}/${alias}.key`, "IdentitiesOnly yes", "IdentityAgent none"]),
        ...(privateKey === "" && agent !== "" ? [`IdentityAgent ${word("agentSocketPath", agent)}`] : []),
        ...(jump === undefined ? [] : [`ProxyCommand ssh -F ${folder}/config -W %h:%p ${jump}`]),
    ];
    return [
        { name: "config", content: `${lines.join("\n    ")}\n` },
        { name: `${alias}.known`, content: `${alias} ${type} ${key}\n` },
        ...(privateKey === "" ? [] : [{ name: `${alias}.key`, content: keyText(privateKey) }]),
    ];
}

/**
 * The files with which `ssh -F <folder>/config target` reaches the host of a connection, over its proxy if it has one.
 *
 * @throws when a field is missing, or asks for something that this stand-in does not do; never shows a key
 */
export function sshFiles(connection: Json, folder: string): SshFiles {
    const proxy = at(connection, "proxy");
    const hops: readonly SecretFile[] = [
        ...hopFiles({ alias: TARGET, connection }, folder, proxy === undefined ? undefined : "proxy"),
        ...(proxy === undefined ? [] : hopFiles({ alias: "proxy", connection: proxy }, folder, undefined)),
    ];
    const config = hops.filter(file => file.name === "config").map(file => file.content);
    return {
        files: [{ name: "config", content: config.join("") }, ...hops.filter(file => file.name !== "config")],
        attempts: numberAt(connection, 10, "dialErrorLimit"),
    };
}

/** Whether ssh gave up before a session began, so that trying again repeats nothing on the host. */
export function neverConnected(exitCode: number | null, stderr: string): boolean {
    const signs = [
        /^ssh: connect to host/m,
        /^ssh: Could not resolve/m,
        /^kex_exchange_identification:/m,
        /^Connection (closed|reset|timed out)/m,
        /^Connection to \S+ timed out/m,
        /^banner exchange:/im,
    ];
    return exitCode === 255 && signs.some(sign => sign.test(stderr));
}
