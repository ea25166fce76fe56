import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** Claims of a token. */
export type Claims = Readonly<Record<string, string | number | readonly string[]>>;

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");

/** Somebody who issues tokens for one gateway: ES256, with a key that is made here and never leaves this process. */
export class Issuer {
    private readonly key: KeyObject = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;

    constructor(
        /** What stands in the claim `iss`. */
        public readonly name: string,
        /** What stands in the claim `aud`. */
        public readonly audience: string,
    ) {}

    /** The public key as a JSON Web Key Set. */
    public get jwks(): string {
        const key = createPublicKey(this.key).export({ format: "jwk" });
        return JSON.stringify({ keys: [{ ...key, kid: this.name, alg: "ES256", use: "sig" }] });
    }

    /** A token of a tenant's, good for an hour; `claims` go before those that are right. */
    public token(tenant: string, claims: Claims = {}): string {
        const now = Math.floor(Date.now() / 1000);
        const right = { iss: this.name, aud: this.audience, sub: `user-of-${tenant}`, tenant, iat: now };
        const text = `${encode({ alg: "ES256", typ: "JWT", kid: this.name })}.${encode({ ...right, exp: now + 3600, ...claims })}`;
        const signature = sign("sha256", Buffer.from(text), { key: this.key, dsaEncoding: "ieee-p1363" });
        return `${text}.${signature.toString("base64url")}`;
    }

    /** A token of the same claims that nobody signed. */
    public unsigned(tenant: string): string {
        const [, claims = ""] = this.token(tenant).split(".");
        return `${encode({ alg: "none", typ: "JWT" })}.${claims}.`;
    }
}
