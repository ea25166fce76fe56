import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { isIP } from "node:net";

/** PEM blocks that one script printed. */
export interface KeyPair {
    /** PKCS#8 in PEM. A secret. */
    readonly privateKey: string;
    /** Certificate in PEM. */
    readonly certificate: string;
}

/**
 * Makes a certificate authority and prints its private key and its certificate. For a POSIX shell and OpenSSL 1.1.1 or
 * newer. The key is only ever in pipes and in a variable of the shell: not in an argument, a file or the environment.
 * A change of this text makes a new authority on every site: all clients must then be given its certificate.
 * @param commonName how clients see the authority, 1 to 64 letters, digits, spaces, `.`, `_` or `-`
 * @throws Error where the name has other characters
 */
export function authorityScript(commonName: string, days: number): string {
    return `set -eu
key=$(openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384)
certificate=$(printf '%s\\n' "$key" | openssl req -x509 -new -sha384 -days ${wholeDays(days)} \\
    -key /dev/stdin -subj ${quotedSubject(commonName)} -config /dev/fd/3 3<<'END'
[req]
distinguished_name = name
x509_extensions = authority
[name]
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
END
)
printf '%s\\n%s\\n' "$key" "$certificate"
`;
}

/**
 * Makes a server's key and certificate, signed by the authority whose key and certificate are on standard input, and
 * prints both. Its private keys are handled as in `authorityScript`.
 * @param host DNS name or address that clients use
 * @param days how long it is valid. Servers should have 398 days or less: some clients refuse more
 * @param generation any number; another one makes a new key and certificate
 * @param usage what it is good for beside serving: `peer`, to be a client too
 * @throws Error where the host is neither a name nor an address
 */
export function serverScript(
    host: string,
    days: number,
    generation: number,
    usage: "server" | "peer" = "server",
): string {
    return `set -eu
# Generation ${Math.trunc(generation)}.
authority=$(cat)
issuer=$(printf '%s\\n' "$authority" | openssl x509)
key=$(openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256)
request=$(printf '%s\\n' "$key" | openssl req -new -sha256 -key /dev/stdin \\
    -subj ${quotedSubject(host.length > 64 || isIP(host) === 6 ? "seamount" : host)} -config /dev/fd/3 3<<'END'
[req]
distinguished_name = name
[name]
END
)
certificate=$(printf '%s\\n' "$authority" | openssl x509 -req -sha384 -days ${wholeDays(days)} \\
    -set_serial "0x4$(openssl rand -hex 15)" -CAkey /dev/stdin \\
    -in /dev/fd/3 -CA /dev/fd/4 -extfile /dev/fd/5 3<<REQUEST 4<<ISSUER 5<<'END'
$request
REQUEST
$issuer
ISSUER
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = ${usage === "peer" ? "serverAuth, clientAuth" : "serverAuth"}
subjectAltName = ${subjectAltName(host)}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
END
)
printf '%s\\n%s\\n' "$key" "$certificate"
`;
}

const DNS_LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** The name that a certificate vouches for, as OpenSSL writes it. @throws Error where it is neither name nor address */
export function subjectAltName(host: string): string {
    if (isIP(host) !== 0) {
        return `IP:${host}`;
    }
    if (host.length > 253 || !host.split(".").every(label => DNS_LABEL.test(label))) {
        throw new Error(`endpoint host ${JSON.stringify(host)} is neither a DNS name nor an address`);
    }
    return `DNS:${host}`;
}

/** What a script printed, taken apart. @throws Error, without any of the text, where a block is missing */
export function keyPair(printed: string): KeyPair {
    const block = (label: string): string => {
        const [found] = new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`).exec(printed) ?? [];
        if (found === undefined) {
            throw new Error(`openssl printed no ${label}`);
        }
        return `${found}\n`;
    };
    return { privateKey: block("PRIVATE KEY"), certificate: block("CERTIFICATE") };
}

/** When the first certificate of a PEM text ends, ISO 8601 in UTC. @throws Error where it is not a certificate */
export function expiry(certificate: string): string {
    return new Date(new X509Certificate(certificate).validTo).toISOString();
}

/** Days before its end from which a certificate is worth a warning. */
const SOON_DAYS = 30;

/** A sentence where a certificate ends within 30 days, or has ended. @param renew what a person does then */
export function expiryWarning(expires: string, host: string, renew: string, now = Date.now()): string | undefined {
    const days = Math.floor((Date.parse(expires) - now) / 86_400_000);
    if (days > SOON_DAYS) {
        return undefined;
    }
    const when = days < 0 ? "has ended" : `ends in ${days} days`;
    return `The certificate of ${host} ${when} (${expires}): ${renew}.`;
}

/** @throws Error where a certificate that the site brought is none, or does not name one of the endpoints' hosts */
export function checkCertificate(pem: string, hosts: readonly string[]): void {
    let certificate: X509Certificate;
    try {
        certificate = new X509Certificate(pem);
    } catch {
        throw new Error("seamount:tlsCertificate is not a certificate in PEM");
    }
    const names = (host: string): string | undefined =>
        isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host);
    const missing = hosts.filter(host => names(host) === undefined);
    if (missing.length > 0) {
        throw new Error(
            `seamount:tlsCertificate does not name ${missing.join(", ")}: ` +
                `it is for ${certificate.subjectAltName ?? "no host at all"}`,
        );
    }
}

/** @throws Error, without any of the key, where a key that the site brought does not fit its certificate */
export function checkPrivateKey(privateKey: string, certificate: string): void {
    let key: KeyObject;
    try {
        key = createPrivateKey(privateKey);
    } catch {
        throw new Error("seamount:tlsPrivateKey is not an unencrypted private key in PEM");
    }
    if (!new X509Certificate(certificate).checkPrivateKey(key)) {
        throw new Error("seamount:tlsPrivateKey is not the key of seamount:tlsCertificate, the first one in its chain");
    }
}

function quotedSubject(commonName: string): string {
    if (!/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/.test(commonName)) {
        throw new Error(
            `${JSON.stringify(commonName)} cannot name a certificate: use 1 to 64 letters, digits, spaces, ".", "_", "-"`,
        );
    }
    return `'/CN=${commonName}'`;
}

function wholeDays(days: number): number {
    if (!Number.isInteger(days) || days < 1 || days > 36500) {
        throw new Error(`a certificate must be valid for 1 to 36500 whole days, not ${days}`);
    }
    return days;
}
