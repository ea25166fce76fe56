import type { LinkItem } from "../items";
import { shellQuote, shellWords } from "../shell";

/** Where the script of each link lies, for now and for each boot. */
export const LINK_FOLDER = "/etc/seamount/links";
/** Unit that brings links at boot: `is-enabled` of it says whether it does. */
export const LINK_UNIT = "seamount-links.service";
const UNIT = `/etc/systemd/system/${LINK_UNIT}`;
/** After whatever manages networks on this host, so that it has the last word; before all that needs the network. */
const UNIT_TEXT = `[Unit]
Description=Network links, kept by Seamount
After=network-pre.target systemd-udev-settle.service networking.service NetworkManager.service systemd-networkd.service
Before=network-online.target
ConditionDirectoryNotEmpty=${LINK_FOLDER}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'status=0; for link in ${LINK_FOLDER}/*; do sh "$$link" || status=1; done; exit $$status'

[Install]
WantedBy=multi-user.target
`;

/** Modes of a bond, as the kernel names them. */
export const BOND_MODES = [
    "balance-rr",
    "active-backup",
    "balance-xor",
    "broadcast",
    "802.3ad",
    "balance-tlb",
    "balance-alb",
] as const;

/** Script file of a link. Bonds come before the VLANs that may lie on them. */
export const linkFile = (key: string, item: LinkItem): string =>
    `${LINK_FOLDER}/${item.bond ? "20" : item.vlan ? "30" : "10"}-${key}`;
/** The same, whatever the link is. */
export const anyLinkFile = (key: string): string => `${LINK_FOLDER}/[123]0-${key}`;
/** Whether a file is one of a link. */
export const keepsLinkFile = (path: string): boolean =>
    path === UNIT ||
    path.startsWith(`${LINK_FOLDER}/`) ||
    /^\/etc\/(systemd\/network\/10|NetworkManager\/conf\.d\/90)-seamount-/.test(path);
const networkdFile = (key: string) => `/etc/systemd/network/10-seamount-${key}.network`;
const managerFile = (key: string) => `/etc/NetworkManager/conf.d/90-seamount-${key}.conf`;

/** Links that no other manager of networks may touch: those that are made here, and what a bond takes in. */
const ours = (key: string, { bond, vlan }: LinkItem): readonly string[] =>
    bond ? [key, ...bond.members] : vlan ? [key] : [];

