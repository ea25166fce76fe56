import type { Check, CheckSpec, Finding, Reading } from "../check";
import { listSetting, numberSetting, specProblems } from "../settings";

const FIGURES = ["writeGbps", "latencyMicroseconds", "latencyP99Microseconds", "ports"];
/** First of two TCP ports a device, over which perftest agrees on a measurement. */
const FIRST_PORT = 18_600;
const DEVICE = /^[A-Za-z0-9_.-]+(\/[0-9]+)?$/;
const MOST_DEVICES = 32;
const PACKAGE = "perftest (deb and rpm)";

/**
 * RDMA between the host and its peer, port by port, each with the port of the same place on the other end: ib_write_bw
 * (64 KiB messages) and ib_write_lat (2 bytes). On Ethernet the GID is that of RoCE v2 and of the interface's own IPv4
 * address. Figures: `writeGbps` of the slowest port (average, 10⁹ bits per second), `latencyMicroseconds` and
 * `latencyP99Microseconds` of the slowest port, one way, and how many `ports` were measured. Series: the same by port.
 *
 * Settings: `devices` in the order of rails, `mlx5_0` or `mlx5_0/1` with the port (all ports that are active),
 * `seconds` for each port (5). 2 ms is the upper bound of what is RDMA at all; some microseconds are expected.
 */
export const rdma: Check = {
    name: "rdma",
    words: "RDMA bandwidth and latency to the peer, port by port",
    needsPeer: true,
    check: spec => [
        ...listSetting(spec, "devices")
            .filter(device => !DEVICE.test(device))
            .map(device => `has a device that is none: "${device}"`),
        ...(listSetting(spec, "devices").length > MOST_DEVICES ? [`has more than ${MOST_DEVICES} devices`] : []),
        ...specProblems(spec, { devices: "list", seconds: "number" }, FIGURES),
    ],
    limitSeconds: spec => 30 + (listSetting(spec, "devices").length || MOST_DEVICES / 2) * (seconds(spec) + 10),
    script: spec => `
need ib_write_bw '${PACKAGE}'
need ib_write_lat '${PACKAGE}'
${ports(spec)}
measure() {
    port=$1
    shift
    tries=20
    until "$@" -p "$port" "$GATE_PEER" >output 2>&1; do
        grep -q "Couldn't connect" output || break
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || break
        sleep 0.5
    done
    cat output
}
index=0
every_port | while read -r name device number state layer gid; do
    printf 'port\\t%s\\t%s\\t%s\\t%s\\n' "$name" "$state" "$layer" "$gid"
    [ "$state" = ACTIVE ] || { index=$((index + 1)); continue; }
    [ "$gid" = - ] && set -- || set -- -x "$gid"
    printf 'bandwidth\\t%s\\n' "$name"
    measure $((${FIRST_PORT} + 2 * index)) ib_write_bw -d "$device" -i "$number" "$@" -F --report_gbits -D ${seconds(spec)}
    printf 'latency\\t%s\\n' "$name"
    measure $((${FIRST_PORT + 1} + 2 * index)) ib_write_lat -d "$device" -i "$number" "$@" -F -n 2000
    index=$((index + 1))
done
exit 0
`,
    peerScript: spec => `
need ib_write_bw '${PACKAGE}'
need ib_write_lat '${PACKAGE}'
${ports(spec)}
index=0
every_port >ports
while read -r name device number state layer gid; do
    [ "$state" = ACTIVE ] || { echo "port $name is $state"; index=$((index + 1)); continue; }
    [ "$gid" = - ] && set -- || set -- -x "$gid"
    ib_write_bw -d "$device" -i "$number" "$@" -F --report_gbits -D ${seconds(spec)} \\
        -p $((${FIRST_PORT} + 2 * index)) >/dev/null &
    ib_write_lat -d "$device" -i "$number" "$@" -F -n 2000 -p $((${FIRST_PORT + 1} + 2 * index)) >/dev/null &
    index=$((index + 1))
done <ports
wait
`,
    parse,
    causes: figure =>
        figure === "ports"
            ? ["a port that is down: cable, optic or switch port (`ibstat`, `ethtool`)", "no driver for the adapter"]
            : figure === "writeGbps"
              ? [
                    "a port that came up slower or narrower than it is (`ibstat`: Rate; `ibportstate`)",
                    "an adapter on fewer PCIe lanes or an older generation (`lspci -vv`, LnkSta; MaxReadReq 4096)",
                    "another MTU on one end or a switch (RoCE: 9000 on Ethernet gives 4096; `ibv_devinfo`: active_mtu)",
                    "RoCE that is not lossless end to end: PFC and ECN by DSCP (`mlnx_qos`, discards in `ethtool -S`)",
                    "the process ran on the other socket than the adapter (`numactl`)",
                ]
              : [
                    "processors that save power: governor `performance`, C-states (`cpupower idle-info`)",
                    "a detour: the wrong rail, or a switch between the wrong ports",
                    "milliseconds are no RDMA: software RoCE, a virtual machine, or congestion (`ethtool -S`, pause frames)",
                ],
};

