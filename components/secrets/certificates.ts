import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { orRefuse } from "../refuse";
import {
    authorityScript,
    checkCertificate,
    checkPrivateKey,
    expiry,
    expiryWarning,
    keyPair,
    serverScript,
} from "./openssl";

/** What a TLS server needs. */
export interface TlsMaterial {
    /** Certificate in PEM. */
    readonly certificate: pulumi.Output<string>;
    /** Its private key in PEM; a secret. */
    readonly privateKey: pulumi.Output<string>;
    /** When the certificate ends, ISO 8601 in UTC. */
    readonly expires: pulumi.Output<string>;
}

/** Runs a script that prints a key pair. Its output and its input are secrets from end to end. */
function makeKeyPair(name: string, create: string, stdin: pulumi.Input<string> | undefined, parent: pulumi.Resource) {
    const command = new local.Command(
        name,
        {
            create,
            stdin,
            logging: local.Logging.None,
            // Otherwise the previous key would be in the environment of the next run.
            addPreviousOutputInEnv: false,
        },
        { parent, additionalSecretOutputs: ["stdout", "stderr"] },
    );
    const pair = pulumi.secret(command.stdout).apply(keyPair);
    const certificate = pulumi.unsecret(pair.certificate);
    return { printed: command.stdout, privateKey: pair.privateKey, certificate, expires: certificate.apply(expiry) };
}

/** Arguments of `CertificateAuthority`. */
export interface CertificateAuthorityArgs {
    /** Name of the site, which the certificate carries. */
    readonly site: string;
    /** @default 3650 */
    readonly days?: number;
}

/** A private certificate authority for one site: ECDSA P-384, for servers alone. Its key is only in Pulumi's state. */
export class CertificateAuthority extends pulumi.ComponentResource {
    /** Certificate in PEM, for clients to trust. */
    public readonly caCertificate: pulumi.Output<string>;
    /** When it ends, ISO 8601 in UTC. */
    public readonly expires: pulumi.Output<string>;
    /** Key and certificate in PEM, one after the other; a secret. For `ServerCertificate`. */
    public readonly signer: pulumi.Output<string>;
    /** Its private key in PEM; a secret. */
    public readonly privateKey: pulumi.Output<string>;

    public constructor(name: string, args: CertificateAuthorityArgs, opts?: pulumi.ComponentResourceOptions) {
        const days = args.days ?? 3650;
        const script = orRefuse(() => authorityScript(`Seamount ${args.site}`.slice(0, 64), days));
        super("seamount:secrets:CertificateAuthority", name, { site: args.site, days }, opts);
        const made = makeKeyPair(`${name}-key-pair`, script, undefined, this);
        this.caCertificate = made.certificate;
        this.expires = made.expires;
        this.signer = pulumi.secret(made.printed);
        this.privateKey = made.privateKey;
        this.registerOutputs({ caCertificate: this.caCertificate, expires: this.expires });
    }
}

/** Arguments of `ServerCertificate`. */
export interface ServerCertificateArgs {
    readonly authority: CertificateAuthority;
    /** DNS name or address that clients use. */
    readonly host: string;
    /** @default 397 */
    readonly days?: number;
    /** Another number makes a new key and certificate: raise it to renew. @default 1 */
    readonly generation?: number;
    /** `peer`: it is good for a client too. @default "server" */
    readonly usage?: "server" | "peer";
}

/** A server's certificate from the site's own authority: ECDSA P-256. */
export class ServerCertificate extends pulumi.ComponentResource implements TlsMaterial {
    public readonly certificate: pulumi.Output<string>;
    public readonly privateKey: pulumi.Output<string>;
    public readonly expires: pulumi.Output<string>;

