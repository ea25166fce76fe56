import type { Check, CheckSpec, Reading } from "./check";
import { fingerprintScript } from "./fingerprint";
import { hostLock } from "../kinds/prelude";
import { type Answer, assemble, section, type Script, shellQuote, step } from "../shell";

/** A check with what is asked of it. */
export interface Asked {
    readonly name: string;
    readonly check: Check;
    readonly spec: CheckSpec;
}

/** Addresses that checks are told. */
export interface Ends {
    readonly host: string;
    /** Empty without a peer. */
    readonly peer: string;
}

/** How one check went. */
export interface Ran {
    readonly reading: Reading;
    readonly seconds: number;
}

/** Seconds that a check may take where nobody says otherwise. */
const LIMIT_SECONDS = 300;
/** Seconds between asking a check to stop and stopping it. */
const GRACE_SECONDS = 10;

/** Every script of a check begins with this. */
const CHECK_PRELUDE = `need() {
    command -v "$1" >/dev/null 2>&1 || { printf 'missing\\t%s\\t%s\\n' "$1" "$2"; exit 0; }
}
`;

/** Seconds that one check may take. */
export function limitSeconds({ check, spec }: Asked): number {
    const set = spec.settings?.limitSeconds;
    return Math.ceil(typeof set === "number" && set > 0 ? set : (check.limitSeconds?.(spec) ?? LIMIT_SECONDS));
}

/** Seconds that all of them may take together. */
export function totalSeconds(asked: readonly Asked[]): number {
    return asked.reduce((sum, one) => sum + limitSeconds(one) + GRACE_SECONDS, 30);
}

/**
 * The script that runs a gate's checks on the host, one after the other: one session. Each check is a process group of
 * its own with a limit; the folder goes with the script, however that ends. No change of the host runs meanwhile.
 */
export function gateScript(asked: readonly Asked[], ends: Ends): Script {
    return assemble([
        ...privateFolder("$(mktemp -d /run/seamount-gate.XXXXXX)"),
        hostLock,
        `export GATE_HOST=${shellQuote(ends.host)} GATE_PEER=${shellQuote(ends.peer)}`,
        ...fingerprintFragment,
        ...asked.flatMap(one => [
            step(`${one.name}: ${one.check.words}`),
            writeScript(one.check.script(one.spec)),
            section(`check/${one.name}`),
            "read -r began rest </proc/uptime",
            "status=0",
            `(cd "$folder" && exec timeout -k ${GRACE_SECONDS} ${limitSeconds(one)} sh ./script 2>errors 9>&-) || status=$?`,
            "read -r ended rest </proc/uptime",
            "echo",
            section(`ran/${one.name}`),
            `printf '%s\\n' "$status $began $ended"`,
            'tail -n 8 "$folder/errors"',
            'find "$folder" -mindepth 1 -delete',
        ]),
    ]);
}

/** The script that only reads the fingerprint. */
export function fingerprintOnly(): Script {
    return assemble(fingerprintFragment);
}

/**
 * The script for the peer: starts the servers of all checks, says the step `serving`, and ends them when `stopScript`
 * of the same token has run, when all have ended, or after `seconds`. No server outlives it: each is a process group of
 * its own with a limit.
 */
export function peerScript(asked: readonly Asked[], ends: Ends, token: string, seconds: number): Script {
    return assemble([
        ...privateFolder(`/run/seamount-gate-peer.${token}`),
        'mkdir -m 0700 "$folder"',
        `export GATE_HOST=${shellQuote(ends.host)} GATE_PEER=${shellQuote(ends.peer)}`,
        ...fingerprintFragment,
        "pids=",
        'alive() { for pid in $pids; do ! kill -0 "$pid" 2>/dev/null || return 0; done; return 1; }',
        `trap 'kill $pids 2>/dev/null || :; rm -rf "$folder"' EXIT`,
        ...asked.flatMap(({ name, check, spec }) =>
            check.peerScript === undefined
                ? []
                : [
                      `mkdir "$folder/${name}"`,
                      writeScript(check.peerScript(spec), `$folder/${name}`),
                      `(cd "$folder/${name}" && exec timeout -k 5 ${seconds} sh ./script >output 2>&1) &`,
                      'pids="$pids $!"',
                  ],
        ),
        step("serving"),
        `left=${seconds * 5}`,
        'while [ "$left" -gt 0 ] && [ ! -e "$folder/stop" ] && alive; do sleep 0.2; left=$((left - 1)); done',
        "kill $pids 2>/dev/null || :",
        "wait || :",
        ...asked.flatMap(({ name, check }) =>
            check.peerScript === undefined
                ? []
                : [section(`peer/${name}`), `tail -n 8 "$folder/${name}/output"`, "echo"],
        ),
    ]);
}

