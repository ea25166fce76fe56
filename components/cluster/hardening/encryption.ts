import { stringify } from "yaml";

/** A key of 32 bytes for XSalsa20 and Poly1305, in the API server's own file. */
export interface SecretboxProvider {
    readonly kind: "secretbox";
    /** Name that is written with what the key encrypts: another key, another name. */
    readonly name: string;
    /** Base64 of 32 bytes; a secret. */
    readonly key: string;
}

/** A key management service (KMS v2) on the same host, which holds the key itself. */
export interface KmsProvider {
    readonly kind: "kms";
    readonly name: string;
    /** Socket of its plugin, `unix:///run/kms.sock`. */
    readonly endpoint: string;
    /** @default 3 */
    readonly timeoutSeconds?: number;
}

/** Something that encrypts. */
export type EncryptionProvider = SecretboxProvider | KmsProvider;

const KEY_BYTES = 32;

/**
 * The configuration of encryption at rest: the first provider writes, all of them read. Nothing is read or written in
 * the clear. To change a key on several servers, each must be able to read it before the first writes with it: add the
 * new one second, then put it first, then write all secrets anew, then take the old one away.
 * @throws Error with one sentence where there is no provider, a name is there twice, or a key has another length
 */
export function encryptionConfiguration(providers: readonly EncryptionProvider[]): string {
    const names = providers.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (providers.length === 0) {
        throw new Error("encryption at rest needs at least one provider");
    }
    if (twice !== undefined) {
        throw new Error(`encryption at rest has two providers with the name ${JSON.stringify(twice)}`);
    }
    const short = providers.find(each => each.kind === "secretbox" && bytesOf(each.key) !== KEY_BYTES);
    if (short !== undefined) {
        throw new Error(`the encryption key ${JSON.stringify(short.name)} is not base64 of ${KEY_BYTES} bytes`);
    }
    return stringify({
        apiVersion: "apiserver.config.k8s.io/v1",
        kind: "EncryptionConfiguration",
        resources: [{ resources: ["secrets"], providers: providers.map(providerOf) }],
    });
}

function providerOf(provider: EncryptionProvider): object {
    if (provider.kind === "secretbox") {
        return { secretbox: { keys: [{ name: provider.name, secret: provider.key }] } };
    }
    const { name, endpoint, timeoutSeconds = 3 } = provider;
    return { kms: { apiVersion: "v2", name, endpoint, timeout: `${timeoutSeconds}s` } };
}

function bytesOf(base64: string): number {
    return /^[A-Za-z0-9+/]*={0,2}$/.test(base64) ? Buffer.from(base64, "base64").length : -1;
}
