import { createHmac } from "node:crypto";

/** Kinds of host keys in order of preference. DSA is not among them. */
const keyTypes = [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-rsa",
] as const;

/**
 * A public key without name and comment, `ssh-ed25519 AAAA…`, or undefined where the text is not one. The kind is read
 * from inside the key as well, so that a key that was cut or joined wrongly is not accepted.
 */
export function normalisePublicKey(text: string): string | undefined {
    const [type, body] = text.trim().split(/\s+/);
    if (type === undefined || body === undefined || !keyTypes.some(known => known === type)) {
        return undefined;
    }
    const bytes = Buffer.from(body, "base64");
    if (bytes.toString("base64").replace(/=+$/, "") !== body.replace(/=+$/, "") || !hasWholeFields(bytes, type)) {
        return undefined;
    }
    return `${type} ${body}`;
}

/** Fields of an SSH key: a length of four bytes and that many bytes, the first being the kind (RFC 4253, 6.6). */
function hasWholeFields(bytes: Buffer, type: string): boolean {
    let offset = 0;
    const fields: Buffer[] = [];
    while (offset + 4 <= bytes.length) {
        const end = offset + 4 + bytes.readUInt32BE(offset);
        fields.push(bytes.subarray(offset + 4, end));
        offset = end;
    }
    const raw = fields[1]?.length ?? 0;
    return (
        offset === bytes.length &&
        fields.length === (type === "ssh-ed25519" ? 2 : 3) &&
        fields[0]?.toString("latin1") === type &&
        (type === "ssh-ed25519" ? raw === 32 : raw > 0)
    );
}

/** A line of a known_hosts file: the names it is for, as written, and the key. */
export interface KnownHost {
    readonly names: readonly string[];
    readonly key: string;
}

/**
 * Reads OpenSSH's known_hosts: plain names, `[address]:port`, hashed names. Lines with a marker that is not
 * `@revoked`, with wildcards only, or with keys of other kinds say nothing about a host here and are left out; a key
 * that is revoked anywhere is never used.
 */
export function parseKnownHosts(text: string): readonly KnownHost[] {
    const hosts: KnownHost[] = [];
    const revoked = new Set<string>();
    for (const line of text.split(/\r?\n/).map(each => each.trim())) {
        if (line === "" || line.startsWith("#")) {
            continue;
        }
        const words = line.split(/\s+/);
        const marker = line.startsWith("@") ? words.shift() : undefined;
        const [names = "", ...rest] = words;
        const key = normalisePublicKey(rest.join(" "));
        if (key !== undefined && marker === "@revoked") {
            revoked.add(key);
        } else if (key !== undefined && marker === undefined) {
            hosts.push({ names: names.split(","), key });
        }
    }
    return hosts.filter(host => !revoked.has(host.key));
}

/** The key known for any of these names or addresses at this port, the best kind where there are several. */
export function findHostKey(known: readonly KnownHost[], names: readonly string[], port: number): string | undefined {
    const wanted = names.map(name => (port === 22 ? name : `[${name}]:${port}`).toLowerCase());
    const keys = known
        .filter(host => host.names.some(pattern => wanted.some(name => matches(pattern, name))))
        .map(host => host.key);
    return keyTypes.map(type => keys.find(key => key.startsWith(`${type} `))).find(key => key !== undefined);
}

function matches(pattern: string, name: string): boolean {
    const [, salt, hash] = /^\|1\|([^|]+)\|([^|]+)$/.exec(pattern) ?? [];
    if (salt === undefined || hash === undefined) {
        return pattern.toLowerCase() === name;
    }
    return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
}
