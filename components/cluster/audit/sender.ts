import type { HostItems } from "../../../provider/items";
import { AUDIT_LOG_DIRECTORY } from "../hardening/paths";
import { AUDIT_FOLDER, AUDIT_PORT, AUDIT_TLS_FILES, LONGEST_RECORD, relpTls, rsyslogUnit } from "./files";

const CONFIGURATION = `${AUDIT_FOLDER}/rsyslog-sender.conf`;
const SPOOL = "/var/spool/seamount-audit";
const UNIT = "seamount-audit-sender.service";

/** Where a host of the control plane sends its audit log. */
export type AuditTarget =
    | {
          /** A host of the site. */
          readonly kind: "collector";
          readonly address: string;
          /** Name in its certificate. `AUDIT_TLS_FILES` are to be added to the items. */
          readonly name: string;
      }
    | {
          /** A syslog server elsewhere, over TLS (RFC 5425). */
          readonly kind: "server";
          /** `name:port` */
          readonly server: string;
          /** File with the authorities of its certificate. Unset: those that the host's system trusts. */
          readonly caFile?: string;
      };

/** What sending depends on. */
export interface AuditSenderArgs {
    readonly target: AuditTarget;
    readonly packages: "apt" | "dnf";
}

/**
 * rsyslog remembers how far it has read, and not what of that was on its way when it stopped. So it begins anew with all
 * files that are there, unless it stopped in order and had nothing left to send.
 */
const AT_LEAST_ONCE = [
    `ExecStartPre=/bin/sh -c 'cd ${SPOOL} && { [ -e delivered ] || rm -f imfile-state*; rm -f delivered; }'`,
    `ExecStopPost=/bin/sh -c '[ "$$SERVICE_RESULT" = success ] || exit 0; ` +
        `cd ${SPOOL} && { ls *.qi >/dev/null 2>&1 || touch delivered; }'`,
];

/** Authorities that a system trusts. */
const TRUSTED = { apt: "/etc/ssl/certs/ca-certificates.crt", dnf: "/etc/pki/tls/certs/ca-bundle.crt" } as const;

/**
 * Items of a host of the control plane that ships its audit log. What the other end does not take waits on disk, up to
 * 8 GiB, and the log's own files stay for 30 days. To a collector of the site it goes by RELP, which confirms: a record
 * may come twice (same `auditID` and `stage`), and none is lost. A syslog server over TCP confirms nothing: what was on
 * its way when the connection broke can be lost.
 */
export function auditSender({ target, packages }: AuditSenderArgs): HostItems {
    const unit = `/etc/systemd/system/${UNIT}`;
    const tlsFiles = target.kind === "collector" ? AUDIT_TLS_FILES : [];
    const tool = target.kind === "collector" ? "rsyslog-relp" : "rsyslog-gnutls";
    return {
        packages: { rsyslog: {}, [tool]: {} },
        directories: {
            [AUDIT_LOG_DIRECTORY]: { mode: "0700" },
            [AUDIT_FOLDER]: { mode: "0700" },
            [SPOOL]: { mode: "0700" },
        },
        files: {
            [CONFIGURATION]: {
                content: senderConfiguration({ target, packages }),
                mode: "0600",
                check: ["rsyslogd", "-N1", "-f", CONFIGURATION],
            },
            [unit]: { content: rsyslogUnit("Ships the audit log of the API server", CONFIGURATION, AT_LEAST_ONCE) },
        },
        services: { [UNIT]: { enabled: true, running: true, restartOn: [CONFIGURATION, unit, ...tlsFiles] } },
    };
}

/** rsyslog's configuration of the sending end. */
export function senderConfiguration({ target, packages }: AuditSenderArgs): string {
    const [modules, action] =
        target.kind === "collector" ? collectorAction(target) : serverAction(target, TRUSTED[packages]);
    return `# Kept by Seamount.
global(workDirectory="${SPOOL}" maxMessageSize="${LONGEST_RECORD}" net.enableDNS="off")
module(load="imfile" mode="inotify")
${modules}
template(name="record" type="string" string="<%PRI%>1 %timegenerated:::date-rfc3339% %HOSTNAME% kubernetes-audit - - - %msg%${
        target.kind === "collector" ? "" : "\\n"
    }")
# All files, and not the newest alone: what was written just before a file was put aside is in another one.
input(type="imfile" file="${AUDIT_LOG_DIRECTORY}/*.log" tag="kubernetes-audit" severity="info" facility="local6"
    ruleset="ship" persistStateInterval="100")
ruleset(name="ship") {
    action(${action}
        template="record" action.resumeRetryCount="-1" action.resumeInterval="5" action.resumeIntervalMax="30"
        queue.type="LinkedList" queue.size="20000" queue.filename="audit" queue.maxFileSize="64m"
        queue.maxDiskSpace="8g" queue.saveOnShutdown="on" queue.timeoutEnqueue="-1")
}
`;
}

type Collector = Extract<AuditTarget, { kind: "collector" }>;
type Server = Extract<AuditTarget, { kind: "server" }>;

function collectorAction({ address, name }: Collector): readonly [modules: string, action: string] {
    return [
        'module(load="omrelp")',
        `type="omrelp" target="${address}" port="${AUDIT_PORT}" timeout="30" conn.timeout="10"
        ${relpTls([name])}`,
    ];
}

function serverAction({ server, caFile }: Server, trusted: string): readonly [modules: string, action: string] {
    const at = server.lastIndexOf(":");
    const [host, port] = [server.slice(0, at).replace(/^\[|\]$/g, ""), server.slice(at + 1)];
    return [
        `global(defaultNetstreamDriverCAFile="${caFile ?? trusted}")`,
        `type="omfwd" target="${host}" port="${port}" protocol="tcp" tcp_framing="octet-counted" keepAlive="on"
        streamDriver="gtls" streamDriverMode="1" streamDriverAuthMode="x509/name" streamDriverPermittedPeers="${host}"`,
    ];
}