/** The script that makes a link what it should be, now and at each boot. It may run any number of times. */
export function linkScript(key: string, item: LinkItem): string {
    const { mtu, rxRing, txRing, bond, vlan, addresses = [] } = item;
    const name = shellQuote(key);
    const rings = [
        ...(rxRing === undefined ? [] : [`rx ${rxRing}`]),
        ...(txRing === undefined ? [] : [`tx ${txRing}`]),
    ];
    return `${[
        "#!/bin/sh",
        "# Kept by Seamount.",
        ...addresses.map(address => `# address ${address}`),
        ...(bond?.members ?? []).map(member => `# member ${member}`),
        "set -eu",
        'has() { ip link show dev "$1" >/dev/null 2>&1; }',
        "wait_for() {",
        "    tries=0",
        '    until has "$1"; do',
        "        tries=$((tries + 1))",
        '        [ $tries -lt 50 ] || { echo "this host has no link $1" >&2; exit 3; }',
        "        sleep 0.1",
        "    done",
        "}",
        ...(bond ? bondLines(key, bond) : vlan ? vlanLines(key, vlan) : [`wait_for ${name}`]),
        ...(mtu === undefined ? [] : [`ip link set dev ${name} mtu ${mtu}`]),
        // 80: the rings are so already.
        ...(rings.length === 0 ? [] : [`ethtool -G ${name} ${rings.join(" ")} || [ $? = 80 ]`]),
        ...addresses.map(address => `ip addr replace ${address} dev ${name}`),
        ...(bond || vlan || addresses.length > 0 ? [`ip link set dev ${name} up`] : []),
    ].join("\n")}\n`;
}

function bondLines(key: string, { mode, members }: NonNullable<LinkItem["bond"]>): string[] {
    const name = shellQuote(key);
    return [
        ...members.map(member => `wait_for ${shellQuote(member)}`),
        "modprobe bonding 2>/dev/null || :",
        `has ${name} || ip link add name ${name} type bond mode ${mode} miimon 100`,
        `members() { ip -o link show master ${name} | sed 's/^[0-9]*: \\([^:@]*\\).*/\\1/'; }`,
        // The mode of a bond can be changed only while it is down and empty.
        `if ! ip -d link show dev ${name} | grep -q ' bond mode ${mode} '; then`,
        `    ip link set dev ${name} down`,
        '    for member in $(members); do ip link set dev "$member" nomaster; done',
        `    ip link set dev ${name} type bond mode ${mode}`,
        "fi",
        "for member in $(members); do",
        `    case ${shellQuote(` ${members.join(" ")} `)} in *" $member "*) ;; *) ip link set dev "$member" nomaster ;; esac`,
        "done",
        `for member in ${shellWords(members)}; do`,
        '    case " $(members | paste -sd " ") " in *" $member "*) continue ;; esac',
        '    ip link set dev "$member" down',
        `    ip link set dev "$member" master ${name}`,
        "done",
    ];
}

function vlanLines(key: string, { parent, id }: NonNullable<LinkItem["vlan"]>): string[] {
    const [name, on] = [shellQuote(key), shellQuote(parent)];
    return [
        `wait_for ${on}`,
        "modprobe 8021q 2>/dev/null || :",
        `if has ${name} && ! ip -o -d link show dev ${name} | grep -q '^[0-9]*: ${key}@${parent}: .* vlan .* id ${id} '; then`,
        `    ip link del dev ${name}`,
        "fi",
        `has ${name} || ip link add link ${on} name ${name} type vlan id ${id}`,
    ];
}

/**
 * Shell that tells other managers of networks to leave a link alone, makes it what it should be (`now`), and keeps its
 * script and the unit that runs it at each boot. What does not work now is not kept for a boot that nobody watches.
 */
export function keepLink(key: string, item: LinkItem, now: boolean): string {
    const file = linkFile(key, item);
    const managed = ours(key, item);
    const networkd = `[Match]\nName=${managed.join(" ")}\n\n[Link]\nUnmanaged=yes\n`;
    const manager = `[keyfile]\nunmanaged-devices+=${managed.map(name => `interface-name:${name}`).join(";")}\n`;
    const put = (path: string, text: string) =>
        `printf %s ${shellQuote(text)} | put_file ${shellQuote(path)} 0644 root root`;
    return [
        ...(managed.length === 0
            ? []
            : [
                  put(networkdFile(key), networkd),
                  `[ ! -d /etc/NetworkManager ] || ${put(managerFile(key), manager)}`,
                  tellManagers,
              ]),
        ...(now ? [`printf %s ${shellQuote(linkScript(key, item))} | sh >&2`] : []),
        ...dropAddresses(key, item.addresses ?? []),
        `for old in ${anyLinkFile(key)}; do [ "$old" = ${shellQuote(file)} ] || rm -f "$old"; done`,
        put(file, linkScript(key, item)),
        `if ! printf %s ${shellQuote(UNIT_TEXT)} | cmp -s - ${UNIT}; then`,
        `    ${put(UNIT, UNIT_TEXT)}`,
        "    systemctl daemon-reload",
        "fi",
        `systemctl --quiet is-enabled ${LINK_UNIT} 2>/dev/null || systemctl --quiet enable ${LINK_UNIT} 2>/dev/null`,
    ].join("\n");
}

/** Shell that forgets a link; with the last one, the unit goes as well. */
export function forgetLink(key: string): string {
    return [
        `rm -f ${anyLinkFile(key)}`,
        `if [ -e ${networkdFile(key)} ] || [ -e ${managerFile(key)} ]; then`,
        `    rm -f ${networkdFile(key)} ${managerFile(key)}`,
        tellManagers,
        "fi",
        `if rmdir ${LINK_FOLDER} 2>/dev/null; then`,
        `    systemctl --quiet disable ${LINK_UNIT} 2>/dev/null || :`,
        `    rm -f ${UNIT}`,
        "    systemctl daemon-reload",
        "    rmdir /etc/seamount 2>/dev/null || :",
        "fi",
    ].join("\n");
}

const tellManagers = [
    "! systemctl --quiet is-active NetworkManager.service || nmcli general reload conf || :",
    "! systemctl --quiet is-active systemd-networkd.service || networkctl reload || :",
].join("\n");

/** Shell that takes away the addresses that an earlier script gave a link, but for those that stay. */
export function dropAddresses(key: string, staying: readonly string[]): string[] {
    return [
        `for address in $(sed -n 's/^# address //p' ${anyLinkFile(key)} 2>/dev/null); do`,
        `    case ${shellQuote(` ${staying.join(" ")} `)} in *" $address "*) ;;`,
        `    *) ip addr del "$address" dev ${shellQuote(key)} 2>/dev/null || : ;;`,
        "    esac",
        "done",
    ];
}
