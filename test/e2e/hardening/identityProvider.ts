import { createSign, generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { IdentityProvider } from "../../../components/cluster/hardening/authentication";
import { bed } from "../site";

const pki = join(bed, "pki");
const clientId = "seamount";
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A provider of OpenID Connect on this machine: what it signs is what a test wants it to say. */
export class Provider {
    private readonly keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
    private readonly server = createServer(
        { cert: readFileSync(join(pki, "apiserver.crt")), key: readFileSync(join(pki, "apiserver.key")) },
        ({ url }, response) => {
            const jwk = { ...this.keys.publicKey.export({ format: "jwk" }), kid: "1", alg: "RS256", use: "sig" };
            const found = { issuer: this.issuer, jwks_uri: `${this.issuer}/keys` };
            response.setHeader("content-type", "application/json");
            response.end(JSON.stringify(url === "/keys" ? { keys: [jwk] } : found));
        },
    );

    private get issuer(): string {
        return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    /** Listens, and says how an API server knows it. */
    public async start(): Promise<IdentityProvider> {
        await new Promise<void>(resolve => this.server.listen(0, "127.0.0.1", resolve));
        const issuerCa = readFileSync(join(pki, "ca.crt"), "utf8");
        return { issuerUrl: this.issuer, clientId, groupsClaim: "teams", issuerCa };
    }

    public async stop(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise(resolve => this.server.close(resolve));
    }

    /** A token for somebody in these groups. */
    public token(sub: string, teams: readonly string[], audience = clientId): string {
        const now = Math.floor(Date.now() / 1000);
        const claims = { iss: this.issuer, aud: audience, sub, teams, iat: now, exp: now + 600 };
        const signed = `${encoded({ alg: "RS256", typ: "JWT", kid: "1" })}.${encoded(claims)}`;
        return `${signed}.${createSign("RSA-SHA256").update(signed).sign(this.keys.privateKey, "base64url")}`;
    }
}