const seconds = (spec: CheckSpec): number => Math.ceil(numberSetting(spec, "seconds", 5));

/**
 * Shell function that prints a line a port: name, device, port, state, link layer, and the index of its GID on
 * Ethernet. Of the RoCE v2 entries one with an IPv4 address goes first, then one that is not link-local.
 */
function ports(spec: CheckSpec): string {
    return `
wanted='${listSetting(spec, "devices").join(" ")}'
every_port() {
    for name in \${wanted:-$(cd /sys/class/infiniband 2>/dev/null && ls -d */ports/* | sed 's|/ports/|/|' | sort -V)}; do
        device=\${name%/*} number=\${name##*/}
        [ "$number" != "$name" ] || number=1
        folder=/sys/class/infiniband/$device/ports/$number
        state='missing' layer=- gid=-
        if [ -r "$folder/state" ]; then
            state=$(sed 's/.*: *//' "$folder/state") layer=$(cat "$folder/link_layer")
            [ -n "$wanted" ] || [ "$state" = ACTIVE ] || continue
        fi
        if [ "$layer" = Ethernet ]; then
            # A port has up to a thousand entries, most of them empty: one process for all of them.
            gid=$(cd "$folder/gid_attrs/types" && grep -ls 'RoCE v2' * | while read -r entry; do
                read -r address <"$folder/gids/$entry"
                case $address in
                0000:0000:0000:0000:0000:ffff:*) echo "1 $entry" ;;
                fe80:*) echo "3 $entry" ;;
                0000:0000:0000:0000:0000:0000:0000:0000) ;;
                *) echo "2 $entry" ;;
                esac
            done | sort -n | awk '{ print $2; exit }')
        fi
        echo "$device/$number $device $number $state $layer \${gid:--}"
    done
}`;
}

