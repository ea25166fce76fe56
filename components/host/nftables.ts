import { isIP } from "node:net";
import type { HostItems } from "../../provider/items";

/** Traffic that may come in. */
export interface Inbound {
    /** What it is, for the comment of the rule: `kubelet`. */
    readonly what: string;
    readonly protocol: "tcp" | "udp";
    /** Ports and ranges of ports: `6443`, `30000-32767`. */
    readonly ports: readonly (number | string)[];
    /** Networks or addresses that may. Unset: all. */
    readonly from?: readonly string[];
}

/** What the firewall of a host must know. */
export interface FirewallFacts {
    /** TCP port of sshd. */
    readonly sshPort: number;
    /** Networks from which hosts are managed, that of a jump host among them. Empty: SSH is open to all. */
    readonly managementNetworks: readonly string[];
    /** Interfaces, or beginnings of their names with a `*`, from which everything may come: rails, `cali*`. */
    readonly trustedInterfaces?: readonly string[];
    /** Networks from which everything may come: that of the pods. */
    readonly trustedNetworks?: readonly string[];
    readonly inbound: readonly Inbound[];
}

const RULES_FILE = "/etc/seamount/firewall.nft";
const UNIT = "seamount-firewall.service";
const UNIT_FILE = `/etc/systemd/system/${UNIT}`;
const UNIT_TEXT = `[Unit]
Description=Firewall, kept by Seamount
Before=network-pre.target
Wants=network-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f ${RULES_FILE}
ExecReload=/usr/sbin/nft -f ${RULES_FILE}
ExecStop=/usr/sbin/nft delete table inet seamount

[Install]
WantedBy=sysinit.target
`;

/**
 * A firewall that drops what nobody named, in a table and a unit of its own: the system's nftables.service flushes the
 * whole ruleset when it stops, and with it what kube-proxy and the network plugin have put there. What is forwarded,
 * to pods, is left to them.
 */
export function firewall(facts: FirewallFacts): HostItems {
    return {
        packages: { nftables: {} },
        files: {
            [RULES_FILE]: { content: firewallRules(facts), mode: "0640", check: ["nft", "-c", "-f", RULES_FILE] },
            [UNIT_FILE]: { content: UNIT_TEXT },
        },
        services: { [UNIT]: { enabled: true, running: true, restartOn: [RULES_FILE, UNIT_FILE] } },
    };
}

/** The rules, for `nft -f`. SSH comes first. Throws a `RangeError` on networks that are none. */
export function firewallRules(facts: FirewallFacts): string {
    const { sshPort, managementNetworks, trustedInterfaces = [], trustedNetworks = [], inbound } = facts;
    const allow = ({ what, protocol, ports, from }: Inbound) =>
        (from === undefined || from.length === 0 ? [""] : sources(from)).map(
            source => `        ${source}${protocol} dport { ${ports.join(", ")} } accept comment "${what}"`,
        );
    return `${[
        "# Kept by Seamount.",
        "table inet seamount",
        "delete table inet seamount",
        "table inet seamount {",
        "    chain input {",
        "        type filter hook input priority filter; policy drop;",
        ...allow({ what: "ssh", protocol: "tcp", ports: [sshPort], from: managementNetworks }),
        "        ct state established,related accept",
        "        ct state invalid drop",
        '        iifname "lo" accept',
        // ICMP of both families by number: a host without /etc/protocols (netbase) knows no names.
        "        meta l4proto { 1, 58 } accept",
        ...trustedInterfaces.map(name => `        iifname "${name}" accept`),
        ...(trustedNetworks.length === 0 ? [] : sources(trustedNetworks).map(source => `        ${source}accept`)),
        ...inbound.flatMap(allow),
        "    }",
        "}",
    ].join("\n")}\n`;
}

/** Matches for networks of both families, each with a blank behind. */
function sources(networks: readonly string[]): string[] {
    const family = (network: string) => {
        const [address = "", prefix = ""] = network.split("/");
        const version = isIP(address);
        if (version === 0 || !/^\d{0,3}$/.test(prefix)) {
            throw new RangeError(`"${network}" is not a network such as 10.0.0.0/16`);
        }
        return version;
    };
    const match = (version: number, word: string) => {
        const some = networks.filter(network => family(network) === version);
        return some.length === 0 ? [] : [`${word} saddr { ${some.join(", ")} } `];
    };
    return [...match(4, "ip"), ...match(6, "ip6")];
}