/** Tells the servers of `peerScript` to end. */
export function stopScript(token: string): Script {
    const folder = `/run/seamount-gate-peer.${token}`;
    return assemble([`[ ! -d ${folder} ] || : >${folder}/stop`]);
}

/** How each check went, by its name. */
export function readRuns(asked: readonly Asked[], host: Answer, peer?: Answer): Readonly<Record<string, Ran>> {
    return Object.fromEntries(
        asked.map(one => {
            const lines = trimmed(host.sections.get(`check/${one.name}`));
            const [ran = "", ...errors] = host.sections.get(`ran/${one.name}`) ?? [];
            const [status = 255, began = 0, ended = 0] = ran.split(" ").map(Number);
            const peerLines = trimmed(peer?.sections.get(`peer/${one.name}`));
            const seconds = Math.max(0, ended - began);
            return [one.name, { seconds, reading: readOne(one, { lines, errors, status, peerLines }) }];
        }),
    );
}

interface Printed {
    readonly lines: readonly string[];
    readonly errors: readonly string[];
    readonly status: number;
    readonly peerLines: readonly string[];
}

function readOne(one: Asked, { lines, errors, status, peerLines }: Printed): Reading {
    const missing = missingIn(lines, "") ?? missingIn(peerLines, " on the peer");
    if (missing !== undefined) {
        return { figures: {}, findings: [], missing };
    }
    const timedOut = status === 124 || status === 137;
    const parsed = one.check.parse(lines, one.spec);
    // What half an answer lacks is not wrong with the host.
    const reading = timedOut ? { ...parsed, findings: [] } : parsed;
    if (reading.missing !== undefined) {
        return reading;
    }
    const said = [...trimmed(errors), ...peerLines.map(line => `peer: ${line}`)].join("; ").slice(-400);
    if (timedOut) {
        return withFinding(reading, {
            what: "time limit",
            found: `no end after ${limitSeconds(one)} s${said === "" ? "" : ` (${said})`}`,
            wanted: `an end within ${limitSeconds(one)} s`,
            causes: [
                "a device that hangs (`dmesg` names it)",
                "a host busy with other work",
                "`limitSeconds` is too low",
            ],
        });
    }
    const silent = Object.keys(reading.figures).length === 0 && reading.findings.length === 0;
    if (silent && (status !== 0 || Object.keys(one.spec.thresholds).length > 0)) {
        return withFinding(reading, {
            what: one.name,
            found: said === "" ? `nothing was measured (exit status ${status})` : said,
            wanted: `figures of ${one.name}`,
            causes: one.check.causes("", one.spec),
        });
    }
    return reading;
}

function withFinding(reading: Reading, finding: Reading["findings"][number]): Reading {
    return { ...reading, findings: [...reading.findings, finding] };
}

function missingIn(lines: readonly string[], where: string): Reading["missing"] {
    const [, tool, brings] = lines.find(line => line.startsWith("missing\t"))?.split("\t") ?? [];
    return tool === undefined ? undefined : { tool: `${tool}${where}`, package: brings ?? tool };
}

/** Without the empty lines at the end. */
function trimmed(lines: readonly string[] = []): readonly string[] {
    const last = lines.findLastIndex(line => line.trim() !== "");
    return lines.slice(0, last + 1);
}

const fingerprintFragment = [section("fingerprint"), "(", "set +e", fingerprintScript, ":", ")"];

/** A folder that goes with the script: also where the connection drops, which ends the script as it next writes. */
function privateFolder(path: string): string[] {
    return [`folder=${path}`, `trap 'rm -rf "$folder"' EXIT`, "trap 'exit 1' HUP INT TERM PIPE"];
}

function writeScript(text: string, folder = "$folder"): string {
    return `printf '%s\\n' ${shellQuote(`${CHECK_PRELUDE}${text}`)} >"${folder}/script"`;
}
