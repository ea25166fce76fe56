import { createHash } from "node:crypto";

/** A host's public key. */
export interface HostKey {
    /** Key type as OpenSSH writes it: `ssh-ed25519`. */
    readonly type: string;
    /** Base64 of the key. */
    readonly blob: string;
    /** As `ssh-keygen -l` prints it: `SHA256:…`. */
    readonly fingerprint: string;
    /** Signature algorithms by which such a key proves itself. */
    readonly algorithms: readonly string[];
}

const TYPES: Readonly<Record<string, readonly string[]>> = {
    "ssh-ed25519": ["ssh-ed25519"],
    "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
    "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
    "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
    "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
};

/** Reads `ssh-ed25519 AAAA… comment`; undefined where it is not a public key of a type that OpenSSH trusts. */
export function parseHostKey(text: string): HostKey | undefined {
    const [type = "", blob = ""] = text.trim().split(/\s+/);
    const algorithms = TYPES[type];
    if (algorithms === undefined || !/^[A-Za-z0-9+/]{40,}={0,2}$/.test(blob)) {
        return undefined;
    }
    const bytes = Buffer.from(blob, "base64");
    const length = bytes.readUInt32BE(0);
    if (bytes.subarray(4, 4 + length).toString("latin1") !== type) {
        return undefined;
    }
    const digest = createHash("sha256").update(bytes).digest("base64").replace(/=+$/, "");
    return { type, blob, fingerprint: `SHA256:${digest}`, algorithms };
}
