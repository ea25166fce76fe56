import type { HostItems } from "../../provider/items";
import { DRIFT_PROGRAM, LOOK_RECORD, LOOK_SCRIPT } from "../../provider/lookPaths";
import { REBOOT_DUE } from "../../provider/rolling/markers";

/** How drift becomes a metric on a host. */
export interface DriftMetrics {
    /** Folder that node_exporter's textfile collector reads, e.g. `/var/lib/prometheus/node-exporter`. */
    readonly textfileDirectory: string;
    /** Seconds between two looks. @default 300 */
    readonly intervalSeconds?: number;
}

const UNIT = "/etc/systemd/system/seamount-drift";

/**
 * Items that make a host say by itself how it differs from what the last `up` left: a program, and a timer that runs
 * it. It writes `seamount.prom` with
 * - `seamount_drift{kind,item} 1` for each item that differs,
 * - `seamount_drift_items`, how many they are, and
 * - `seamount_drift_checked_timestamp_seconds`, when it looked: a host that stopped looking shows.
 */
export function driftMetrics({ textfileDirectory, intervalSeconds = 300 }: DriftMetrics): HostItems {
    return {
        files: {
            [DRIFT_PROGRAM]: { content: program(textfileDirectory), mode: "0755" },
            [`${UNIT}.service`]: {
                content: lines(
                    "[Unit]",
                    "Description=Drift of this host as a metric, kept by Seamount",
                    `ConditionPathExists=${LOOK_RECORD}`,
                    "",
                    "[Service]",
                    "Type=oneshot",
                    "Nice=19",
                    "IOSchedulingClass=idle",
                    `ExecStart=${DRIFT_PROGRAM}`,
                ),
            },
            [`${UNIT}.timer`]: {
                content: lines(
                    "[Unit]",
                    "Description=Looks for drift of this host, kept by Seamount",
                    "",
                    "[Timer]",
                    "OnBootSec=120",
                    `OnUnitActiveSec=${intervalSeconds}`,
                    "RandomizedDelaySec=30",
                    "",
                    "[Install]",
                    "WantedBy=timers.target",
                ),
            },
        },
        services: {
            "seamount-drift.timer": { enabled: true, running: true, restartOn: [`${UNIT}.timer`] },
        },
    };
}

/** The program. While a change is under way it leaves the metric as it is: half of a change is no drift. */
function program(directory: string): string {
    return `#!/bin/sh
# Kept by Seamount. Compares this host with what the last update left, for node_exporter's textfile collector.
# With --record it takes what there is as what should be: updates call it so.
set -eu
umask 077
directory=${directory}
if [ "\${1:-}" != --record ] && command -v flock >/dev/null; then
    exec 9>>/run/seamount-metal.lock
    flock -n 9 || exit 0
fi
now=$(mktemp /run/seamount-look.XXXXXX)
trap 'rm -f "$now" "$directory/.seamount.prom.new"' EXIT
boot=$(cat /proc/sys/kernel/random/boot_id)
{ echo "boot $boot" && sh ${LOOK_SCRIPT}; } >"$now" 2>/dev/null
# A reboot that was due has happened since: what it changed is what should be.
due=$(cat ${REBOOT_DUE} 2>/dev/null || :)
recorded=$(sed -n '1s/^boot //p' ${LOOK_RECORD} 2>/dev/null || :)
if [ "\${1:-}" = --record ] || { [ -n "$due" ] && [ "$due" = "$recorded" ] && [ "$due" != "$boot" ]; }; then
    cp "$now" ${LOOK_RECORD}.new
    mv -f ${LOOK_RECORD}.new ${LOOK_RECORD}
fi
mkdir -p "$directory"
umask 022
awk -v time="$(date +%s)" '
    BEGIN {
        print "# HELP seamount_drift An item of this host that is not as the last update left it."
        print "# TYPE seamount_drift gauge"
    }
    FNR == 1 { key = ""; next }
    /^@ / { key = substr($0, 3); if (FNR == NR) recorded[key] = ""; else { found[key] = ""; order[++count] = key } next }
    FNR == NR { recorded[key] = recorded[key] $0 "\\n"; next }
    { found[key] = found[key] $0 "\\n" }
    END {
        for (i = 1; i <= count; i++) {
            key = order[i]
            if (!(key in recorded) || recorded[key] == found[key]) continue
            split(key, part, "\\t")
            item = part[2]
            gsub(/\\\\/, "&&", item)
            gsub(/"/, "\\\\\\"", item)
            printf "seamount_drift{kind=\\"%s\\",item=\\"%s\\"} 1\\n", part[1], item
            drifted++
        }
        print "# HELP seamount_drift_items How many items of this host are not as the last update left them."
        print "# TYPE seamount_drift_items gauge"
        print "seamount_drift_items " drifted + 0
        print "# HELP seamount_drift_checked_timestamp_seconds When this host was last looked at."
        print "# TYPE seamount_drift_checked_timestamp_seconds gauge"
        print "seamount_drift_checked_timestamp_seconds " time
    }
' ${LOOK_RECORD} "$now" >"$directory/.seamount.prom.new"
mv -f "$directory/.seamount.prom.new" "$directory/seamount.prom"
`;
}

function lines(...all: readonly string[]): string {
    return `# Kept by Seamount.\n${all.join("\n")}\n`;
}
