import { shellQuote } from "../shell";
import { anyLinkFile, LINK_UNIT } from "./linkScript";

/** What was seen of a link. */
export interface SeenLink {
    readonly exists: boolean;
    /** Whether it is up; unset of a link that is not there. */
    readonly up?: boolean;
    readonly mtu?: number;
    /** `bond`, `vlan` …; unset of a plain interface. */
    readonly type?: string;
    /** Rings in use, and how many descriptors each may have; unset where the driver tells of none. */
    readonly rxRing?: number;
    readonly txRing?: number;
    readonly rxRingMost?: number;
    readonly txRingMost?: number;
    readonly bond?: { readonly mode: string; readonly members: readonly string[] };
    readonly vlan?: { readonly parent: string; readonly id: number };
    readonly addresses: readonly string[];
    /** The script that is run at each boot. Unset: none. */
    readonly boot?: string;
    /** Links that carry the connection over which this was seen, or the default route. */
    readonly ssh: readonly string[];
}

/** Shell that prints what there is of each link, as `ip` and `ethtool` tell it, and which ones carry the session. */
export function observeLinks(keys: readonly string[]): string {
    return [
        // Under sudo, only the processes above still know.
        "connection=${SSH_CONNECTION:-} pid=$$",
        'while [ -z "$connection" ] && [ "$pid" -gt 1 ] && [ -r "/proc/$pid/environ" ]; do',
        "    connection=$(tr '\\000' '\\n' <\"/proc/$pid/environ\" 2>/dev/null | sed -n 's/^SSH_CONNECTION=//p')",
        "    pid=$(sed -n 's/^PPid:[[:space:]]*//p' \"/proc/$pid/status\" 2>/dev/null); pid=${pid:-0}",
        "done",
        "set -- $connection",
        '[ -z "${3:-}" ] || printf \'ssh\\t%s\\n\' "$(ip -j addr show to "$3" | tr -d \'\\n\')"',
        "printf 'route\\t%s\\n' \"$(ip -j route show default | tr -d '\\n')\"",
        "see_link() {",
        '    printf \'link\\t%s\\t%s\\n\' "$1" "$(ip -j -d addr show dev "$1" 2>/dev/null | tr -d \'\\n\')"',
        '    printf \'members\\t%s\\t%s\\n\' "$1" "$(ip -j link show master "$1" 2>/dev/null | tr -d \'\\n\')"',
        "    printf 'rings\\t%s\\t%s\\n' \"$1\" \"$(ethtool -g \"$1\" 2>/dev/null | tr '\\n\\t' '| ')\"",
        "}",
        ...keys.flatMap(key => [
            `see_link ${shellQuote(key)}`,
            `cat ${anyLinkFile(key)} 2>/dev/null | base64 -w0 | sed ${shellQuote(`s/..*/boot\\t${key}\\t&\\n/`)}`,
        ]),
        `systemctl --quiet is-enabled ${LINK_UNIT} 2>/dev/null && printf 'unit\\tenabled\\n'`,
    ].join("\n");
}

interface IpLink {
    readonly ifname?: string;
    readonly flags?: readonly string[];
    readonly mtu?: number;
    readonly link?: string;
    readonly master?: string;
    readonly linkinfo?: {
        readonly info_kind?: string;
        readonly info_data?: { readonly mode?: string; readonly id?: number };
    };
    readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number; readonly scope?: string }[];
    /** Of a route. */
    readonly dev?: string;
}

/** Reads those lines. */
export function parseLinks(lines: readonly string[], keys: readonly string[]): Record<string, SeenLink> {
    const facts = lines.map(line => line.split("\t"));
    const all = (what: string, key?: string) =>
        facts
            .filter(([kind, name]) => kind === what && (key === undefined || name === key))
            .map(fields => fields.slice(key === undefined ? 1 : 2).join("\t"));
    const ssh = [
        ...all("ssh").flatMap(text => list(text).flatMap(({ ifname }) => ifname ?? [])),
        ...all("route").flatMap(text => list(text).flatMap(({ dev }) => dev ?? [])),
    ];
    const carriers = [...new Set(ssh)].sort();
    const enabled = all("unit").includes("enabled");
    return Object.fromEntries(
        keys.map(key => {
            const link = list(all("link", key)[0] ?? "").find(({ ifname }) => ifname === key);
            const boot = enabled ? all("boot", key)[0] : undefined;
            const kept = boot ? { boot: Buffer.from(boot, "base64").toString("utf8") } : {};
            if (link === undefined) {
                return [key, { exists: false, addresses: [], ssh: carriers, ...kept }];
            }
            const { info_kind: type, info_data: data } = link.linkinfo ?? {};
            const members = list(all("members", key)[0] ?? "").flatMap(({ ifname }) => ifname ?? []);
            const seen: SeenLink = {
                exists: true,
                up: link.flags?.includes("UP") === true,
                ...(link.mtu === undefined ? {} : { mtu: link.mtu }),
                ...(type === undefined ? {} : { type }),
                ...rings(all("rings", key)[0] ?? ""),
                ...(type === "bond" ? { bond: { mode: data?.mode ?? "", members: members.sort() } } : {}),
                ...(type === "vlan" ? { vlan: { parent: link.link ?? "", id: data?.id ?? 0 } } : {}),
                addresses: (link.addr_info ?? [])
                    .filter(({ scope }) => scope !== "link")
                    .map(({ local, prefixlen }) => `${local}/${prefixlen}`),
                ssh: carriers,
                ...kept,
            };
            return [key, seen];
        }),
    );
}

/** A list that `ip -j` has printed; empty where it printed none. */
function list(text: string): readonly IpLink[] {
    try {
        const parsed: unknown = JSON.parse(text);
        return Array.isArray(parsed) ? (parsed as IpLink[]) : [];
    } catch {
        return [];
    }
}

/** Rings as `ethtool -g` prints them, lines separated by `|`. */
function rings(text: string): Pick<SeenLink, "rxRing" | "txRing" | "rxRingMost" | "txRingMost"> {
    const [most = "", current = ""] = text.split("Current hardware settings:");
    const figure = (part: string, name: string) => {
        const found = new RegExp(`\\|${name}:\\s*(\\d+)`).exec(part)?.[1];
        return found === undefined ? undefined : Number(found);
    };
    const entries = Object.entries({
        rxRing: figure(current, "RX"),
        txRing: figure(current, "TX"),
        rxRingMost: figure(most, "RX"),
        txRingMost: figure(most, "TX"),
    });
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
