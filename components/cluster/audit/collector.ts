import type { HostItems } from "../../../provider/items";
import {
    AUDIT_FOLDER,
    AUDIT_PORT,
    AUDIT_TLS_FILES,
    COLLECTED_DIRECTORY,
    LONGEST_RECORD,
    relpTls,
    rsyslogUnit,
} from "./files";

/** Files are written in the order of their names: this one is checked when its certificate is there. */
const CONFIGURATION = `${AUDIT_FOLDER}/rsyslog-collector.conf`;
const ROTATION = "/etc/logrotate.d/seamount-audit";
const SPOOL = "/var/spool/seamount-audit-collector";
const UNIT = "seamount-audit-collector.service";

/** Least days that audit logs are kept: six months. */
export const LEAST_RETENTION_DAYS = 180;

/** What collecting depends on. */
export interface AuditCollectorArgs {
    /** Hosts that may send, by the address that they come from and the name in their certificate. */
    readonly senders: readonly { readonly name: string; readonly address: string }[];
    /** Days that each day's log is kept, 180 at least. */
    readonly retentionDays: number;
}

/**
 * Items of the host that keeps the audit logs of a site: a file a sender, in /var/log/seamount/audit/<node>/, for root
 * alone, put aside each day and kept compressed. `AUDIT_TLS_FILES` are to be added to the items.
 * @throws Error with one sentence where they would not be kept long enough
 */
export function auditCollector(args: AuditCollectorArgs): HostItems {
    const unit = `/etc/systemd/system/${UNIT}`;
    return {
        packages: { rsyslog: {}, "rsyslog-relp": {}, logrotate: {} },
        directories: {
            [AUDIT_FOLDER]: { mode: "0700" },
            [COLLECTED_DIRECTORY]: { mode: "0700" },
            [SPOOL]: { mode: "0700" },
        },
        files: {
            [CONFIGURATION]: {
                content: collectorConfiguration(args),
                mode: "0600",
                check: ["rsyslogd", "-N1", "-f", CONFIGURATION],
            },
            [unit]: { content: rsyslogUnit("Keeps the audit logs of the site's API servers", CONFIGURATION) },
            [ROTATION]: { content: rotation(args.retentionDays), check: ["logrotate", "-d", ROTATION] },
        },
        services: {
            [UNIT]: { enabled: true, running: true, restartOn: [CONFIGURATION, unit, ...AUDIT_TLS_FILES] },
            "logrotate.timer": { enabled: true, running: true },
        },
    };
}

/** rsyslog's configuration of the receiving end. */
export function collectorConfiguration({ senders }: Pick<AuditCollectorArgs, "senders">): string {
    const names = senders.map(
        ({ name, address }) => `    if $fromhost-ip == "${address}" then { set $.node = "${name}"; }\n`,
    );
    const tls = relpTls(senders.map(({ name }) => name));
    return `# Kept by Seamount.
global(workDirectory="${SPOOL}" maxMessageSize="${LONGEST_RECORD}" net.enableDNS="off")
module(load="imrelp")
module(load="builtin:omfile" dirCreateMode="0700" fileCreateMode="0600")
template(name="record" type="string" string="%msg%\\n")
template(name="file" type="string" string="${COLLECTED_DIRECTORY}/%$.node%/audit.log")
input(type="imrelp" port="${AUDIT_PORT}" maxDataSize="${LONGEST_RECORD}" ruleset="collect"
    ${tls})
ruleset(name="collect") {
    set $.node = "";
${names.join("")}    if $.node == "" then { stop }
    action(type="omfile" dynaFile="file" template="record")
}
`;
}

/** logrotate's configuration: a file a day, kept for so many days. */
function rotation(retentionDays: number): string {
    if (!Number.isInteger(retentionDays) || retentionDays < LEAST_RETENTION_DAYS) {
        throw new Error(`audit.retentionDays: ${retentionDays} is less than ${LEAST_RETENTION_DAYS} days`);
    }
    return `# Kept by Seamount.
${COLLECTED_DIRECTORY}/*/audit.log {
    daily
    rotate ${retentionDays}
    maxage ${retentionDays}
    dateext
    compress
    missingok
    notifempty
    create 0600 root root
    sharedscripts
    postrotate
        systemctl kill --signal=HUP ${UNIT} || true
    endscript
}
`;
}