function parse(lines: readonly string[]): Reading {
    const findings: Finding[] = [];
    const series: Record<"writeGbps" | "latencyMicroseconds" | "latencyP99Microseconds", Record<string, number>> = {
        writeGbps: {},
        latencyMicroseconds: {},
        latencyP99Microseconds: {},
    };
    const states = lines.filter(line => line.startsWith("port\t")).map(line => line.split("\t"));
    for (const [, name = "", state = "", layer = "", gid = ""] of states) {
        if (state !== "ACTIVE") {
            findings.push(down(name, state));
            continue;
        }
        if (layer === "Ethernet" && gid === "-") {
            findings.push(noGid(name));
        }
        const [bandwidth, latency] = [table(lines, "bandwidth", name), table(lines, "latency", name)];
        put(series.writeGbps, name, bandwidth["BW average[Gb/sec]"]);
        put(series.latencyMicroseconds, name, latency["t_typical[usec]"] ?? latency["t_avg[usec]"]);
        put(series.latencyP99Microseconds, name, latency["99% percentile[usec]"]);
        for (const [tool, part] of [
            ["ib_write_bw", bandwidth],
            ["ib_write_lat", latency],
        ] as const) {
            if (Object.keys(part).length === 0) {
                const kind = tool === "ib_write_bw" ? "bandwidth" : "latency";
                findings.push(failed(`${tool} on ${name}`, sectionOf(lines, kind, name)));
            }
        }
    }
    if (states.length === 0) {
        findings.push(down("RDMA", "no active port"));
    }
    const kept = Object.entries(series).filter(([, points]) => Object.keys(points).length > 0);
    const worst = kept.map(([figure, points]) => {
        const values = Object.values(points);
        return [figure, figure === "writeGbps" ? Math.min(...values) : Math.max(...values)] as const;
    });
    const measured = Object.keys(series.writeGbps).length;
    return { figures: { ...Object.fromEntries(worst), ports: measured }, series: Object.fromEntries(kept), findings };
}

/** Lines that a measurement of one port has printed. */
function sectionOf(lines: readonly string[], kind: string, name: string): readonly string[] {
    const begin = lines.indexOf(`${kind}\t${name}`);
    const rest = begin < 0 ? [] : lines.slice(begin + 1);
    const end = rest.findIndex(line => /^(port|bandwidth|latency)\t/.test(line));
    return end < 0 ? rest : rest.slice(0, end);
}

/** The table of perftest: values of its last row by the heading of their column; empty where there is none. */
function table(lines: readonly string[], kind: string, name: string): Readonly<Record<string, number>> {
    const own = sectionOf(lines, kind, name);
    const heading = own.findIndex(line => /^\s*#bytes/.test(line));
    const columns = (own[heading] ?? "").trim().split(/\s{2,}|(?<=\])\s+|(?<=#bytes)\s+|(?<=#iterations)\s+/);
    const row = own.slice(heading + 1).findLast(line => /^\s*\d+\s/.test(line));
    const values = row?.trim().split(/\s+/).map(Number) ?? [];
    return heading < 0 || values.length < columns.length
        ? {}
        : Object.fromEntries(columns.map((column, index) => [column, values[index] ?? 0]));
}

function put(points: Record<string, number>, name: string, value: number | undefined): void {
    if (value !== undefined && Number.isFinite(value)) {
        points[name] = value;
    }
}

function down(name: string, state: string): Finding {
    return {
        what: name === "RDMA" ? name : `port ${name}`,
        found: state,
        wanted: name === "RDMA" ? "an active RDMA port" : "ACTIVE",
        causes: [
            "cable, optic or switch port (`ibstat`, `rdma link`, `ethtool`)",
            "InfiniBand: no subnet manager runs (state INIT: start opensm, or UFM)",
            "no driver or no RDMA modules for the adapter (`lspci -k`, mlx5_ib, ib_uverbs)",
        ],
    };
}

function noGid(name: string): Finding {
    return {
        what: `port ${name}`,
        found: "no GID of RoCE v2",
        wanted: "a GID of RoCE v2 with the address of the interface",
        causes: ["the interface of the port has no IP address", "the adapter's default is RoCE v1 (`cma_roce_mode`)"],
    };
}

function failed(what: string, said: readonly string[]): Finding {
    const words = said.filter(line => line.trim() !== "" && !/^[-*\s]+$/.test(line)).slice(-3);
    return {
        what,
        found: words.map(line => line.trim()).join("; ") || "no result",
        wanted: "a measurement",
        causes: [
            "the port of the same place on the peer is down, or belongs to another fabric or partition",
            `a firewall between the hosts that closes TCP ports from ${FIRST_PORT} on`,
            "RoCE: the two ends have no route to each other on this rail",
        ],
    };
}
