import { shellQuote } from "../../shell";
import type { Check, CheckSpec, Finding } from "../check";
import { at, jsonIn, numberAt } from "../json";
import { numberSetting, specProblems, textSetting } from "../settings";

const FIGURES = ["sentGBps", "receivedGBps", "linePercent", "retransmitsPerGB"];
const FIRST_PORT = 5201;
const ADDRESS = /^[0-9A-Za-z.:%_-]+$/;

/**
 * TCP between the host and its peer, in both directions. Figures: `sentGBps` and `receivedGBps` (10⁹ bytes per second,
 * as the receiver counts), `linePercent` (the slower direction against the line rate), `retransmitsPerGB` (segments).
 *
 * Settings: `lineRateGbps` (what the interface to the peer says, /sys/class/net/…/speed), `processes` (one for
 * each 20 Gb/s that the interface says, 8 at most: before version 3.16 one process is one thread), `streams` of each process (4), `seconds` for
 * each direction (5), `peerAddress` (the peer's, where another network than that of the SSH connection is meant).
 */
export const iperf3: Check = {
    name: "iperf3",
    words: "TCP bandwidth to the peer",
    needsPeer: true,
    check(spec) {
        const address = textSetting(spec, "peerAddress", "");
        const numbers = { lineRateGbps: "number", processes: "number", streams: "number", seconds: "number" } as const;
        return [
            ...(address === "" || ADDRESS.test(address) ? [] : [`has a peerAddress that is no address: "${address}"`]),
            ...specProblems(spec, { ...numbers, peerAddress: "text" }, FIGURES),
        ];
    },
    limitSeconds: spec => 2 * seconds(spec) + 45,
    script: spec => `
need iperf3 'iperf3 (deb and rpm)'
peer=${shellQuote(textSetting(spec, "peerAddress", ""))}
peer=\${peer:-$GATE_PEER}
# The kernel knows the way to addresses only.
address=$(getent ahosts "$peer" | awk '{ print $1; exit }')
interface=$(ip -o route get "\${address:-$peer}" 2>/dev/null | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p')
speed=
[ ! -r "/sys/class/net/$interface/speed" ] || read -r speed <"/sys/class/net/$interface/speed" 2>/dev/null
echo "interface $interface \${speed:-0}"
processes=${numberSetting(spec, "processes", 0) || "$(((${speed:-0} + 19999) / 20000))"}
[ "$processes" -ge 1 ] || processes=1
[ "$processes" -le ${processes(spec)} ] || processes=${processes(spec)}
client() {
    tries=12
    # With -J it ends with 0 whatever happened: what it printed says more.
    while iperf3 -c "$peer" -p "$1" -J -P ${whole(spec, "streams", 4)} -t ${seconds(spec)} $2 >"$3" || :; do
        grep -q 'unable to connect' "$3" || return 0
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 0
        sleep 0.5
    done
}
for way in sent received; do
    reverse=
    [ "$way" = sent ] || reverse=-R
    port=${FIRST_PORT}
    while [ "$port" -lt $((${FIRST_PORT} + processes)) ]; do
        client "$port" "$reverse" "$way.$port" &
        port=$((port + 1))
    done
    wait
    for result in "$way".*; do
        echo "way $way"
        cat "$result"
        echo
    done
    # Who does not answer one way does not answer the other.
    ! grep -q 'unable to connect' "$way".* || break
done
exit 0
`,
    peerScript: spec => `
need iperf3 'iperf3 (deb and rpm)'
port=${FIRST_PORT}
while [ "$port" -lt ${FIRST_PORT + processes(spec)} ]; do
    iperf3 -s -p "$port" &
    port=$((port + 1))
done
wait
`,
    parse(lines, spec) {
        const [, interfaceName = "", speed] = lines.find(line => line.startsWith("interface "))?.split(" ") ?? [];
        const [sent, received] = [resultsOf(lines, "sent"), resultsOf(lines, "received")];
        const said = [...sent, ...received].flatMap(result => {
            const error = at(result, "error");
            return typeof error === "string" ? [error] : [];
        });
        if (said.length > 0 || sent.length === 0 || received.length === 0) {
            return { figures: {}, findings: [noConnection([...new Set(said)].join("; ") || "no answer", spec)] };
        }
        const lineRate = numberSetting(spec, "lineRateGbps", Number(speed ?? 0) / 1000);
        const [out, back] = [gigabytes(sent), gigabytes(received)];
        const seen = (lineRate > 0 ? [Math.min(out, back) / (lineRate / 8)] : []).map(part => part * 100);
        const bytes = sum(sent, "sum_sent", "bytes") + sum(received, "sum_sent", "bytes");
        const retransmits = sum(sent, "sum_sent", "retransmits") + sum(received, "sum_sent", "retransmits");
        return {
            figures: {
                sentGBps: out,
                receivedGBps: back,
                ...(seen[0] === undefined ? {} : { linePercent: seen[0] }),
                ...(bytes > 0 ? { retransmitsPerGB: retransmits / (bytes / 1e9) } : {}),
            },
            findings: seen.length > 0 || spec.thresholds.linePercent === undefined ? [] : [noRate(interfaceName)],
        };
    },
    causes: figure =>
        figure === "retransmitsPerGB"
            ? [
                  "a cable or an optic that fails (`ethtool -S`, errors; `ethtool -m`)",
                  "flow control that one end has and the other has not (`ethtool -a`), or buffers that overflow",
                  "receive rings that are too small (`ethtool -g`, rx_missed in `ethtool -S`)",
              ]
            : [
                  "an interface that came up slower than it is (`ethtool`: Speed)",
                  "another MTU on one end or on a switch between (`ping -M do -s 8972`)",
                  "one processor at its limit: raise `processes`; or it saves power (`cpupower frequency-info`)",
                  "a bond that puts all connections on one member (xmit_hash_policy layer3+4)",
                  "other traffic on the same link or uplink",
              ],
};

