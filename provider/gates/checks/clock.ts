import type { Check, Finding, Reading } from "../check";
import { numberSetting, specProblems } from "../settings";

/** Milliseconds of a text of systemd: `-1.102ms`, `+123us`, `2min 1.5s`. */
const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/**
 * The host's clock: whether it follows a source, and how far it is off. chrony where it answers, else what
 * systemd-timesyncd says. Figures: `offsetMilliseconds` (estimated, without sign), `errorMilliseconds` (largest error
 * that is possible: half the delay to the reference clock and the dispersion on the way; chrony only), `sources` that
 * were reached. Setting `waitSeconds` (10): how long a clock that has just begun may take to find its source.
 */
export const clock: Check = {
    name: "clock",
    words: "offset of the clock from its source",
    check: spec =>
        specProblems(spec, { waitSeconds: "number" }, ["offsetMilliseconds", "errorMilliseconds", "sources"]),
    limitSeconds: spec => 30 + numberSetting(spec, "waitSeconds", 10),
    script: spec => `
if command -v chronyc >/dev/null && chronyc -n -c tracking >/dev/null 2>&1; then
    chronyc -n waitsync ${Math.ceil(numberSetting(spec, "waitSeconds", 10))} 0 0 1 >/dev/null 2>&1
    chronyc -n -c tracking | sed 's/^/tracking,/'
    chronyc -n -c sources | sed 's/^/source,/'
    exit 0
fi
need timedatectl 'systemd (deb and rpm)'
timedatectl show -p NTP -p NTPSynchronized
timedatectl timesync-status 2>/dev/null | sed -n 's/^ *Offset: */offset=/p; s/^ *Server: */server=/p'
exit 0
`,
    parse(lines) {
        const tracking = lines.find(line => line.startsWith("tracking,"));
        return tracking === undefined ? parseTimedatectl(lines) : parseChrony(tracking, lines);
    },
    causes: figure =>
        figure === "errorMilliseconds"
            ? ["the time server is far away, or itself far from a reference clock (`chronyc sources -v`)"]
            : [
                  "chrony was started a moment ago, or slews a large offset away (`chronyc tracking`)",
                  "the time servers in the site file disagree (`chronyc sources -v`)",
                  "in a virtual machine: the hypervisor sets the clock as well",
              ],
};

function parseChrony(tracking: string, lines: readonly string[]): Reading {
    const [, reference = "", , , , offset, , , , , , delay, dispersion, , leap = ""] = tracking.split(",");
    const sources = lines.filter(line => line.startsWith("source,")).map(line => line.split(","));
    const reached = sources.filter(([, , , , , , reach]) => Number.parseInt(reach ?? "0", 8) > 0);
    const findings: Finding[] = [];
    if (reached.length === 0) {
        const names = sources.map(([, , , name]) => name).join(", ");
        findings.push(noSource(sources.length === 0 ? "chrony has no source" : `none of ${names} answers`));
    }
    const followed = reference !== "00000000" && leap !== "Not synchronised";
    if (!followed && findings.length === 0) {
        findings.push(noSource(`not synchronised, though ${reached.length} of ${sources.length} sources answer`));
    }
    const milliseconds = (seconds: string | undefined) => Math.abs(Number(seconds)) * 1000;
    const figures: Record<string, number> = followed
        ? {
              offsetMilliseconds: milliseconds(offset),
              errorMilliseconds: milliseconds(delay) / 2 + milliseconds(dispersion),
          }
        : {};
    return { figures: { ...figures, sources: reached.length }, findings };
}

function parseTimedatectl(lines: readonly string[]): Reading {
    const value = (name: string) => lines.find(line => line.startsWith(`${name}=`))?.slice(name.length + 1);
    const followed = value("NTPSynchronized") === "yes";
    const service = value("NTP") === "no" ? "no time service runs" : "not synchronised";
    const offset = value("offset");
    const parts = [...(offset ?? "").matchAll(/([\d.]+)\s*(us|ms|s|min|h)\b/g)];
    const milliseconds = parts.reduce((sum, [, amount, unit = ""]) => sum + Number(amount) * (UNITS[unit] ?? 0), 0);
    return {
        figures: {
            ...(followed && parts.length > 0 ? { offsetMilliseconds: milliseconds } : {}),
            ...(value("server") === undefined ? {} : { sources: followed ? 1 : 0 }),
        },
        findings: followed ? [] : [noSource(service)],
    };
}

function noSource(found: string): Finding {
    return {
        what: "time source",
        found,
        wanted: "a clock that follows a source",
        causes: [
            "UDP port 123 is closed between the host and its time servers",
            "`timeServers` in the site file names none, or wrong ones (`chronyc sources -v`)",
            "no time service runs (`systemctl status chrony chronyd systemd-timesyncd`)",
        ],
    };
}