    public constructor(name: string, args: ServerCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
        const { host } = args;
        const days = args.days ?? 397;
        const script = orRefuse(() => serverScript(host, days, args.generation ?? 1, args.usage));
        super("seamount:secrets:ServerCertificate", name, { host, days }, opts);
        const made = makeKeyPair(`${name}-key-pair`, script, args.authority.signer, this);
        this.certificate = made.certificate;
        this.privateKey = made.privateKey;
        this.expires = made.expires;
        warnOfExpiry(this, host, this.expires, `renew it with: pulumi up --replace '**::${name}-key-pair'`);
        this.registerOutputs({ certificate: this.certificate, expires: this.expires });
    }
}

/** Arguments of `SiteCertificates`. */
export interface SiteCertificatesArgs {
    /** Name of the site. */
    readonly site: string;
    /** Hosts of all endpoints; repeated ones share a certificate. */
    readonly hosts: readonly string[];
    /** The site's own certificate and key (`seamount:tlsCertificate`, `seamount:tlsPrivateKey`), for every host. */
    readonly given?: { readonly certificate: pulumi.Output<string>; readonly privateKey: pulumi.Output<string> };
    /** @default 1 */
    readonly generation?: number;
}

/** The certificates of a site's endpoints: the given one, or one a host from an authority of the site's own. */
export class SiteCertificates extends pulumi.ComponentResource {
    /** What clients must trust, in PEM. Undefined where the site gave its certificate: clients trust its issuer. */
    public readonly caCertificate: pulumi.Output<string> | undefined;
    /** The site's own authority. Undefined where the site gave its certificate. */
    public readonly authority?: {
        readonly certificate: pulumi.Output<string>;
        readonly privateKey: pulumi.Output<string>;
    };
    private readonly byHost: ReadonlyMap<string, TlsMaterial>;

    public constructor(name: string, args: SiteCertificatesArgs, opts?: pulumi.ComponentResourceOptions) {
        const source = args.given === undefined ? "authority" : "given";
        super("seamount:secrets:SiteCertificates", name, { site: args.site, source }, opts);
        const hosts = [...new Set(args.hosts)];
        if (args.given !== undefined) {
            const material = given(args.given, hosts);
            const renew = "set the secrets seamount:tlsCertificate and seamount:tlsPrivateKey anew";
            warnOfExpiry(this, hosts.join(", "), material.expires, renew);
            this.byHost = new Map(hosts.map(host => [host, material]));
        } else {
            const authority = new CertificateAuthority(`${name}-authority`, { site: args.site }, { parent: this });
            this.byHost = new Map(
                hosts.map(host => {
                    const serverArgs = { authority, host, generation: args.generation };
                    return [host, new ServerCertificate(`${name}-${host}`, serverArgs, { parent: this })];
                }),
            );
            this.caCertificate = authority.caCertificate;
            this.authority = { certificate: authority.caCertificate, privateKey: authority.privateKey };
        }
        this.registerOutputs({ caCertificate: this.caCertificate });
    }

    /** The certificate for one of the hosts. */
    public for(host: string): TlsMaterial {
        const material = this.byHost.get(host);
        if (material === undefined) {
            throw new Error(`no certificate was asked for the host ${JSON.stringify(host)}`);
        }
        return material;
    }
}

function given(material: NonNullable<SiteCertificatesArgs["given"]>, hosts: readonly string[]): TlsMaterial {
    const certificate = pulumi.unsecret(material.certificate).apply(pem => {
        orRefuse(() => checkCertificate(pem, hosts));
        return pem;
    });
    const privateKey = pulumi.all([material.privateKey, certificate]).apply(([key, pem]) => {
        orRefuse(() => checkPrivateKey(key, pem));
        return key;
    });
    return { certificate, privateKey: pulumi.secret(privateKey), expires: certificate.apply(expiry) };
}

/** In every preview and update of the last weeks: nobody looks at a date that is only an output. */
function warnOfExpiry(on: pulumi.Resource, host: string, expires: pulumi.Output<string>, renew: string): void {
    expires.apply(end => {
        const warning = expiryWarning(end, host, renew);
        return warning === undefined ? undefined : pulumi.log.warn(warning, on);
    });
}