const whole = (spec: CheckSpec, name: string, otherwise: number): number =>
    Math.ceil(numberSetting(spec, name, otherwise));

const seconds = (spec: CheckSpec): number => whole(spec, "seconds", 5);

/** Servers that the peer starts: as many as there may be clients. */
const processes = (spec: CheckSpec): number => Math.min(32, whole(spec, "processes", 8));

/** Reports of the clients of one direction. */
function resultsOf(lines: readonly string[], way: string): readonly Readonly<Record<string, unknown>>[] {
    let current = "";
    const own = lines.filter(line => {
        const [, told] = /^way (\S+)$/.exec(line) ?? [];
        current = told ?? current;
        return told === undefined && current === way;
    });
    return jsonIn(own);
}

function sum(results: readonly unknown[], part: string, name: string): number {
    return results.reduce<number>((all, result) => all + (numberAt(result, "end", part, name) ?? 0), 0);
}

/** What the receiving end counted. */
const gigabytes = (results: readonly unknown[]): number => sum(results, "sum_received", "bits_per_second") / 8e9;

function noConnection(found: string, spec: CheckSpec): Finding {
    const last = FIRST_PORT + processes(spec) - 1;
    const ports = last > FIRST_PORT ? `${FIRST_PORT} to ${last}` : String(FIRST_PORT);
    return {
        what: "connection to the peer",
        found,
        wanted: `TCP connections to the peer on port ${ports}`,
        causes: [`a firewall on the peer or between, which closes TCP port ${ports}`, "no route between the two hosts"],
    };
}

function noRate(name: string): Finding {
    return {
        what: "line rate",
        found: name === "" ? "no interface leads to the peer" : `interface ${name} does not say its speed`,
        wanted: "a line rate to compare with",
        causes: ["a virtual interface, a bridge or a bond in front of the port: set `lineRateGbps`"],
    };
}
