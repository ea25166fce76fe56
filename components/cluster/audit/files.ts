/** Folder of the configuration of both ends. */
export const AUDIT_FOLDER = "/etc/seamount/audit";

/** Certificate of the authority that issued those of both ends. */
export const AUDIT_CA_FILE = `${AUDIT_FOLDER}/ca.crt`;

/** The host's own certificate for its name, as a client and as a server. */
export const AUDIT_CERTIFICATE_FILE = `${AUDIT_FOLDER}/host.crt`;

/** Its private key. */
export const AUDIT_KEY_FILE = `${AUDIT_FOLDER}/host.key`;

/** Files of TLS, which are added to the items of both ends. */
export const AUDIT_TLS_FILES: readonly string[] = [AUDIT_CA_FILE, AUDIT_CERTIFICATE_FILE, AUDIT_KEY_FILE];

/** rsyslog's settings for RELP over TLS, where both ends have a certificate, by the names of those that may be there. */
export function relpTls(peers: readonly string[]): string {
    const permitted = peers.map(peer => JSON.stringify(peer)).join(", ");
    return (
        `tls="on" tls.caCert="${AUDIT_CA_FILE}" tls.myCert="${AUDIT_CERTIFICATE_FILE}" tls.myPrivKey="${AUDIT_KEY_FILE}" ` +
        `tls.authMode="name" tls.permittedPeer=[${permitted}]`
    );
}

/** Where the collector keeps what it gets, a folder a node. */
export const COLLECTED_DIRECTORY = "/var/log/seamount/audit";

/** Port of the collector: unassigned beside that of syslog over TLS (6514, RFC 5425), because it speaks RELP. */
export const AUDIT_PORT = 6515;

/** Longest record in bytes: an API server takes requests of 3 MiB at most, and bodies are only recorded of rights. */
export const LONGEST_RECORD = "4m";

/**
 * A unit that runs rsyslog with a configuration of its own: the system's own rsyslog stays as it is.
 * @param around further lines of its section Service
 */
export function rsyslogUnit(description: string, configuration: string, around: readonly string[] = []): string {
    return `# Kept by Seamount.
[Unit]
Description=${description}, kept by Seamount
After=network-online.target
Wants=network-online.target

[Service]
ExecStart=/usr/sbin/rsyslogd -n -iNONE -f ${configuration}
${around.map(line => `${line}\n`).join("")}Restart=always
RestartSec=5
UMask=0077
LimitNOFILE=16384

[Install]
WantedBy=multi-user.target
`;
}
