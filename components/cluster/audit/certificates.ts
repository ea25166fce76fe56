import * as pulumi from "@pulumi/pulumi";
import type { FileArgs } from "../../../provider";
import { CertificateAuthority, ServerCertificate } from "../../secrets/certificates";
import { AUDIT_CA_FILE, AUDIT_CERTIFICATE_FILE, AUDIT_KEY_FILE } from "./files";

/** Arguments of `AuditCertificates`. */
export interface AuditCertificatesArgs {
    /** Name of the site. */
    readonly site: string;
    /** Names of the hosts that send and of the one that collects. */
    readonly hosts: readonly string[];
}

/** Certificates by which the ends of the audit log's way know each other, from an authority for that alone. */
export class AuditCertificates extends pulumi.ComponentResource {
    private readonly byHost: ReadonlyMap<string, Readonly<Record<string, FileArgs>>>;

    public constructor(name: string, args: AuditCertificatesArgs, opts?: pulumi.ComponentResourceOptions) {
        super("seamount:cluster:AuditCertificates", name, { site: args.site, hosts: args.hosts }, opts);
        const authority = new CertificateAuthority(
            `${name}-authority`,
            { site: `${args.site} audit` },
            { parent: this },
        );
        this.byHost = new Map(
            args.hosts.map(host => {
                const settings = { authority, host, usage: "peer" } as const;
                const { certificate, privateKey } = new ServerCertificate(`${name}-${host}`, settings, {
                    parent: this,
                });
                const files = {
                    [AUDIT_CA_FILE]: { content: authority.caCertificate },
                    [AUDIT_CERTIFICATE_FILE]: { content: certificate },
                    [AUDIT_KEY_FILE]: { content: privateKey, mode: "0600" },
                };
                return [host, files] as const;
            }),
        );
        this.registerOutputs({});
    }

    /** Files of TLS for a host; none for one that neither sends nor collects. */
    public files(host: string): Readonly<Record<string, FileArgs>> {
        return this.byHost.get(host) ?? {};
    }
}
